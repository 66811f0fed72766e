-- add_token.sql - a new token, to which the storage gives an id.
-- SPDX-License-Identifier: Apache-2.0
insert into access_token (name, role, scope, created_at, expires_at, revoked_at, hash)
values (?, ?, ?, cast(? as bigint), cast(? as bigint), 0, ?)
