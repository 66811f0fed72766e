-- sqlserver_catalog.sql - the database that the connection is in.
-- SPDX-License-Identifier: Apache-2.0
select db_name() as name
