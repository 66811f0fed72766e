-- sqlite_session.sql - what each connection to a SQLite storage is told first.
-- SPDX-License-Identifier: Apache-2.0
pragma synchronous = normal;
pragma wal_autocheckpoint = 4000;
pragma cache_size = -16384;
