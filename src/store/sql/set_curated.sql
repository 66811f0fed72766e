-- set_curated.sql - what people wrote about a table.
-- SPDX-License-Identifier: Apache-2.0
update catalog_table
set title = ?, description = ?, custom_fields = ?, curated = cast(? as bigint)
where id = cast(? as bigint)
