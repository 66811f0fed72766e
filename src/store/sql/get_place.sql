-- get_place.sql - in which data source and schema a table is.
-- SPDX-License-Identifier: Apache-2.0
select ds_id, schema_name from catalog_table where id = cast(? as bigint)
