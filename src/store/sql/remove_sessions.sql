-- remove_sessions.sql - forget the sessions that have expired.
-- SPDX-License-Identifier: Apache-2.0
delete from access_session where expires_at <= cast(? as bigint)
