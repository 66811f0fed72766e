-- postgresql_session.sql - what each connection to a PostgreSQL storage is told first.
--
-- Every query here goes along an index and ends early.  It must go on doing so when a
-- table has grown before its statistics are renewed, hence no plans that read tables
-- whole, and none that is made anew for each value.  A process that was stopped in its
-- transaction lets the others go on.
-- SPDX-License-Identifier: Apache-2.0
set client_encoding = 'UTF8';
set lock_timeout = '2s';
set statement_timeout = '6s';
set idle_in_transaction_session_timeout = '10s';
set plan_cache_mode = force_generic_plan;
set jit = off;
set enable_seqscan = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
