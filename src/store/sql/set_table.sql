-- set_table.sql - a new version of a table, and what people wrote stays.
-- SPDX-License-Identifier: Apache-2.0
update catalog_table
set version = cast(? as bigint), observed_at = cast(? as bigint),
	removed = cast(? as bigint)
where id = cast(? as bigint)
