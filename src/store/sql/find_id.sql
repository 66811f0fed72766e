-- find_id.sql - the ids that a new table was given.
-- SPDX-License-Identifier: Apache-2.0
select id, schema_id
from catalog_table
where ds_id = cast(? as bigint) and schema_name = ? and name = ?
