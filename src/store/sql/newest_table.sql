-- newest_table.sql - the highest id of a table, where a search ends.
-- SPDX-License-Identifier: Apache-2.0
select max(id) from catalog_table
