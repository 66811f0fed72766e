-- virtuoso_schema.sql - the full names of the tables and views of one schema, by name.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameters: the catalog, the schema.
select KEY_TABLE, table_type (KEY_TABLE)
from DB.DBA.SYS_KEYS
where KEY_IS_MAIN = 1 and KEY_MIGRATE_TO is null
    and upper (name_part (KEY_TABLE, 0)) = upper (?)
    and upper (name_part (KEY_TABLE, 1)) = upper (?)
order by subseq (KEY_TABLE,
    length (name_part (KEY_TABLE, 0)) + length (name_part (KEY_TABLE, 1)) + 2)
