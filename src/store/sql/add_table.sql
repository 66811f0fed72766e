-- add_table.sql - a table that was never seen before.
-- SPDX-License-Identifier: Apache-2.0
insert into catalog_table (schema_id, ds_id, schema_name, name, version, observed_at,
	removed, curated, title, description, custom_fields)
select s.id, s.ds_id, s.name, cast(? as text), 1, cast(? as bigint), 0, 0, '', '', '[]'
from catalog_schema s
where s.ds_id = cast(? as bigint) and s.name = ?
