-- sqlite_set_words.sql - the words by which a table is found from now on.
-- SPDX-License-Identifier: Apache-2.0
insert or replace into catalog_search (rowid, words)
values (cast(? as bigint), ?)
