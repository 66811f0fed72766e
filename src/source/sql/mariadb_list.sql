-- mariadb_list.sql - the tables and views of one schema.
-- SPDX-License-Identifier: Apache-2.0
select table_name, table_type in ('VIEW', 'SYSTEM VIEW')
from information_schema.tables
where table_schema = ?
    and table_type in ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW', 'SYSTEM VIEW')
