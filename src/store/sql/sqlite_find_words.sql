-- sqlite_find_words.sql - ids of tables that have each of the words, within a range of ids.
-- SPDX-License-Identifier: Apache-2.0
select t.id
from catalog_search s
join catalog_table t on t.id = s.rowid
where s.catalog_search match ? and s.rowid > cast(? as bigint) and s.rowid <= cast(? as bigint)
	and not exists (select 1 from {each} w where instr(s.words, w.value) = 0)
	and t.removed = cast(? as bigint){conditions}
order by s.rowid
limit cast(? as bigint)
