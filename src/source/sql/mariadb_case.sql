-- mariadb_case.sql - whether names that differ in case are two names here.
-- SPDX-License-Identifier: Apache-2.0
select @@lower_case_table_names = 0
