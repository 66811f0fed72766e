-- list_tables.sql - the tables whose ids an inner query gives.
-- SPDX-License-Identifier: Apache-2.0
select t.id, t.schema_id, t.ds_id, t.schema_name, t.name, t.version, t.observed_at,
	t.removed, t.curated, t.title, t.description, t.custom_fields, v.document
from ({ids}) p
join catalog_table t on t.id = p.id
join catalog_version v on v.table_id = t.id and v.version = t.version
order by {order}
