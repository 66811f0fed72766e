-- sqlite_list.sql - the tables and views that tablesync_schema looks at, by name.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameter: the schema.  Without internal tables, our view, and what virtual tables keep.
select name, type = 'view' as is_view
from tablesync_schema
where type in ('table', 'view') and name not like 'sqlite\_%' escape '\'
    and name <> 'tablesync_schema'
    and name not in (select name from pragma_table_list where "schema" = ? and type = 'shadow')
order by name
