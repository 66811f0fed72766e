-- mariadb_near.sql - names of tables that may have been meant.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameters: the schema, and the length of the name.  Names alone come from the schema's
-- folder; a misspelling is about as long as what was meant.
select table_name
from information_schema.tables
where table_schema = ? and abs(length(table_name) - ?) <= 2
limit 5000
