-- sqlserver_read.sql - all of some tables of one catalog: rows of several kinds (part).
-- SPDX-License-Identifier: Apache-2.0
--
-- Holes: the catalog, quoted; the names, a list of (number, parameter).  Parameters: the
-- name of the catalog, then each full name, blank for none, as hexadecimal UTF-16.  Texts come
-- back in the same way: no driver converts characters, and no two collations meet.
-- OBJECT_ID compares as the catalog itself does.  What came with 2016 is named without its
-- table, so that on an older server the columns of the row before it are meant.
with c as (
    select cast(convert(varbinary(256), nullif(rtrim(?), ''), 2) as nvarchar(128)) as name
),
w as (
    select n.nth, n.name, object_id(n.name) as id
    from (
        select v.nth, cast(convert(varbinary(1552), nullif(rtrim(v.hex), ''), 2)
            as nvarchar(776)) as name
        from (values {names}) v (nth, hex)
    ) n
)
select
    count(*) over () as total, r.nth, r.part, r.seq,
    r.n1, r.n2, r.n3, r.n4, r.n5, r.n6, r.n7, r.n8,
    convert(varchar(max), r.name, 2) as name,
    convert(varchar(max), r.t1, 2) as t1, convert(varchar(max), r.t2, 2) as t2,
    convert(varchar(max), r.t3, 2) as t3, convert(varchar(max), r.t4, 2) as t4,
    convert(varchar(max), r.t5, 2) as t5
from (
    -- The catalog: can nothing in it be hidden from the account, does it compare names as
    -- the database of the connection does, what is it called, what time is it.
    select
        0 as nth, 0 as part, 0 as seq,
        case
            when has_perms_by_name(quotename(c.name), 'DATABASE', 'VIEW DEFINITION') = 1
                and not exists (
                    select 1 from {catalog}.sys.database_permissions p
                    where p.state = 'D' and p.type in ('VW', 'CL')
                ) then 1
            else 0
        end as n1,
        case
            when convert(nvarchar(128), databasepropertyex(c.name, 'Collation'))
                = convert(nvarchar(128), databasepropertyex(db_name(), 'Collation')) then 1
            else 0
        end as n2,
        cast(null as int) as n3, cast(null as int) as n4, cast(null as int) as n5,
        cast(null as int) as n6, cast(null as int) as n7, cast(null as int) as n8,
        cast(db_name(db_id(c.name)) as varbinary(max)) as name,
        cast(convert(nvarchar(27), sysutcdatetime(), 126) as varbinary(max)) as t1,
        cast(convert(nvarchar(23), getdate(), 121) as varbinary(max)) as t2,
        cast(null as varbinary(max)) as t3, cast(null as varbinary(max)) as t4,
        cast(null as varbinary(max)) as t5
    from c
    union all
    -- What has the name: may it be read, of what kind is it, when was it altered.  The
    -- function for rights takes 128 characters; for a longer name it is null here.
    select
        w.nth, 1, 0,
        case
            when datalength(w.name) > 256 then null
            when has_perms_by_name(w.name, 'OBJECT', 'SELECT') = 1
                or has_perms_by_name(w.name, 'OBJECT', 'VIEW DEFINITION') = 1 then 1
            when has_perms_by_name(w.name, 'OBJECT', 'SELECT') = 0 then 0
        end,
        k.is_external, k.temporal_type,
        case when exists (
            select 1
            from {catalog}.sys.indexes i
            join {catalog}.sys.data_spaces d on d.data_space_id = i.data_space_id
            where i.object_id = o.object_id and i.index_id in (0, 1) and d.type = 'PS'
        ) then 1 else 0 end,
        null, null, null, null,
        cast(o.name as varbinary(max)),
        cast(s.name as varbinary(max)),
        cast(cast(o.type as nvarchar(2)) as varbinary(max)),
        cast(cast(p.value as nvarchar(4000)) as varbinary(max)),
        case when o.type = 'V' then cast(m.definition as varbinary(max)) end,
        cast(concat(convert(nvarchar(23), o.modify_date, 121), ' ', o.object_id)
            as varbinary(max))
    from w
    join {catalog}.sys.all_objects o on o.object_id = w.id
    left join {catalog}.sys.schemas s on s.schema_id = o.schema_id
    left join {catalog}.sys.all_sql_modules m on m.object_id = o.object_id
    left join {catalog}.sys.extended_properties p on p.class = 1
        and p.major_id = o.object_id and p.minor_id = 0 and p.name = 'MS_Description'
    cross join (select 0 as is_external, 0 as temporal_type) older
    outer apply (
        select is_external as is_external, temporal_type as temporal_type
        from {catalog}.sys.tables t
        where t.object_id = o.object_id
    ) k
    union all
    -- Columns.
    select
        w.nth, 2, c.column_id,
        c.max_length, c.precision, c.scale, c.is_nullable, c.is_identity,
        case when c.is_computed = 0 then 0 when k.is_persisted = 1 then 2 else 1 end,
        t.is_user_defined,
        case when c.default_object_id <> 0 or c.is_computed = 1 then 1 else 0 end,
        cast(c.name as varbinary(max)),
        cast(t.name as varbinary(max)),
        cast(s.name as varbinary(max)),
        cast(b.name as varbinary(max)),
        coalesce(cast(k.definition as varbinary(max)), cast(d.definition as varbinary(max)),
            cast(m.definition as varbinary(max))),
        cast(cast(p.value as nvarchar(4000)) as varbinary(max))
    from w
    join {catalog}.sys.all_columns c on c.object_id = w.id
    left join {catalog}.sys.types t on t.user_type_id = c.user_type_id
    left join {catalog}.sys.schemas s on s.schema_id = t.schema_id
    left join {catalog}.sys.types b on b.user_type_id = c.system_type_id
    left join {catalog}.sys.computed_columns k on k.object_id = c.object_id
        and k.column_id = c.column_id
    left join {catalog}.sys.default_constraints d on d.object_id = c.default_object_id
    left join {catalog}.sys.all_sql_modules m on m.object_id = c.default_object_id
    left join {catalog}.sys.extended_properties p on p.class = 1
        and p.major_id = c.object_id and p.minor_id = c.column_id
        and p.name = 'MS_Description'
    union all
    -- Indexes, a row for each column: first those of the key, then the others.  Indexes that
    -- have no order (XML, spatial, JSON) have no key, but columns all the same.
    select
        w.nth, 3,
        case when x.key_ordinal > 0 then x.key_ordinal else 1000000 + x.index_column_id end,
        i.type, i.is_unique, i.is_primary_key, i.is_unique_constraint,
        x.is_descending_key, case when x.key_ordinal > 0 then 0 else 1 end, null, null,
        cast(i.name as varbinary(max)),
        cast(c.name as varbinary(max)),
        cast(i.filter_definition as varbinary(max)),
        null, null, null
    from w
    join {catalog}.sys.indexes i on i.object_id = w.id and i.type <> 0
        and i.is_hypothetical = 0
    left join {catalog}.sys.index_columns x on x.object_id = i.object_id
        and x.index_id = i.index_id
        and (x.key_ordinal > 0 or x.is_included_column = 1 or i.type not in (1, 2, 5, 6, 7))
    left join {catalog}.sys.all_columns c on c.object_id = x.object_id
        and c.column_id = x.column_id
    union all
    -- Check constraints.
    select
        w.nth, 4, 0, null, null, null, null, null, null, null, null,
        cast(k.name as varbinary(max)),
        cast(k.definition as varbinary(max)),
        null, null, null, null
    from w
    join {catalog}.sys.check_constraints k on k.parent_object_id = w.id
    union all
    -- Foreign keys, a row for each column.
    select
        w.nth, 5, x.constraint_column_id,
        f.update_referential_action, f.delete_referential_action,
        null, null, null, null, null, null,
        cast(f.name as varbinary(max)),
        cast(c.name as varbinary(max)),
        cast(s.name as varbinary(max)),
        cast(o.name as varbinary(max)),
        cast(r.name as varbinary(max)),
        null
    from w
    join {catalog}.sys.foreign_keys f on f.parent_object_id = w.id
    join {catalog}.sys.foreign_key_columns x on x.constraint_object_id = f.object_id
    left join {catalog}.sys.all_columns c on c.object_id = x.parent_object_id
        and c.column_id = x.parent_column_id
    left join {catalog}.sys.all_objects o on o.object_id = x.referenced_object_id
    left join {catalog}.sys.schemas s on s.schema_id = o.schema_id
    left join {catalog}.sys.all_columns r on r.object_id = x.referenced_object_id
        and r.column_id = x.referenced_column_id
) r
order by r.nth, r.part, r.seq
