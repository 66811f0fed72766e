-- postgresql_catalogs.sql - the databases that this account may connect to, by name.
-- SPDX-License-Identifier: Apache-2.0
select datname::text
from pg_catalog.pg_database
where datallowconn and not datistemplate and has_database_privilege(oid, 'connect')
order by datname::text collate "C"
