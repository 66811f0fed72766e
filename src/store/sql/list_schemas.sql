-- list_schemas.sql - schemas by name, with the number of their tables.
-- SPDX-License-Identifier: Apache-2.0
select s.id, s.ds_id, s.name,
	(select count(*) from catalog_table t where t.schema_id = s.id and t.removed = 0),
	(select count(*) from catalog_table t where t.schema_id = s.id and t.removed = 1)
from catalog_schema s
where s.id > cast(? as bigint){conditions}
order by s.ds_id, s.name
limit cast(? as bigint)
