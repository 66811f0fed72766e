-- postgresql_list.sql - the tables and views of one schema, by name.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameter: the schema.  A row without a name says that the schema is there.
select c.relname::text as name, (c.relkind in ('v', 'm'))::int::text as is_view
from pg_catalog.pg_namespace n
left join pg_catalog.pg_class c
    on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'f', 'v', 'm')
where n.nspname::text = ?::text
order by c.relname::text collate "C"
