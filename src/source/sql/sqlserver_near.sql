-- sqlserver_near.sql - names of tables and views that may have been meant.
-- SPDX-License-Identifier: Apache-2.0
--
-- Hole: the catalog, quoted.  Parameters: the schema and the name, as hexadecimal UTF-16.  A
-- misspelling is about as long as what was meant.
select top (5000) convert(varchar(512), cast(o.name as varbinary(256)), 2) as name
from {catalog}.sys.schemas s
join {catalog}.sys.all_objects o on o.schema_id = s.schema_id
where s.name = cast(convert(varbinary(256), nullif(rtrim(?), ''), 2) as nvarchar(128))
    and o.type in ('U', 'V', 'ET')
    and abs(datalength(o.name)
        - datalength(convert(varbinary(256), nullif(rtrim(?), ''), 2))) <= 4
