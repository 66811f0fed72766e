-- postgresql_3.sql - finding tables in PostgreSQL: version 3 of the storage.
--
-- catalog_search holds the words of each table, and every three characters in them, as
-- numbers.  A GIN index finds all rows at once or none, so the id's part above the lowest 12
-- bits is among the numbers too, as a negative one, and a search goes from one such part to
-- the next.  Without the index's list of pending entries it costs the same at any time.
-- SPDX-License-Identifier: Apache-2.0
create table catalog_search (
	table_id bigint primary key,
	words text not null,
	grams int[] not null
);
create index catalog_search_grams on catalog_search using gin (grams) with (fastupdate = off);
create index catalog_table_ds on catalog_table (ds_id, removed, id);
create index catalog_table_schema on catalog_table (schema_id, removed, id);
create index catalog_table_name on catalog_table (name, removed, id);
create index catalog_table_seen on catalog_table (observed_at);
create index catalog_table_schema_seen on catalog_table (schema_id, observed_at);
create index catalog_table_ds_seen on catalog_table (ds_id, observed_at);
create index catalog_table_any_case on catalog_table (ds_id, lower(schema_name), lower(name));
