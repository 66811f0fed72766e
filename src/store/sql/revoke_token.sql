-- revoke_token.sql - a token opens nothing from now on (it keeps the time it was first revoked).
-- SPDX-License-Identifier: Apache-2.0
update access_token
set revoked_at = cast(? as bigint)
where id = cast(? as bigint) and revoked_at = 0
