-- page_tables.sql - ids of tables that fit the conditions: the inner query of list_tables.sql.
-- SPDX-License-Identifier: Apache-2.0
select t.id
from catalog_table t
where t.removed = cast(? as bigint){conditions}
order by {order}
limit cast(? as bigint)
