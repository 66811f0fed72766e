-- sqlite_file.sql - whether a schema has a file and not even a first page in it.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameter: the schema.
select d.file <> '' and p.page_count = 0 as is_empty
from pragma_database_list d, pragma_page_count(d.name) p
where d.name = ?
