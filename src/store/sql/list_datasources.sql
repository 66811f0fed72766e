-- list_datasources.sql - what the catalog has of each data source.
-- SPDX-License-Identifier: Apache-2.0
select s.ds_id, count(*), sum(s.present), sum(s.gone), max(s.seen)
from (
	select s.ds_id,
		(select count(*) from catalog_table t
		where t.schema_id = s.id and t.removed = 0) as present,
		(select count(*) from catalog_table t
		where t.schema_id = s.id and t.removed = 1) as gone,
		(select max(t.observed_at) from catalog_table t
		where t.schema_id = s.id) as seen
	from catalog_schema s
	where s.id > cast(? as bigint){conditions}
) s
group by s.ds_id
order by s.ds_id
