-- sqlite_3.sql - finding tables in SQLite: version 3 of the storage.
--
-- catalog_search holds the words of each table, by its id, and an index of every three
-- characters in them, but not of where they stand, so that it stays small.
-- SPDX-License-Identifier: Apache-2.0
create virtual table catalog_search using fts5 (words, tokenize = 'trigram', detail = none);
alter table catalog_table drop column search;
create index catalog_table_ds on catalog_table (ds_id, removed, id);
create index catalog_table_schema on catalog_table (schema_id, removed, id);
create index catalog_table_name on catalog_table (name, removed, id);
create index catalog_table_seen on catalog_table (observed_at);
create index catalog_table_schema_seen on catalog_table (schema_id, observed_at);
create index catalog_table_ds_seen on catalog_table (ds_id, observed_at);
create index catalog_table_any_case on catalog_table (ds_id, lower(schema_name), lower(name));
