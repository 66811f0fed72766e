-- virtuoso_schemas.sql - every schema that has a table, with its catalog.
-- SPDX-License-Identifier: Apache-2.0
select distinct name_part (KEY_TABLE, 0), name_part (KEY_TABLE, 1)
from DB.DBA.SYS_KEYS
where KEY_IS_MAIN = 1 and KEY_MIGRATE_TO is null
