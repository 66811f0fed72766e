-- mariadb_facets.sql - what there is to be told of one table: a part of a statement.
-- SPDX-License-Identifier: Apache-2.0
--
-- For a table by its number, and a pass; parameters: schema and table, six times.
-- Both names are compared with constants, or the server would open every table.  Rows are
-- those of mariadb_rows.h.  Of the comments with ! MariaDB runs those with M, MySQL those
-- with a number.
select
    {at}, {pass}, 2, table_name, @@lower_case_table_names, table_schema, table_type, engine,
    table_comment, /*M! 'MariaDB' */ /*!80000 'MySQL' */, null, null
from information_schema.tables
where table_schema = ? and table_name = ?
union all
select
    {at}, {pass}, 3, column_name, ordinal_position, column_type, is_nullable, column_default,
    extra, column_comment, generation_expression, null
from information_schema.columns
where table_schema = ? and table_name = ?
union all
select
    {at}, {pass}, 4, index_name, seq_in_index, column_name, non_unique, collation, sub_part,
    index_type, index_comment, /*M! null */ /*!80013 expression */
from information_schema.statistics
where table_schema = ? and table_name = ?
union all
select
    {at}, {pass}, 5, constraint_name, ordinal_position, column_name,
    referenced_table_schema, referenced_table_name, referenced_column_name, null, null, null
from information_schema.key_column_usage
where table_schema = ? and table_name = ? and referenced_table_name is not null
union all
select
    {at}, {pass}, 6, constraint_name, 0, update_rule, delete_rule, null, null, null, null, null
from information_schema.referential_constraints
where constraint_schema = ? and table_name = ?
union all
select
    {at}, {pass}, 7, c.constraint_name, 0, c.check_clause, null, null, null, null, null, null
from information_schema.check_constraints c
/*!80016 join information_schema.table_constraints t
    on t.constraint_schema = c.constraint_schema and t.constraint_name = c.constraint_name */
where c.constraint_schema = ? and /*M! c */ /*!80016 t */ .table_name = ?
