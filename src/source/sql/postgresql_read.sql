-- postgresql_read.sql - one row for each table asked for, with lists of all that it has.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameters: array of schemas, array of tables, of the same length.  Arrays, so that
-- one plan serves every number of tables.  A name longer than a name can be is cut by
-- the cast, so it is compared with what it was before.
--
-- The lists are arrays of arrays of text, which cost the server less than half of what
-- JSON costs it; columns are referred to by their numbers, which saves a join each time.
select
    to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as observed_at,
    current_database()::text as catalog,
    (n.oid is not null)::int::text as has_schema,
    c.relkind::text as kind,
    p.may_read::int::text as may_read,
    case when p.may_read and c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as view,
    case when p.may_read then array(
        select array[
            a.attnum::text,
            a.attname::text,
            nullif(quote_ident(a.attname), a.attname::text),
            format_type(a.atttypid, a.atttypmod),
            -- No type that comes with PostgreSQL is a domain that is not null.
            (a.attnotnull or a.atttypid >= 16384 and exists (
                select from pg_catalog.pg_type t
                where t.oid = a.atttypid and t.typtype = 'd' and t.typnotnull))::int::text,
            a.attgenerated::text,
            a.attidentity::text]
        from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum
    )::text end as columns,
    case when p.may_read then array(
        select array[d.adnum::text, pg_get_expr(d.adbin, d.adrelid)]
        from pg_catalog.pg_attrdef d
        where d.adrelid = c.oid
        order by d.adnum
    )::text end as defaults,
    case when p.may_read then array(
        select array[r.objsubid::text, r.description]
        from pg_catalog.pg_description r
        where r.objoid = c.oid and r.classoid = 'pg_catalog.pg_class'::regclass
        order by r.objsubid
    )::text end as comments,
    case when p.may_read then array(
        select array[
            k.conname::text,
            k.contype::text,
            k.conkey::text,
            case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end,
            fn.nspname::text,
            fc.relname::text,
            case when k.contype = 'f' then array(
                select a.attname::text
                from unnest(k.confkey) with ordinality u(number, nth)
                join pg_catalog.pg_attribute a
                    on a.attrelid = k.confrelid and a.attnum = u.number
                order by u.nth)::text end,
            k.confupdtype::text,
            k.confdeltype::text]
        from pg_catalog.pg_constraint k
        left join pg_catalog.pg_class fc on fc.oid = k.confrelid
        left join pg_catalog.pg_namespace fn on fn.oid = fc.relnamespace
        -- A key to a partitioned table has one more row for each of its partitions.
        left join pg_catalog.pg_constraint parent on parent.oid = k.conparentid
        where k.conrelid = c.oid and k.contype in ('p', 'u', 'c', 'f')
            and (k.contype <> 'f' or parent.conrelid is distinct from k.conrelid)
        order by k.conname
    )::text end as constraints,
    case when p.may_read then array(
        select array[
            ic.relname::text,
            i.indisunique::int::text,
            i.indisprimary::int::text,
            i.indnkeyatts::text,
            i.indkey::text,
            case when i.indexprs is not null then array(
                select pg_get_indexdef(i.indexrelid, nth, true)
                from generate_series(1, i.indnkeyatts::int) nth
                order by nth)::text end,
            pg_get_indexdef(i.indexrelid)]
        from pg_catalog.pg_index i
        join pg_catalog.pg_class ic on ic.oid = i.indexrelid
        where i.indrelid = c.oid
        order by ic.relname
    )::text end as indexes,
    -- Was nothing committed since the statement began?  The functions see what was, the
    -- lists do not.  age() asks once in a transaction, so it is kept for the last row.
    case when w.o = count(*) over every then (
        txid_snapshot_xmin(txid_current_snapshot()) = txid_snapshot_xmax(txid_current_snapshot())
        and age((txid_snapshot_xmax(txid_current_snapshot()) & 4294967295)::text::xid) = 0
    )::int::text end as is_calm
from unnest(?::text[], ?::text[]) with ordinality w(s, t, o)
left join pg_catalog.pg_namespace n on n.nspname = w.s::name and n.nspname::text = w.s
left join pg_catalog.pg_class c on c.relnamespace = n.oid
    and c.relname = w.t::name and c.relname::text = w.t
left join lateral (
    select c.relkind in ('r', 'p', 'f', 'v', 'm') and has_schema_privilege(n.oid, 'usage')
        and (has_table_privilege(c.oid, 'select')
            or has_any_column_privilege(c.oid, 'select')) as may_read
) p on true
window every as (order by w.o rows between unbounded preceding and unbounded following)
order by w.o
