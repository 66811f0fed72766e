-- sqlserver_changed.sql - when some tables of one catalog were altered for the last time.
-- SPDX-License-Identifier: Apache-2.0
--
-- Holes and parameters as in sqlserver_read.sql, without the name of the catalog.
with w as (
    select
        v.nth,
        object_id(cast(convert(varbinary(1552), nullif(rtrim(v.hex), ''), 2)
            as nvarchar(776))) as id
    from (values {names}) v (nth, hex)
)
select w.nth, concat(convert(varchar(23), o.modify_date, 121), ' ', o.object_id) as changed
from w
join {catalog}.sys.all_objects o on o.object_id = w.id
