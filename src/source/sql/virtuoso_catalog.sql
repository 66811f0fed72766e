-- virtuoso_catalog.sql - the qualifier that the connection is in.
-- SPDX-License-Identifier: Apache-2.0
select dbname () from (select top 1 KEY_ID from DB.DBA.SYS_KEYS) a
