-- postgresql_set_words.sql - the words by which a table is found from now on.
-- SPDX-License-Identifier: Apache-2.0
insert into catalog_search (table_id, words, grams)
select n.id, n.words,
	n.grams || cast(-1 - n.id / 4096 as int)
from (select cast(? as bigint), cast(? as text), cast(? as int[])) n (id, words, grams)
on conflict (table_id) do update set words = excluded.words, grams = excluded.grams
