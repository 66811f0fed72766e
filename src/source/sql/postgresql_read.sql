-- postgresql_read.sql - one row for each table asked for, with its document as JSON.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameters: array of schemas, array of tables, of the same length.  Arrays, so that
-- one plan serves every number of tables.  A name longer than a name can be is cut by
-- the cast, so it is compared with what it was before.
select
    to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as observed_at,
    current_database()::text as catalog,
    (n.oid is not null)::int::text as has_schema,
    c.relkind::text as kind,
    p.may_read::int::text as may_read,
    case when c.relkind in ('r', 'p', 'f', 'v', 'm') and p.may_read then json_build_object(
        'schema_name', case when n.nspname ~ '[."]' or n.nspname ~ '^[[`]'
            then '"' || replace(n.nspname, '"', '""') || '"' else n.nspname::text end,
        'name', c.relname,
        'is_view', c.relkind in ('v', 'm'),
        'synonyms', null,
        'db_comment', cd.description,
        'observed_at', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'kind', case c.relkind when 'r' then 'TABLE' when 'p' then 'PARTITIONED TABLE'
            when 'f' then 'FOREIGN TABLE' when 'v' then 'VIEW' else 'MATERIALIZED VIEW' end,
        'columns', (
            select coalesce(json_agg(json_build_object(
                'name', a.attname,
                'position', a.position,
                'type', format_type(a.atttypid, a.atttypmod),
                'nullable', not (a.attnotnull or exists (
                    select from pg_catalog.pg_type t
                    where t.oid = a.atttypid and t.typtype = 'd' and t.typnotnull)),
                'default', pg_get_expr(d.adbin, d.adrelid),
                'comment', ad.description,
                'primary_key_position', array_position(k.conkey, a.attnum),
                'generated', case a.attgenerated when 's' then 'stored'
                    when 'v' then 'virtual' end,
                'identity', case a.attidentity when 'a' then 'always'
                    when 'd' then 'by default' end
            ) order by a.attnum), '[]'::json)
            from (
                select *, row_number() over (order by attnum) as position
                from pg_catalog.pg_attribute
                where attrelid = c.oid and attnum > 0 and not attisdropped
            ) a
            left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
            left join pg_catalog.pg_description ad on ad.objoid = c.oid
                and ad.classoid = 'pg_catalog.pg_class'::regclass and ad.objsubid = a.attnum
        ),
        'primary_key', case when k.oid is not null then json_build_object(
            'name', k.conname,
            'columns', (
                select json_agg(a.attname order by u.o)
                from unnest(k.conkey) with ordinality u(x, o)
                join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.x
            )
        ) end,
        'unique_constraints', (
            select coalesce(json_agg(json_build_object(
                'name', q.conname,
                'columns', (
                    select json_agg(a.attname order by u.o)
                    from unnest(q.conkey) with ordinality u(x, o)
                    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.x
                )
            ) order by q.conname), '[]'::json)
            from pg_catalog.pg_constraint q where q.conrelid = c.oid and q.contype = 'u'
        ),
        'check_constraints', (
            select coalesce(json_agg(json_build_object(
                'name', q.conname,
                'expression', pg_get_expr(q.conbin, q.conrelid)
            ) order by q.conname), '[]'::json)
            from pg_catalog.pg_constraint q where q.conrelid = c.oid and q.contype = 'c'
        ),
        'foreign_keys', (
            select coalesce(json_agg(json_build_object(
                'name', q.conname,
                'columns', (
                    select json_agg(a.attname order by u.o)
                    from unnest(q.conkey) with ordinality u(x, o)
                    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.x
                ),
                'referenced_schema', case when fn.nspname ~ '[."]' or fn.nspname ~ '^[[`]'
                    then '"' || replace(fn.nspname, '"', '""') || '"'
                    else fn.nspname::text end,
                'referenced_table', fc.relname,
                'referenced_columns', (
                    select json_agg(a.attname order by u.o)
                    from unnest(q.confkey) with ordinality u(x, o)
                    join pg_catalog.pg_attribute a
                        on a.attrelid = q.confrelid and a.attnum = u.x
                ),
                'on_update', case q.confupdtype when 'r' then 'RESTRICT'
                    when 'c' then 'CASCADE' when 'n' then 'SET NULL'
                    when 'd' then 'SET DEFAULT' else 'NO ACTION' end,
                'on_delete', case q.confdeltype when 'r' then 'RESTRICT'
                    when 'c' then 'CASCADE' when 'n' then 'SET NULL'
                    when 'd' then 'SET DEFAULT' else 'NO ACTION' end
            ) order by q.conname), '[]'::json)
            from pg_catalog.pg_constraint q
            join pg_catalog.pg_class fc on fc.oid = q.confrelid
            join pg_catalog.pg_namespace fn on fn.oid = fc.relnamespace
            -- A key to a partitioned table has one more row for each of its partitions.
            left join pg_catalog.pg_constraint parent on parent.oid = q.conparentid
            where q.conrelid = c.oid and q.contype = 'f'
                and parent.conrelid is distinct from q.conrelid
        ),
        'indexes', (
            select coalesce(json_agg(json_build_object(
                'name', ic.relname,
                'unique', i.indisunique,
                'primary', i.indisprimary,
                'columns', (
                    select json_agg(pg_get_indexdef(i.indexrelid, g, true) order by g)
                    from generate_series(1, i.indnkeyatts::int) g
                ),
                'definition', pg_get_indexdef(i.indexrelid)
            ) order by ic.relname), '[]'::json)
            from pg_catalog.pg_index i
            join pg_catalog.pg_class ic on ic.oid = i.indexrelid
            where i.indrelid = c.oid
        ),
        'view_definition', case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end
    )::text end as document
from unnest(?::text[], ?::text[]) with ordinality w(s, t, o)
left join pg_catalog.pg_namespace n on n.nspname = w.s::name and n.nspname::text = w.s
left join pg_catalog.pg_class c on c.relnamespace = n.oid
    and c.relname = w.t::name and c.relname::text = w.t
left join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
left join pg_catalog.pg_description cd on cd.objoid = c.oid
    and cd.classoid = 'pg_catalog.pg_class'::regclass and cd.objsubid = 0
left join lateral (
    select has_schema_privilege(n.oid, 'usage') and (has_table_privilege(c.oid, 'select')
        or has_any_column_privilege(c.oid, 'select')) as may_read
) p on true
order by w.o
