# test_tsql.py - SQL Server's statements are T-SQL and use what is documented, as nothing runs them.
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

SQL = Path(__file__).parents[2] / "src" / "source" / "sql"
STATEMENTS = sorted(SQL.glob("sqlserver_*.sql"))
CATALOG = "a]b'c"
HOLES = {"{catalog}": "[a]]b'c]", "{names}": "(1, ?), (2, ?)", "{table}": "[a]]b'c].[d].[e]"}

# The columns that Microsoft documents, of those views and columns that are used; the last two
# of sys.tables came with SQL Server 2016, everything else is in 2012.
DOCUMENTED = {
    "all_columns": "object_id name column_id system_type_id user_type_id max_length precision "
                   "scale is_nullable is_identity is_computed default_object_id",
    "all_objects": "name object_id schema_id type modify_date",
    "all_sql_modules": "object_id definition",
    "check_constraints": "name parent_object_id definition",
    "computed_columns": "object_id column_id definition is_persisted",
    "data_spaces": "data_space_id type",
    "database_permissions": "type state",
    "databases": "name",
    "default_constraints": "object_id definition",
    "extended_properties": "class major_id minor_id name value",
    "foreign_key_columns": "constraint_object_id constraint_column_id parent_object_id "
                           "parent_column_id referenced_object_id referenced_column_id",
    "foreign_keys": "name object_id parent_object_id update_referential_action "
                    "delete_referential_action",
    "index_columns": "object_id index_id index_column_id column_id key_ordinal "
                     "is_descending_key is_included_column",
    "indexes": "object_id index_id name type is_unique is_primary_key is_unique_constraint "
               "is_hypothetical filter_definition data_space_id",
    "schemas": "name schema_id",
    "tables": "object_id is_external temporal_type",
    "types": "name schema_id user_type_id is_user_defined",
}
SINCE_2016 = {"is_external", "temporal_type"}
# The views of the server itself.
OF_THE_SERVER = {"databases"}


def complaints(text):
    """What is wrong with a statement whose holes are filled."""
    found = []
    try:
        statements = sqlglot.parse(text, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        return [f"not T-SQL: {error}"]
    for statement in statements:
        if any(True for _ in statement.find_all(exp.Command)):
            found.append("a part that is not understood")
        for union in statement.find_all(exp.Union):
            if len(union.left.selects) != len(union.right.selects):
                found.append("a union of unequal rows")
        for table in statement.find_all(exp.Table):
            if table.db == "sys" and table.catalog != (
                    "" if table.name in OF_THE_SERVER else CATALOG):
                found.append(f"{table.name} of the wrong catalog")
        if isinstance(statement, exp.Query):
            for scope in traverse_scope(statement):
                found += unknown_columns(scope)
    return found


def unknown_columns(scope):
    """Columns that the views do not have, or that older servers would not find."""
    for column in scope.columns:
        source = scope.sources.get(column.table)
        if not column.table:
            view = next((table.name for table in scope.sources.values()
                         if isinstance(table, exp.Table) and table.db == "sys"), None)
            if view and column.name not in SINCE_2016:
                yield f"{column.name} without its table"
        elif isinstance(source, exp.Table) and source.db == "sys":
            if column.name not in DOCUMENTED.get(source.name, "").split():
                yield f"{source.name} has no {column.name}"
            elif column.name in SINCE_2016:
                yield f"{source.name}.{column.name} is not in 2012"


def filled(path):
    text = path.read_text(encoding="utf-8")
    for hole, value in HOLES.items():
        text = text.replace(hole, value)
    assert "{" not in text, path
    return text


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_the_statement_is_tsql_on_documented_views(path):
    assert not complaints(filled(path))


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_nothing_in_a_comment_is_taken_for_sql(path):
    """Drivers may look there for parameters and quotes, and a name that fills a hole there may
    hold the end of the line."""
    comments = re.findall(r"--.*", path.read_text(encoding="utf-8"))
    assert comments and not [line for line in comments if re.search(r"[?'\"\[{]", line)]


def test_all_rows_of_a_read_have_the_columns_that_the_program_takes():
    tree = sqlglot.parse_one(filled(SQL / "sqlserver_read.sql"), dialect="tsql")
    assert [column.alias_or_name for column in tree.selects] == [
        "total", "nth", "part", "seq", *(f"n{i}" for i in range(1, 9)), "name",
        *(f"t{i}" for i in range(1, 6))]


FAULTS = {
    "a bracket that is not closed": (
        "= o.object_id\n    ) k", "= o.object_id\n    k", "not T-SQL"),
    "a word that is cut": ("from (values", "fro (values", "not T-SQL"),
    "a misspelt column": ("c.is_nullable", "c.nullable", "all_columns has no"),
    "the connection's own catalog": (
        "[a]]b'c].sys.foreign_keys", "sys.foreign_keys", "of the wrong catalog"),
    "a row that is too short": ("x.is_descending_key, ", "", "a union of unequal rows"),
    "a column of 2016": ("is_external as", "t.is_external as", "is not in 2012"),
    "a column without its table": (
        "where i.object_id", "where object_id", "without its table"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_check_finds(fault):
    right, wrong, complaint = FAULTS[fault]
    text = filled(SQL / "sqlserver_read.sql")
    assert right in text and not complaints(text)
    found = complaints(text.replace(right, wrong, 1))
    assert found and complaint in found[0], found
