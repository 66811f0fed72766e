-- sqlite_schemas.sql - the schemas of this connection, and where our view looks.
-- SPDX-License-Identifier: Apache-2.0
--
-- temp is there from the first temporary table on, which may be our view, so always.
select name, (select sql from temp.sqlite_schema where name = 'tablesync_schema') as looks_at
from (select name from pragma_database_list union select 'temp')
order by name
