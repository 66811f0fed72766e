-- sqlserver_databases.sql - the catalogs that the account may use.
-- SPDX-License-Identifier: Apache-2.0
select convert(varchar(512), cast(d.name as varbinary(256)), 2) as name
from sys.databases d
where has_dbaccess(d.name) = 1
