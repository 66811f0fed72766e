-- add_schema.sql - a schema, unless it is there already, and its id never changes.
-- SPDX-License-Identifier: Apache-2.0
insert into catalog_schema (ds_id, name)
values (cast(? as bigint), ?)
on conflict (ds_id, name) do nothing
