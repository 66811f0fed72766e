-- get_session.sql - the token of a session that has not expired.
-- SPDX-License-Identifier: Apache-2.0
select t.id, t.name, t.role, t.scope, t.created_at, t.expires_at, t.revoked_at, t.hash
from access_session s
join access_token t on t.id = s.token_id
where s.hash = ? and s.expires_at > cast(? as bigint)
