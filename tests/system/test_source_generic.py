# test_source_generic.py - the dialect for any other DBMS, on ODBC's catalog functions:
# PostgreSQL and SQLite read as if nobody had written a dialect for them.
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from lib.reading import Reader

NAMES = ["parent", "child", "outward", "seen", "nothing", 'quo"ted.[`名 🙂%_']
SAME = ["schema_name", "name", "is_view", "kind", "primary_key", "foreign_keys", "synonyms"]


@pytest.fixture(scope="module")
def shop(postgres):
    postgres.create_database("generic_shop")
    sql = Path(__file__).parents[1] / "lib" / "nasty.sql"
    postgres.execute(sql.read_text(encoding="utf-8"), "generic_shop")
    postgres.execute("""create table app."quo""ted.[`名 🙂%_" (id integer primary key);
                        create table app.like_x (x integer); create table app."like%" ();
                        create table app."Parent" (other text)""",
                     "generic_shop")
    return "generic_shop"


@pytest.fixture
def reader(build, tmp_path, postgres, shop):
    return Reader(build, tmp_path, connection=postgres.connection(shop), dialect="generic")


@pytest.fixture
def exact(build, tmp_path, postgres, shop):
    return Reader(build, tmp_path, connection=postgres.connection(shop))


def test_it_tells_what_the_dialect_tells_where_the_functions_know_it(reader, exact):
    for name, found, known in zip(NAMES, reader.read("app", *NAMES),
                                  exact.read("app", *NAMES), strict=True):
        assert list(found) == list(known), found
        for member in SAME:
            assert found[member] == known[member], (name, member)
        for member in ("name", "position", "primary_key_position", "default"):
            assert [column[member] for column in found["columns"]] == [
                column[member] for column in known["columns"]], (name, member)
        assert [(index["name"], index["unique"], index["primary"])
                for index in sorted(found["indexes"], key=lambda index: index["name"])] == [
            (index["name"], index["unique"], index["primary"]) for index in known["indexes"]]


def test_columns_have_types_and_nullability(reader):
    columns = {column["name"]: column for column in reader.table("app", "child")["columns"]}
    assert columns["id"]["type"] == "int8" and not columns["id"]["nullable"]
    assert columns["price"]["type"] == "numeric(10,2)" and columns["price"]["nullable"]
    assert columns["n" * 63]["type"] == "varchar(7)"


def test_names_are_names_and_no_patterns(reader):
    assert reader.table("app", "like%")["columns"] == []
    assert reader.error("app", "like_%")[0] == "table_not_found"
    assert reader.error("ap_", "parent")[0] == "schema_not_found"
    assert [column["name"] for column in reader.table("app", "Parent")["columns"]] == ["other"]
    assert "did you mean 'child'?" in reader.error("app", "CHILD")[1]


def test_absence_is_not_sure(reader):
    outcome, = reader.read("app", "gone")
    assert outcome["error"]["code"] == "table_not_found" and outcome["document"] is None
    assert "or not for this account" in outcome["error"]["message"]


def test_another_catalog_is_not_served(reader):
    assert "only 'generic_shop' is" in reader.error("other.app", "parent")[1]
    assert reader.table("generic_shop.app", "parent")["schema_name"] == "app"


def test_one_connection_per_catalog(build, tmp_path, postgres, shop):
    reader = Reader(build, tmp_path, connection=postgres.connection("{catalog}"),
                    dialect="generic", catalogs=["postgres", shop])
    document = reader.table(f"{shop}.app", "outward")
    assert document["schema_name"] == f"{shop}.app"
    assert document["foreign_keys"][0]["referenced_schema"] == f'{shop}."we.ird ""schema"""'
    assert reader.error("app", "outward")[0] == "schema_not_found"


def test_lists(reader, exact):
    known = exact.list("app")
    # The driver leaves out nothing but what it has no kind for.
    assert {name: known[name] for name in reader.list("app")} == reader.list("app")
    assert set(NAMES) <= set(reader.list("app"))
    assert reader.list("nope")["error"]["code"] == "schema_not_found"


def test_a_dbms_without_catalogs_and_schemas(build, tmp_path, sqlite_file):
    path = sqlite_file("""
        create table parent (b text, a integer, primary key (b, a));
        create table child (id integer primary key, x text default 'y', pb text, pa integer,
            foreign key (pb, pa) references parent (b, a) on delete cascade);
        create unique index child_x on child (x); create view seen as select id from child;""")
    reader = Reader(build, tmp_path, dialect="generic",
                    connection=f"Driver=SQLite3;Database={path};NoCreat=1;Timeout=2000")
    parent, child, seen = reader.read("main", "parent", "child", "seen")
    assert parent["schema_name"] == "main"
    assert parent["primary_key"]["columns"] == ["b", "a"]
    assert [column["name"] for column in child["columns"]] == ["id", "x", "pb", "pa"]
    key, = child["foreign_keys"]
    assert (key["columns"], key["referenced_table"], key["referenced_columns"],
            key["on_delete"]) == (["pb", "pa"], "parent", ["b", "a"], "CASCADE")
    assert key["referenced_schema"] == "main"
    # The driver makes up one for the primary key, too.
    assert ("child_x", True, ["x"]) in [
        (index["name"], index["unique"], index["columns"]) for index in child["indexes"]]
    assert seen["is_view"] and seen["kind"] == "VIEW"
    assert reader.error("temp", "parent")[0] == "schema_not_found"
    assert set(reader.list("main")) >= {"parent", "child", "seen"}
