# test_source_mariadb.py - documents of MariaDB tables, facet by facet, against SQLAlchemy's
# inspector, SHOW CREATE TABLE and what INSERT does.
# SPDX-License-Identifier: Apache-2.0
import datetime
import re

import pytest
import sqlalchemy

from lib.mariadb import quoted
from lib.mariadb_shop import BROKEN, documents, names, reader, shop  # noqa: F401
from lib.reading import Reader

LONG = "n" * 64  # the longest name
# Of a type that it does not know.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL")


@pytest.fixture
def tables(documents):
    return {name: document for name, document in documents.items() if not document["is_view"]}


@pytest.fixture
def inspector(shop):
    engine = sqlalchemy.create_engine(
        f"mysql+pymysql://root@127.0.0.1:{shop.port}/shop?charset=utf8mb4")
    yield sqlalchemy.inspect(engine)
    engine.dispose()


@pytest.fixture
def ddl(shop):
    """ddl(table) is what SHOW CREATE TABLE prints, by line."""
    def lines(table, schema="shop"):
        (_, text, *_), = shop.execute(f"show create table {quoted(schema)}.{quoted(table)}")
        return [line.strip().removesuffix(",") for line in text.splitlines()]
    return lines


def test_all_tables_come_from_one_read(documents):
    assert len(documents) == 28
    for name, document in documents.items():
        assert document.get("name") == name, document
        assert list(document) == [
            "schema_name", "name", "is_view", "synonyms", "db_comment", "observed_at", "kind",
            "columns", "primary_key", "unique_constraints", "check_constraints",
            "foreign_keys", "indexes", "view_definition"]
        assert document["schema_name"] == "shop" and document["synonyms"] is None


def test_kinds(documents):
    expected = dict.fromkeys(documents, "TABLE") | dict.fromkeys(
        ["seen", "of_view", *BROKEN], "VIEW") | dict.fromkeys(
        ["kept", "kept_openly"], "SYSTEM VERSIONED TABLE")
    assert {name: document["kind"] for name, document in documents.items()} == expected
    assert {name for name, document in documents.items() if document["is_view"]} == {
        "seen", "of_view", *BROKEN}


def test_columns_are_those_that_an_inspector_finds(documents, inspector, shop):
    for name, document in documents.items():
        if name in BROKEN:
            continue
        found = [column["name"] for column in document["columns"]]
        assert found == [column["name"].replace("``", "`")
                         for column in inspector.get_columns(name)], name
        shown = shop.execute(f"show full columns from {quoted(name)}", "shop")
        assert [(column["name"], column["type"], column["nullable"], column["comment"])
                for column in document["columns"]] == [
            (row[0], row[1], row[3] == "YES", row[8] or None) for row in shown]
        assert [column["position"] for column in document["columns"]] == list(
            range(1, len(found) + 1))
    assert len(documents["wide"]["columns"]) == 1000


def test_each_column_stands_in_the_ddl_with_its_type(tables, ddl):
    for name, document in tables.items():
        lines = [line for line in ddl(name) if line.startswith("`")]
        assert len(lines) == len(document["columns"]), name
        for line, column in zip(lines, document["columns"], strict=True):
            assert line.startswith(f"{quoted(column['name'])} {column['type']}"), line
            assert ("AUTO_INCREMENT" in line) == (column["identity"] == "by default"), line
            kind = {"virtual": "VIRTUAL", "stored": "STORED", None: None}[column["generated"]]
            assert bool(kind) == ("GENERATED ALWAYS AS" in line), line
            if kind and "ROW " not in line:
                assert f"GENERATED ALWAYS AS ({column['default']}) {kind}" in line
            elif not kind and column["default"] is not None:
                assert f" DEFAULT {column['default']}" in line, line
            elif not kind:
                assert " DEFAULT " not in line.replace(" DEFAULT NULL", ""), line


def test_odd_columns(tables):
    child = {column["name"]: column for column in tables["child"]["columns"]}
    assert {name: child[name]["default"] for name in (
        "b", "price", "tags", "document", "made", "flags", "nothing", "empty", "id", "thrice",
        "token")} == {
        "b": "'a''b\\\\\"c'", "price": "-1.500", "tags": "'x,y''z'",
        "document": "json_object('a',1)", "made": "current_timestamp(3)", "flags": "b'101'",
        "nothing": None, "empty": "''", "id": None, "thrice": "concat(`empty`,',','CHECK (')",
        "token": "uuid()"}
    assert child["mood"]["type"] == "enum('sad','it''s, (so) so','CHECK (1)','親')"
    assert child["amount"]["default"] is None  # invisible, and a column all the same
    versioned = {column["name"]: (column["generated"], column["default"])
                 for column in tables["kept_openly"]["columns"]}
    assert versioned == {"a": (None, None), "begun": ("stored", "ROW START"),
                         "ended": ("stored", "ROW END")}
    assert [column["name"] for column in tables["kept"]["columns"]] == ["a", "b"]


def test_the_default_is_what_an_insert_gives(shop, tables):
    for column in tables["child"]["columns"]:
        if column["default"] is None or column["generated"]:
            continue
        shop.execute(f"create table copy (k int, v {column['type']} default {column['default']})",
                     "shop")
        try:
            (_, text), = shop.execute("show create table copy", "shop")
            assert f" DEFAULT {column['default']}" in text
        finally:
            shop.execute("drop table copy", "shop")


def test_comments(documents, inspector):
    assert documents["parent"]["db_comment"] == 'the "parent"\nof \'all\' 親 \\'
    for name, document in documents.items():
        if not document["is_view"]:
            assert document["db_comment"] == inspector.get_table_comment(name)["text"], name
        else:
            assert document["db_comment"] is None


def test_keys_are_those_that_an_inspector_finds(tables, inspector):
    for name, document in tables.items():
        primary = inspector.get_pk_constraint(name)["constrained_columns"]
        found = document["primary_key"]
        assert found == ({"name": "PRIMARY", "columns": primary} if primary else None), name
        marked = {column["primary_key_position"]: column["name"]
                  for column in document["columns"] if column["primary_key_position"]}
        assert [marked[i] for i in sorted(marked)] == primary
        if name == "periods":  # its key ends WITHOUT OVERLAPS, which the inspector cannot read
            continue
        unique = {(key["name"], *key["column_names"])
                  for key in inspector.get_unique_constraints(name)}
        assert {(key["name"], *key["columns"])
                for key in document["unique_constraints"]} == unique, name


def test_indexes_are_those_of_the_ddl(tables, ddl):
    for name, document in tables.items():
        lines = [line for line in ddl(name)
                 if re.match(r"((UNIQUE|FULLTEXT|SPATIAL|PRIMARY) )?KEY ", line)]
        definitions = [index["definition"] for index in document["indexes"]]
        if name == "periods":
            assert lines == ["UNIQUE KEY `a` (`a`,`p` WITHOUT OVERLAPS)"]
            assert definitions == ["UNIQUE KEY `a` (`a`,`to_day`,`from_day`)"]
            continue
        # The server always knows what kind of tree or table an index is, and prints it only
        # where it was asked for.
        usual = [re.sub(r" USING (BTREE|HASH)", "", text) for text in (*lines, "|", *definitions)]
        middle = usual.index("|")
        assert sorted(usual[:middle]) == sorted(usual[middle + 1:]), name
        for index in document["indexes"]:
            assert index["primary"] == (index["name"] == "PRIMARY")
            assert index["unique"] == index["definition"].startswith(("PRIMARY", "UNIQUE"))
    mixed, = [index for index in tables["child"]["indexes"] if index["name"] == "child_mixed"]
    assert mixed["columns"] == ["`b`(4)", "a", "up"]
    assert mixed["definition"] == "KEY `child_mixed` (`b`(4) DESC,`a`,`up`)"


def test_checks_are_those_of_the_ddl(tables, ddl):
    for name, document in tables.items():
        lines = ddl(name)
        for check in document["check_constraints"]:
            of_table = f"CONSTRAINT {quoted(check['name'])} CHECK ({check['expression']})"
            of_column = re.compile(
                re.escape(quoted(check["name"])) + " .* "
                + re.escape(f"CHECK ({check['expression']})") + "$")
            if name != "periods":
                assert of_table in lines or any(of_column.match(line) for line in lines), check
        count = sum(line.count(" CHECK (") for line in lines)
        if name == "periods":  # a period implies a check
            assert document["check_constraints"] == [
                {"name": "p", "expression": "`from_day` < `to_day`"}]
        else:
            assert len(document["check_constraints"]) == count, name


def test_foreign_keys_are_those_that_an_inspector_finds(tables, inspector):
    for name, document in tables.items():
        expected = [{
            "name": key["name"], "columns": key["constrained_columns"],
            "referenced_schema": "shop", "referenced_table": key["referred_table"],
            "referenced_columns": key["referred_columns"],
            "on_update": key["options"].get("onupdate", "RESTRICT"),
            "on_delete": key["options"].get("ondelete", "RESTRICT"),
        } for key in inspector.get_foreign_keys(name)]
        # The inspector does not read names with a back-tick, nor NO ACTION.
        found = [{member: "RESTRICT" if value == "NO ACTION" else value
                  for member, value in key.items()} for key in document["foreign_keys"]
                 if "`" not in key["name"] + key["referenced_table"]]
        assert found == sorted((key for key in expected if "`" not in key["name"]),
                               key=lambda key: key["name"]), name
    child = {key["name"]: key for key in tables["child"]["foreign_keys"]}
    assert set(child) == {"child `self, (x)", "child_out", "child_parent", "child_unique"}
    assert child["child `self, (x)"] == {
        "name": "child `self, (x)", "columns": ["up"], "referenced_schema": "shop",
        "referenced_table": "child", "referenced_columns": ["id"], "on_update": "RESTRICT",
        "on_delete": "CASCADE"}
    assert child["child_out"] == {
        "name": "child_out", "columns": ["a"], "referenced_schema": '"main.dbo"',
        "referenced_table": "tar`get", "referenced_columns": ["x.y"], "on_update": "NO ACTION",
        "on_delete": "RESTRICT"}


def test_each_pair_of_actions(build, tmp_path, shop, reader):
    shop.execute("create database actions; create table actions.one (a int primary key)")
    pairs = [(update, delete) for update in ACTIONS for delete in ACTIONS]
    keys = ", ".join(
        f"constraint k{i:02} foreign key (a{i}) references one (a) on update {update} "
        f"on delete {delete}" for i, (update, delete) in enumerate(pairs))
    columns = ", ".join(f"a{i} int" for i in range(len(pairs)))
    shop.execute(f"create table many ({columns}, {keys})", "actions")
    # Whoever has SELECT alone is told by other means.
    shop.execute("create or replace user actions; grant select on actions.* to actions")
    for who in (reader, Reader(build, tmp_path, connection=shop.connection(user="actions"))):
        assert [(key["on_update"], key["on_delete"])
                for key in who.table("actions", "many")["foreign_keys"]] == pairs


def test_views(documents, reader):
    seen = documents["seen"]
    assert "from (`shop`.`child`" in seen["view_definition"] and "ü 日" in seen["view_definition"]
    assert [column["name"] for column in seen["columns"]] == ["id", "ä", "thrice", "words"]
    assert documents["parent"]["view_definition"] is None
    for name in BROKEN:
        document = reader.table("shop", name)
        assert document["columns"] == [] and document["view_definition"].startswith("select")
        warning, = reader.warnings
        assert "references invalid table(s) or column(s)" in warning


def test_a_system_view_is_a_view(reader):
    document = reader.table("information_schema", "TABLES")
    assert document["kind"] == "VIEW" and document["columns"][0]["name"] == "TABLE_CATALOG"


def test_the_observation_is_timed_by_the_server(shop, documents):
    times = sorted(document["observed_at"] for document in documents.values())
    now, = shop.execute("select date_format(utc_timestamp(6), '%Y-%m-%dT%H:%i:%s.%fZ')")[0]
    observed = [datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
                for text in (times[0], times[-1], now)]
    assert observed[0] < observed[1] < observed[2]
    assert observed[2] - observed[0] < datetime.timedelta(seconds=60)


def test_a_database_with_a_dot_is_one_schema(reader):
    for name in ("main.dbo", '"main.dbo"'):
        document = reader.table(name, "tar`get")
        assert document["schema_name"] == '"main.dbo"'
        assert document["foreign_keys"][0]["referenced_schema"] == "shop"


def test_what_is_not_there_is_told_apart(reader):
    cases = {
        ("shop", "Child"): ("table_not_found", "did you mean 'child'?"),
        ("shop", "chil_"): ("table_not_found", "did you mean 'child'?"),
        ("shop", "a%b"): ("table_not_found", "did you mean"),
        ("shop", "zzzzzz"): ("table_not_found", "no table 'zzzzzz' in schema 'shop'"),
        ("shop", "select"): ("table_not_found", "did you mean 'sélect'?"),
        ("shop", "sélect "): ("table_not_found", "no table"),
        ("shop", "lead"): ("table_not_found", "did you mean ' lead'?"),
        ("shop", "50%%"): ("table_not_found", "did you mean '50%'?"),
        ("shop", "sélect\n"): ("table_not_found", "no table"),
        ("shop", "child😀"): ("table_not_found", "no table"),
        ("shop", LONG + "n"): ("table_not_found", "no table"),
        ("shop", "n" * 9000): ("table_not_found", "no table"),
        ("shop", "child\\"): ("table_not_found", "did you mean 'child'?"),
        ("shop", "../shop/child"): ("table_not_found", "no table"),
        ("shop", "counter"): ("table_not_found", "is a sequence, not a table"),
        ("SHOP", "child"): ("schema_not_found", "no schema 'SHOP': did you mean 'shop'?"),
        ("sho_", "child"): ("schema_not_found", "no schema 'sho_': did you mean 'shop'?"),
        ("%", "child"): ("schema_not_found", "no schema '%'"),
        ("main", "child"): ("schema_not_found", "no schema 'main'"),
        ("nope", "counter"): ("schema_not_found", "no schema 'nope'"),
        ("n" * 65, "child"): ("schema_not_found", "no schema"),
        ("n" * 9000, "child"): ("schema_not_found", "no schema"),
        ("shop😀", "child"): ("schema_not_found", "no schema"),
        ("shop/../shop", "child"): ("schema_not_found", "no schema"),
        ("shop ", "child"): ("schema_not_found", "did you mean 'shop'?"),
    }
    for (schema, table), (code, text) in cases.items():
        outcome, = reader.read(schema, table)
        error = outcome["error"]
        assert error["code"] == code and text in error["message"], (schema, table, error)
        document = outcome["document"]
        assert document.pop("observed_at").endswith("Z")
        assert document == {"schema_name": f'"{schema}"' if "." in schema else schema,
                            "name": table, "removed": True}


def test_a_name_with_a_question_mark_is_no_stand_in(shop, reader):
    shop.execute("create table `a?` (a int); create temporary table passing (a int)", "shop")
    assert reader.table("shop", "a?")["name"] == "a?"
    assert reader.error("shop", "a😀")[0] == "table_not_found"
    shop.execute("drop table `a?`", "shop")


def test_a_temporary_table_is_seen_by_its_maker_alone(shop, reader):
    with shop.connect("shop") as connection, connection.cursor() as cursor:
        cursor.execute("create temporary table passing (a int)")
        assert reader.error("shop", "passing")[0] == "table_not_found"
        cursor.execute("create temporary table child (a int)")
        assert len(reader.table("shop", "child")["columns"]) == 22


def test_lists(reader, shop, names):
    expected = {name: kind == "VIEW" for name, kind in shop.execute(
        "show full tables", "shop") if kind != "SEQUENCE"}
    assert reader.list("shop") == expected and set(expected) == set(names)
    assert reader.list("main.dbo") == {"tar`get": False}
    assert reader.list("shp")["error"]["message"].endswith("did you mean 'shop'?")
    shop.execute("create database `empty one`")
    assert reader.list("empty one") == {}


@pytest.fixture
def statements(shop):
    """statements() are those that drivers had the server run; PyMySQL's are not among them."""
    shop.execute("set global general_log = on")
    yield lambda: [line for line in shop.general_log.read_text("utf-8", "replace").splitlines()
                   if re.search(r"\t *\d+ Execute\t", line)]
    shop.execute("set global general_log = off")


def test_one_table_is_one_statement_whatever_else_there_is(reader, shop, statements):
    shop.execute("create or replace database crowd")
    for size in (10, 300):
        with shop.connect("crowd") as connection, connection.cursor() as cursor:
            for n in range(size):
                cursor.execute(f"create table if not exists t{n} (a int primary key, b int)")
        with reader.follow() as read:
            read("crowd", "t1")
            for count in (1, 16):
                before, opened = len(statements()), opened_tables(shop)
                read("crowd", *[f"t{n % 10}" for n in range(count)])
                assert len(statements()) - before == 1, statements()[before:]
                assert opened_tables(shop) - opened <= 10


def opened_tables(shop):
    (_, count), = shop.execute("show global status like 'Opened_table_definitions'")
    return int(count)


def test_from_job_to_catalog(make_site, shop):
    shop.execute("create or replace database jobs; create table jobs.orders "
                 "(id int primary key, `größe` decimal(8, 2) comment 'in m')")
    site = make_site([{"id": 8, "name": "shop", "connection": shop.connection()}])
    site.start_worker()
    job = {"datasource_id": 8, "schema": "jobs", "table": "orders"}
    reply = site.ask(job).value
    assert (reply["status"], reply["code"], reply["change"]["kind"]) == ("ok", 201, "created")
    shop.execute("alter table jobs.orders add column note text")
    reply = site.ask(job).value
    assert reply["change"]["columns_added"] == ["note"]
    entry = site.serve.table(reply["table"]["id"])
    assert [column["name"] for column in entry["columns"]] == ["id", "größe", "note"]
    shop.execute("drop table jobs.orders")
    assert site.ask(job).error == "table_not_found"
    entry, = site.serve.tables(ds_id=8, removed="true")
    assert entry["name"] == "orders"
