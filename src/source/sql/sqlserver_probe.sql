-- sqlserver_probe.sql - fails where the account may not select from this table.
-- SPDX-License-Identifier: Apache-2.0
--
-- Hole: its full name, quoted.
select 1 as is_allowed from {table} t where 1 = 0
