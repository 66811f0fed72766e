-- find_any_case.sql - as find_table.sql, for a name in any letters: the one that is there.
--
-- The order is by no column, lest an index that has it is taken instead of the one by names.
-- SPDX-License-Identifier: Apache-2.0
select t.id, t.schema_id, t.ds_id, t.schema_name, t.name, t.version, t.observed_at,
	t.removed, t.curated, t.title, t.description, t.custom_fields, v.document
from catalog_table t
join catalog_version v on v.table_id = t.id and v.version = t.version
where t.ds_id = cast(? as bigint) and lower(t.schema_name) = lower(?)
	and lower(t.name) = lower(?)
order by t.removed + 0, t.id
limit 1
