-- all_tables.sql - the tables after an id, whatever they are.
-- SPDX-License-Identifier: Apache-2.0
select t.id, t.schema_id, t.ds_id, t.schema_name, t.name, t.version, t.observed_at,
	t.removed, t.curated, t.title, t.description, t.custom_fields, v.document
from catalog_table t
join catalog_version v on v.table_id = t.id and v.version = t.version
where t.id > cast(? as bigint)
order by t.id
limit cast(? as bigint)
