-- sqlserver_list.sql - the tables and views of one schema.
-- SPDX-License-Identifier: Apache-2.0
--
-- Hole: the catalog, quoted.  Parameter: the schema, as hexadecimal UTF-16.
select
    convert(varchar(512), cast(o.name as varbinary(256)), 2) as name,
    case when o.type = 'V' then 1 else 0 end as is_view
from {catalog}.sys.schemas s
join {catalog}.sys.all_objects o on o.schema_id = s.schema_id
where s.name = cast(convert(varbinary(256), nullif(rtrim(?), ''), 2) as nvarchar(128))
    and o.type in ('U', 'V', 'ET')
