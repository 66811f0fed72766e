-- mariadb_clock.sql - when a table is read and what the account may see of it, between the
-- two passes over its facets: a part of a statement.
-- SPDX-License-Identifier: Apache-2.0
--
-- The hole is the number of the table; parameters: schema and table, twice.  The clock is
-- read when the row is made:
-- the facets that are the same before and after it tell of that moment.  The session's
-- time zone is UTC.  Constraints are shown to whoever has a right other than SELECT on the
-- schema; of column grants one sees those of one's own name, not those of a role.
select
    {at}, 0, 0, '', 0, date_format(sysdate(6), '%Y-%m-%dT%H:%i:%s.%fZ'), count(*),
    nullif(current_role(), 'NONE'), null, null, null, null
from information_schema.table_constraints
where table_schema = ? and table_name = ?
union all
select {at}, 0, 1, '', 0, count(*), null, null, null, null, null, null
from information_schema.column_privileges
where table_schema = ? and table_name = ?
