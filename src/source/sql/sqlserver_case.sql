-- sqlserver_case.sql - 1 where names that differ in case only name two tables.
-- SPDX-License-Identifier: Apache-2.0
select case when N'a' collate catalog_default = N'A' collate catalog_default then '0'
    else '1' end as is_case_sensitive
