-- mariadb_view.sql - the text of one view, as mariadb_facets.sql.
-- SPDX-License-Identifier: Apache-2.0
select
    {at}, {pass}, 8, table_name, 0, view_definition, null, null, null, null, null, null
from information_schema.views
where table_schema = ? and table_name = ?
