-- postgresql_near.sql - names that may have been meant.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameters: the schema in which a table was looked for, or null for a schema; and the
-- name.  A misspelling is about as long as what was meant.
with w(s, t) as (select ?::text, ?::text)
(select n.nspname::text
from w join pg_catalog.pg_namespace n on w.s is null
    and abs(octet_length(n.nspname::text) - octet_length(w.t)) <= 2)
union all
(select c.relname::text
from w join pg_catalog.pg_namespace n on n.nspname::text = w.s
join pg_catalog.pg_class c on c.relnamespace = n.oid
where c.relkind in ('r', 'p', 'f', 'v', 'm')
    and abs(octet_length(c.relname::text) - octet_length(w.t)) <= 2
limit 5000)
