-- sqlserver_session.sql - how a new connection is set up.
-- SPDX-License-Identifier: Apache-2.0
--
-- What describes a table waits for an ALTER TABLE that is not committed, and a batch must
-- not wait long.  To read what is not committed would be faster, and wrong.
set nocount on;
set lock_timeout 200;
set textsize 2147483647;
set deadlock_priority low;
set transaction isolation level read committed
