-- remove_session.sql - a browser has logged out.
-- SPDX-License-Identifier: Apache-2.0
delete from access_session where hash = ?
