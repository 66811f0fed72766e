-- postgresql_2.sql - who may call the HTTP API, in PostgreSQL: version 2 of the storage.
-- SPDX-License-Identifier: Apache-2.0
create table access_token (
	id bigint generated always as identity primary key,
	name text not null,
	role text not null,
	scope text not null,
	created_at bigint not null,
	expires_at bigint not null,
	revoked_at bigint not null,
	hash text not null unique
);
create table access_session (
	hash text not null primary key,
	token_id bigint not null,
	expires_at bigint not null
);
