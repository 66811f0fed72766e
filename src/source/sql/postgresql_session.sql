-- postgresql_session.sql - how a new connection is set up.
-- SPDX-License-Identifier: Apache-2.0
--
-- Without a search path every name comes out qualified, whoever asks.  What describes a
-- table waits for an ALTER TABLE that is not committed, and a batch must not wait long.
-- The plan of the big statement is made once; compiling it would cost more than it takes.
set search_path = '';
set lock_timeout = '200ms';
set statement_timeout = {timeout_ms};
set client_encoding = 'UTF8';
set default_transaction_read_only = on;
set plan_cache_mode = force_generic_plan;
set jit = off
