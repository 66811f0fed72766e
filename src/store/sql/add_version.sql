-- add_version.sql - a version of a table: what it was, and what changed with it.
-- SPDX-License-Identifier: Apache-2.0
insert into catalog_version (table_id, version, observed_at, removed, change, document)
values (cast(? as bigint), cast(? as bigint), cast(? as bigint), cast(? as bigint), ?, ?)
