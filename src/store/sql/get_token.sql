-- get_token.sql - one token.
-- SPDX-License-Identifier: Apache-2.0
select id, name, role, scope, created_at, expires_at, revoked_at, hash
from access_token
where id = cast(? as bigint)
