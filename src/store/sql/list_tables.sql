-- list_tables.sql - the tables after an id that fit every condition that is not null.
-- SPDX-License-Identifier: Apache-2.0
select t.id, t.schema_id, t.ds_id, t.schema_name, t.name, t.version, t.observed_at,
	t.removed, t.curated, t.title, t.description, t.custom_fields, v.document
from catalog_table t
join catalog_version v on v.table_id = t.id and v.version = t.version
where t.id > cast(? as bigint)
	and t.removed = cast(? as bigint)
	and (cast(? as bigint) is null or t.ds_id = cast(? as bigint))
	and (cast(? as text) is null or t.schema_name = ?)
	and (cast(? as text) is null or t.name = ?)
	and (cast(? as text) is null
		or t.search like ? escape '!'
		or lower(t.title) like ? escape '!'
		or lower(t.description) like ? escape '!')
order by t.id
limit cast(? as bigint)
