-- postgresql_begin.sql - a transaction that writes, one at a time for all instances.
-- SPDX-License-Identifier: Apache-2.0
begin isolation level read committed;
select pg_advisory_xact_lock(hashtext('tablesync'), hashtext(current_schema()))
