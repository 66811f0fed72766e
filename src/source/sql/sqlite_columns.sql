-- sqlite_columns.sql - the columns of a view or virtual table, or why it has none.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameters: the name, the schema.  The form is that of sqlite_read.sql.
select json_group_array(json_object('name', name, 'type', type, 'is_not_null', "notnull",
    'default', dflt_value, 'key_position', pk, 'hidden', hidden)) as columns
from pragma_table_xinfo(?, ?)
