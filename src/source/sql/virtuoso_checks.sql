-- virtuoso_checks.sql - the names of a table's check constraints, '0' for one without.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameter: the full name as it is stored.  What is checked is kept in a form that only
-- the server reads.
select C_TEXT from DB.DBA.SYS_CONSTRAINTS where C_TABLE = ? order by C_ID
