-- sqlite_session.sql - how a new connection is set up: our view needs no file.
-- SPDX-License-Identifier: Apache-2.0
pragma temp_store = memory
