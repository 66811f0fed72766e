-- mariadb_ddl.sql - a table in the server's own words; the hole is its name.
-- SPDX-License-Identifier: Apache-2.0
show create table {name}
