-- set_seen.sql - the table was seen again as it was.
-- SPDX-License-Identifier: Apache-2.0
update catalog_table
set observed_at = cast(? as bigint)
where id = cast(? as bigint)
