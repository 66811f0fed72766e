-- list_tokens.sql - all tokens.
-- SPDX-License-Identifier: Apache-2.0
select id, name, role, scope, created_at, expires_at, revoked_at, hash
from access_token
order by id
