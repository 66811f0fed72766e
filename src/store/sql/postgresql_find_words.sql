-- postgresql_find_words.sql - ids of tables that have each of the words, within a range.
--
-- Part by part, in the order of ids, and only until there are enough: `offset 0` keeps the
-- planner from turning it round, whatever it believes of how many rows there are, and `+ 0`
-- from reading all ids of the range for each part.
-- SPDX-License-Identifier: Apache-2.0
select t.id
from (select cast(? as int[]), cast(? as bigint), cast(? as bigint)) p (grams, low, high)
cross join lateral generate_series(p.low / 4096, p.high / 4096) b (part)
cross join lateral (
	select x.table_id, x.words
	from catalog_search x
	where x.grams @> (p.grams || cast(-1 - b.part as int))
		and x.table_id + 0 > p.low and x.table_id + 0 <= p.high
	order by x.table_id
	offset 0
) s
cross join lateral (
	select t.id
	from catalog_table t
	where t.id = s.table_id
		and not exists (select from {each} w where strpos(s.words, w.value) = 0)
		and t.removed = cast(? as bigint){conditions}
	offset 0
) t
limit cast(? as bigint)
