-- mariadb_schemas.sql - the schemas that the account sees.
-- SPDX-License-Identifier: Apache-2.0
select schema_name, @@lower_case_table_names from information_schema.schemata
