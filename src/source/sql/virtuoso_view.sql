-- virtuoso_view.sql - the text of a view: in the second column if it is a long one.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameter: the full name as it is stored.
select V_TEXT, V_EXT from DB.DBA.SYS_VIEWS where V_NAME = ?
