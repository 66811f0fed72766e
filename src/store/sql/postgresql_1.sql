-- postgresql_1.sql - the tables of the reference catalog in PostgreSQL, version 1.
--
-- Names compare by their bytes, as they do in SQLite.
-- SPDX-License-Identifier: Apache-2.0
create table catalog_schema (
	id bigint generated always as identity primary key,
	ds_id bigint not null,
	name text collate "C" not null,
	unique (ds_id, name)
);
create table catalog_table (
	id bigint generated always as identity primary key,
	schema_id bigint not null,
	ds_id bigint not null,
	schema_name text collate "C" not null,
	name text collate "C" not null,
	version bigint not null,
	observed_at bigint not null,
	removed bigint not null,
	curated bigint not null,
	title text not null,
	description text not null,
	custom_fields text not null,
	unique (ds_id, schema_name, name)
);
create table catalog_version (
	table_id bigint not null,
	version bigint not null,
	observed_at bigint not null,
	removed bigint not null,
	change text not null,
	document text not null,
	primary key (table_id, version)
);
