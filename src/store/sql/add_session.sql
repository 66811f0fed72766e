-- add_session.sql - a browser has logged in with a token.
-- SPDX-License-Identifier: Apache-2.0
insert into access_session (hash, token_id, expires_at)
values (?, cast(? as bigint), cast(? as bigint))
