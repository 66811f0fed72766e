-- find_new_token.sql - the id of the token with this hash.
-- SPDX-License-Identifier: Apache-2.0
select id from access_token where hash = ?
