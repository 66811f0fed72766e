# test_source_sqlite.py - documents of SQLite tables, facet by facet, against what Python's
# sqlite3 says, and against what was written where SQLite itself does not tell.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import datetime
import sqlite3

import pytest

from lib.reading import Reader

ODD = """o.d d"'`[]%_\\🙂(--/*"""
QUOTED = '"' + ODD.replace('"', '""') + '"'

SHOP = f"""
create table parent (Id integer primary key autoincrement, X text constraint ux unique,
    y int not null default 7 check (y > 0), z default (1 + 2), "when" default current_date,
    g int generated always as (y + 1) stored, h as ( y || ',)' ) virtual not null);
create table child (a int, b text, c int constraint fk_c references PARENT on delete set null
    on update cascade, d text references parent ([x]) on delete restrict unique,
    constraint pk primary key (b, a), constraint pair foreign key (a, b) references Pair,
    foreign key (a, b) references pair (q, p) deferrable initially deferred,
    constraint "a ck" check (a <> ')' /* a, b */ and b in (1, 2)), check (c)) without rowid;
create table Pair (p int, q int, primary key (p, q), unique (q, p));
create table tree (id integer primary key, up int references tree, other references nowhere,
    pair int references pair);
create table rule_breaker (id integer primary key desc, one text, two text primary_key);
create table key_with_nulls (id text primary key, code varchar (10, 2) not null) ;
create table strict_one (id int primary key, any_one any, b blob not null) strict;
create table as_select as select 1 as "a b", 'x' as c;
create table {QUOTED} ({QUOTED} text constraint {QUOTED} unique,
    constraint {QUOTED} check ({QUOTED} > ''), constraint {QUOTED} foreign key ({QUOTED})
    references {QUOTED} ({QUOTED}));
create index by_date on parent (y desc, "when" collate nocase);
create unique index by_text on parent (lower(X) desc, z || ', (' asc) where y > 1;
create index {QUOTED[:-1]}x" on {QUOTED} ({QUOTED});
create trigger watcher after insert on parent begin select 1; end;
alter table key_with_nulls add column later int constraint late check (later > 0) default 5;
alter table rule_breaker rename to "renamed to";
create view seen as select Id, X as "the x", y + 1 from parent;
create view named (one, two) as select 1, 'x';
create view broken as select * from gone;
create virtual table words using fts5 (title, body);
"""

TABLES = ["parent", "child", "Pair", "tree", "renamed to", "key_with_nulls", "strict_one",
          "as_select", ODD]

# What only the text of CREATE TABLE holds: names in the order of the facets, and texts.
TEXTS = {
    "parent": {"unique": ["ux"], "checks": [(None, "y > 0")],
               "generated": {"g": "y + 1", "h": "y || ',)'"}, "identity": ["Id"]},
    "child": {"primary": "pk", "unique": [None], "foreign": ["fk_c", None, "pair", None],
              "checks": [("a ck", "a <> ')' /* a, b */ and b in (1, 2)"), (None, "c")]},
    "Pair": {"unique": [None]},
    "tree": {"foreign": [None, None, None]},
    "key_with_nulls": {"checks": [("late", "later > 0")]},
    ODD: {"unique": [ODD], "foreign": [ODD], "checks": [(ODD, f"{QUOTED} > ''")]},
}
NEVER_NULL = {("parent", "Id"), ("child", "a"), ("child", "b"), ("tree", "id")}


@pytest.fixture
def shop(sqlite_file):
    return sqlite_file(SHOP, "shop")


def connection(path):
    return f"Driver=SQLite3;Database={path};Timeout=300"


@pytest.fixture
def reader(build, tmp_path, shop):
    return Reader(build, tmp_path, connection=connection(shop))


@pytest.fixture
def ask(shop):
    with contextlib.closing(sqlite3.connect(shop)) as database:
        database.row_factory = sqlite3.Row
        yield lambda sql, *params: database.execute(sql, params).fetchall()


@pytest.fixture
def documents(reader):
    return dict(zip(TABLES, reader.read("main", *TABLES), strict=True))


def text_of(table, facet, default):
    return TEXTS.get(table, {}).get(facet, default)


def test_all_members_are_there_in_their_order(documents):
    for name, document in documents.items():
        assert document.get("name") == name, document
        assert list(document) == [
            "schema_name", "name", "is_view", "synonyms", "db_comment", "observed_at", "kind",
            "columns", "primary_key", "unique_constraints", "check_constraints",
            "foreign_keys", "indexes", "view_definition"]
        assert (document["schema_name"], document["kind"]) == ("main", "TABLE")
        assert not document["is_view"] and document["view_definition"] is None


def test_columns(documents, ask):
    for name, document in documents.items():
        expected = []
        for row in ask("select * from pragma_table_xinfo(?) order by cid", name):
            generated = {2: "virtual", 3: "stored"}.get(row["hidden"])
            expected.append({
                "name": row["name"], "position": row["cid"] + 1, "type": row["type"],
                "nullable": not row["notnull"] and (name, row["name"]) not in NEVER_NULL,
                "default": (text_of(name, "generated", {})[row["name"]] if generated
                            else row["dflt_value"]),
                "comment": None, "primary_key_position": row["pk"] or None,
                "generated": generated,
                "identity": ("by default" if row["name"] in text_of(name, "identity", [])
                             else None)})
        assert document["columns"] == expected


def test_keys_and_checks(documents, ask):
    for name, document in documents.items():
        key = [row["name"] for row in
               ask("select name from pragma_table_xinfo(?) where pk > 0 order by pk", name)]
        assert document["primary_key"] == (
            {"name": text_of(name, "primary", None), "columns": key} if key else None)
        unique = [
            [part["name"] for part in ask("select * from pragma_index_info(?)", row["name"])]
            for row in ask("select * from pragma_index_list(?) where origin = 'u'"
                           " order by name", name)]
        assert document["unique_constraints"] == [
            {"name": constraint, "columns": columns} for constraint, columns
            in zip(text_of(name, "unique", []), unique, strict=True)]
        assert document["check_constraints"] == [
            {"name": constraint, "expression": text}
            for constraint, text in text_of(name, "checks", [])]


def test_foreign_keys(documents, ask):
    assert [key["referenced_columns"] for key in documents["child"]["foreign_keys"]] == [
        ["Id"], ["X"], ["p", "q"], ["q", "p"]]
    assert [(key["referenced_table"], key["referenced_columns"])
            for key in documents["tree"]["foreign_keys"]] == [
        ("tree", ["id"]), ("nowhere", []), ("Pair", [])]
    assert documents[ODD]["foreign_keys"][0]["referenced_columns"] == [ODD]
    for name, document in documents.items():
        rows = ask("select * from pragma_foreign_key_list(?) order by id desc, seq", name)
        keys = {row["id"]: row for row in reversed(rows)}
        names = text_of(name, "foreign", [])
        assert [{**key, "referenced_columns": None} for key in document["foreign_keys"]] == [
            {"name": names[at], "columns": [row["from"] for row in rows if row["id"] == key],
             "referenced_schema": "main", "referenced_columns": None,
             "referenced_table": {"PARENT": "parent", "pair": "Pair"}.get(
                 keys[key]["table"], keys[key]["table"]),
             "on_update": keys[key]["on_update"], "on_delete": keys[key]["on_delete"]}
            for at, key in enumerate(sorted(keys, reverse=True))]


def test_indexes(documents, ask):
    parts = {"by_text": ["lower(X)", "z || ', ('"]}
    for name, document in documents.items():
        expected = {}
        for row in ask("select l.*, s.sql from pragma_index_list(?) l"
                       " left join sqlite_schema s on s.name = l.name", name):
            columns = [part["name"] for part in
                       ask("select name from pragma_index_info(?)", row["name"])]
            expected[row["name"]] = {
                "name": row["name"], "unique": bool(row["unique"]),
                "primary": row["origin"] == "pk",
                "columns": parts.get(row["name"], columns), "definition": row["sql"]}
        assert {index["name"]: index for index in document["indexes"]} == expected
        assert len(document["indexes"]) == len(expected)


def test_names_are_found_without_regard_to_case(reader):
    for asked, name in [("PARENT", "parent"), ("pair", "Pair"), (ODD.upper(), ODD)]:
        assert reader.table("MAIN", asked)["name"] == name
        assert reader.table("MAIN", asked)["schema_name"] == "main"
    assert reader.error("main", "p_rent")[0] == "table_not_found"
    assert reader.error("main", "%")[0] == "table_not_found"


def test_views_and_virtual_tables(reader, ask):
    seen, named, words = reader.read("main", "seen", "named", "words")
    for view in (seen, named):
        assert view["is_view"] and view["kind"] == "VIEW"
        sql, = ask("select sql from sqlite_schema where name = ?", view["name"])
        assert view["view_definition"] == sql["sql"]
    assert [column["name"] for column in seen["columns"]] == ["Id", "the x", "y + 1"]
    assert [column["name"] for column in named["columns"]] == ["one", "two"]
    assert (words["kind"], words["is_view"]) == ("VIRTUAL TABLE", False)
    assert [column["name"] for column in words["columns"]] == ["title", "body"]
    assert not reader.warnings


def test_a_broken_view_has_a_warning_and_does_not_disturb_the_others(reader):
    parent, broken, seen = reader.read("main", "parent", "broken", "seen")
    assert len(parent["columns"]) == 7 and len(seen["columns"]) == 3
    assert broken["columns"] == [] and broken["view_definition"].startswith("CREATE VIEW")
    warning, = reader.warnings
    assert "gone" in warning


def test_what_is_absent_is_said_so_for_sure(reader):
    asked = {"parnt": "did you mean 'parent'?", "zebra": "no table 'zebra' in schema 'main'",
             "by_date": "is an index", "WATCHER": "is a trigger",
             "words_data": "is a virtual table's own storage", "sqlite_sequence": "SQLite's own"}
    begin = datetime.datetime.now(datetime.timezone.utc)
    for name, outcome in zip(asked, reader.read("main", *asked), strict=True):
        assert outcome["error"]["code"] == "table_not_found"
        assert asked[name] in outcome["error"]["message"]
        removed = outcome["document"]
        observed_at = datetime.datetime.fromisoformat(removed.pop("observed_at"))
        assert removed == {"schema_name": "main", "name": name, "removed": True,
                           "ignore_case": True}
        assert begin <= observed_at <= datetime.datetime.now(datetime.timezone.utc)
    code, message = reader.error("mian", "parent")
    assert code == "schema_not_found" and "'main'" in message


def test_attached_and_temporary_schemas_are_kept_apart(build, tmp_path, shop, sqlite_file):
    other = sqlite_file("""create table foobar (other int);
        create table child (id references foobar (other)); create view parent as select 1 as v;
        create view seen as select * from foobar;""", "other")
    reader = Reader(build, tmp_path, connection=connection(shop),
                    init=f"""ATTACH '{other}' AS "main.dbo" """)
    for asked in ("main.dbo", '"main.dbo"', "[MAIN.dbo]"):
        document = reader.table(asked, "FooBar")
        assert (document["schema_name"], document["name"]) == ('"main.dbo"', "foobar")
        assert [column["name"] for column in document["columns"]] == ["other"]
    key, = reader.table("main.dbo", "child")["foreign_keys"]
    assert (key["referenced_schema"], key["referenced_columns"]) == ('"main.dbo"', ["other"])
    # A view whose name main has as well.
    assert [column["name"] for column in reader.table("main.dbo", "parent")["columns"]] == ["v"]
    assert [column["name"] for column in reader.table("main.dbo", "seen")["columns"]] == ["other"]
    assert reader.error("main", "foobar")[0] == "table_not_found"
    assert reader.error("temp", "foobar")[0] == "table_not_found"
    assert "did you mean 'main.dbo'" in reader.error("main.dbx", "foobar")[1]
    assert reader.list("main.dbo") == {
        "child": False, "foobar": False, "parent": True, "seen": True}
    assert reader.list("temp") == {}


def test_one_connection_reads_schema_after_schema_and_sees_every_change(
        build, tmp_path, shop, sqlite_file):
    other = sqlite_file("create table parent (other int)", "other")
    reader = Reader(build, tmp_path, connection=connection(shop),
                    init=f"""ATTACH '{other}' AS "o""o" """)
    with reader.follow() as read, contextlib.closing(sqlite3.connect(other)) as database:
        for at in range(3):
            assert len(read("main", "parent")[0]["columns"]) == 7
            document, = read('"o""o"', "parent")
            assert document["schema_name"] == '"o""o"'
            assert len(document["columns"]) == 1 + at
            database.execute(f"alter table parent add column c{at}")
        database.execute("drop table parent")
        assert read('"o""o"', "parent")[0]["document"]["removed"]
        database.execute("create view parent as select 1 as again")
        assert read('"o""o"', "parent")[0]["kind"] == "VIEW"
        database.isolation_level = None
        database.execute("begin exclusive")
        assert read('"o""o"', "parent")[0]["error"]["code"] == "source_busy"
        database.execute("rollback")
        assert read('"o""o"', "parent")[0]["kind"] == "VIEW"


def test_the_list_has_tables_and_views_alone(reader):
    views = ["seen", "named", "broken"]
    assert reader.list("MAIN") == {name: name in views for name in [*TABLES, *views, "words"]}
    assert reader.list("nain")["error"]["code"] == "schema_not_found"


def test_file_failures_are_told_apart(build, tmp_path, shop):
    junk, missing = tmp_path / "junk", tmp_path / "missing"
    junk.write_bytes(b"no database " * 1000)
    code, message = Reader(build, tmp_path, connection=connection(junk)).error("main", "t")
    assert code == "source_error" and "not a database" in message
    for path in (missing, tmp_path / "no" / "folder"):
        code, _ = Reader(build, tmp_path, connection=connection(path)).error("main", "t")
        assert code == "source_error"
    assert not missing.exists()
    with contextlib.closing(sqlite3.connect(shop, isolation_level=None)) as database:
        database.execute("begin exclusive")
        locked = Reader(build, tmp_path, connection=connection(shop))
        assert locked.error("main", "parent")[0] == "source_busy"


def test_an_empty_file_does_not_say_that_tables_are_absent(build, tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    reader = Reader(build, tmp_path, connection=connection(empty))
    outcome, = reader.read("main", "parent")
    assert outcome["error"]["code"] == "source_error" and outcome["document"] is None
    assert "path may be wrong" in outcome["error"]["message"]
    assert reader.list("main")["error"]["code"] == "source_error"


def test_hundreds_of_tables_in_one_read(build, tmp_path, sqlite_file):
    names = [f"t{at}" for at in range(400)]
    path = sqlite_file("begin;" + "".join(
        f"create table {name} (id integer primary key, {name} text unique);" for name in names)
        + "commit;", "many")
    reader = Reader(build, tmp_path, connection=connection(path))
    for name, document in zip(names, reader.read("main", *names), strict=True):
        assert [column["name"] for column in document["columns"]] == ["id", name]
        assert document["unique_constraints"] == [{"name": None, "columns": [name]}]


def columns(document):
    return [(column["name"], column["type"]) for column in document["columns"]]


def test_virtual_tables_of_every_kind_show_what_select_shows(build, tmp_path, sqlite_file):
    path = sqlite_file("""
        create virtual table boxes using rtree (id, left, right, +label text);
        create virtual table papers using fts4 (title, body);
        create virtual table notes using fts5 (text, tag unindexed, content='');
        create view of_papers as select title, rowid from papers;
        pragma writable_schema = on;
        insert into sqlite_schema values ('table', 'lost', 'lost', 0,
            'create virtual table lost using no_such_module (a, b)');""", "virtual")
    reader = Reader(build, tmp_path, connection=connection(path))
    boxes, papers, notes, view, lost = reader.read(
        "main", "boxes", "papers", "notes", "of_papers", "lost")
    with contextlib.closing(sqlite3.connect(path)) as database:
        for document in (boxes, papers, notes, view):
            shown = [part[0] for part in
                     database.execute(f"select * from {document['name']}").description]
            assert [column["name"] for column in document["columns"]] == shown
    assert {document["kind"] for document in (boxes, papers, notes, lost)} == {"VIRTUAL TABLE"}
    assert columns(boxes)[:2] == [("id", "INT"), ("left", "REAL")]
    # A module that the driver does not have.
    assert lost["columns"] == []
    warning, = reader.warnings
    assert "no such module: no_such_module" in warning
    assert reader.list("main") == {
        "boxes": False, "papers": False, "notes": False, "of_papers": True, "lost": False}
    for storage in ("boxes_node", "papers_segments", "notes_data"):
        assert "own storage" in reader.error("main", storage)[1]


def test_names_beyond_ascii_differ_in_case_and_a_file_in_utf_16_is_read(
        build, tmp_path, sqlite_file):
    path = sqlite_file("""
        pragma encoding = 'UTF-16le';
        create table "ñandú 🙂" ("é" text default 'ü🙂' check ("é" <> '日本'), "É" integer);
        create table "Ñandú 🙂" (other integer references "ñandú 🙂" ("É"));
        create view "été" as select "é" from "ñandú 🙂" where "é" > '日本';""", "utf16")
    reader = Reader(build, tmp_path, connection=connection(path))
    lower, upper, view = reader.read("main", "ñandú 🙂", "Ñandú 🙂", "été")
    assert columns(lower) == [("é", "TEXT"), ("É", "INTEGER")]
    assert lower["columns"][0]["default"] == "'ü🙂'"
    assert lower["check_constraints"] == [{"name": None, "expression": "\"é\" <> '日本'"}]
    key, = upper["foreign_keys"]
    assert (key["referenced_table"], key["referenced_columns"]) == ("ñandú 🙂", ["É"])
    assert "'日本'" in view["view_definition"] and columns(view) == [("é", "TEXT")]
    assert reader.table("main", "ñANDú 🙂")["name"] == "ñandú 🙂"
    assert reader.error("main", "ÉTÉ")[0] == "table_not_found"


def test_every_way_to_write_a_table_is_understood(build, tmp_path, sqlite_file):
    path = sqlite_file("""
        create table /* a ( */ c1 (a int check (a > 0 /* ) */) , b text default 'x)' -- tail (
            , c as (a * 2), d generated always as (a || '--') stored unique,
            e default (strftime('%s')), f default -1.5e3, g default null, h default x'00ff',
            i default true, j text collate nocase primary key);
        create table 'single' ('a b' int, [b c] int unique, `c d` int, "d""e" int);
        create table a6 (id integer not null, b int unique on conflict ignore,
            constraint u unique (b, id) on conflict replace,
            constraint pk primary key (id) on conflict fail, check (b), check (id > 0));
        create table a7 (id integer constraint one constraint two not null constraint three
            primary key, n int constraint "four 4" check (n));
        create index part on c1 (a desc, b collate rtrim) where a > 1 and b <> ')';
        create unique index "q""q" on c1 ((a + 1) desc, lower(b), c);""", "ways")
    reader = Reader(build, tmp_path, connection=connection(path))
    c1, single, a6, a7 = reader.read("main", "c1", "single", "a6", "a7")
    assert [(column["default"], column["generated"]) for column in c1["columns"]] == [
        (None, None), ("'x)'", None), ("a * 2", "virtual"), ("a || '--'", "stored"),
        ("strftime('%s')", None), ("-1.5e3", None), ("null", None), ("x'00ff'", None),
        ("true", None), (None, None)]
    assert c1["check_constraints"] == [{"name": None, "expression": "a > 0 /* ) */"}]
    assert c1["unique_constraints"] == [{"name": None, "columns": ["d"]}]
    indexes = {index["name"]: index["columns"] for index in c1["indexes"]}
    assert indexes["part"] == ["a", "b"] and indexes['q"q'] == ["(a + 1)", "lower(b)", "c"]
    assert [column["name"] for column in single["columns"]] == ["a b", "b c", "c d", 'd"e']
    assert single["unique_constraints"] == [{"name": None, "columns": ["b c"]}]
    assert a6["primary_key"] == {"name": "pk", "columns": ["id"]}
    assert a6["unique_constraints"] == [
        {"name": None, "columns": ["b"]}, {"name": "u", "columns": ["b", "id"]}]
    assert [check["expression"] for check in a6["check_constraints"]] == ["b", "id > 0"]
    assert a7["primary_key"] == {"name": "three", "columns": ["id"]}
    assert a7["check_constraints"] == [{"name": "four 4", "expression": "n"}]


def test_a_temporary_table_of_init_and_the_widest_table_there_can_be(
        build, tmp_path, sqlite_file):
    names = [f"c{at}" for at in range(2000)]
    path = sqlite_file(f"create table wide ({' int, '.join(names)} int)", "wide")
    reader = Reader(build, tmp_path, connection=connection(path),
                    init="create temp table wide (x integer primary key, y as (x + 1))")
    assert [column["name"] for column in reader.table("main", "wide")["columns"]] == names
    assert columns(reader.table("temp", "wide")) == [("x", "INTEGER"), ("y", "")]
