-- sqlserver_schemas.sql - the schemas of one catalog; 1 for the one that is asked for.
-- SPDX-License-Identifier: Apache-2.0
--
-- Hole: the catalog, quoted.  Parameter: the schema, as hexadecimal UTF-16.
select
    convert(varchar(512), cast(s.name as varbinary(256)), 2) as name,
    case when s.name = cast(convert(varbinary(256), nullif(rtrim(?), ''), 2) as nvarchar(128))
        then 1 else 0 end as is_meant
from {catalog}.sys.schemas s
