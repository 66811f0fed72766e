# test_source_virtuoso.py - tables of a Virtuoso server, held against what was said when they
# were made and against the server's own INFORMATION_SCHEMA.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import datetime
import re

import pytest

from lib import virtuoso as server
from lib.process import run
from lib.reading import Reader

ODD_NAMES = ["Odd name", 'quo"te', "it's", "50%", "a_b", "back\\slash", " lead", "trail ",
             '"x"', "[y]", "b`t", "dot.ted", "two.dots.here", "日本語", "ü😀", "sélect"]

TABLES = """\
create table shelf.dbo.parent (a integer, filler varchar, b varchar(9), primary key (b, a));
create table store.dbo.parent (x integer not null, y integer not null, primary key (y, x));
create table shelf.app.parent (only_here integer);
create table shelf.dbo.child (
  id integer identity,
  b varchar(9) default 'it''s',
  a integer default -5,
  y integer default 0, x integer,
  up integer,
  amount numeric(12, 3) default 1.5 not null,
  note nvarchar(20) default N'w''x',
  fraction double precision default 1e100,
  day date default '2020-01-01',
  empty varchar default '',
  nothing varchar default null,
  constraint child_key primary key (id),
  constraint child_parent foreign key (b, a) references shelf.dbo.parent (b, a)
    on update cascade on delete set null,
  constraint child_store foreign key (y, x) references store.dbo.parent (y, x)
    on delete set default,
  foreign key (up) references shelf.dbo.child (id) on delete cascade,
  constraint child_pair unique (x, b),
  constraint child_positive check (amount > 0),
  check (a < y));
create index child_day on shelf.dbo.child (day, a);
create unique index child_up on shelf.dbo.child (up);
create table shelf.dbo.twice (a integer, b integer,
  foreign key (a) references shelf.dbo.child (id),
  foreign key (b) references shelf.dbo.child (id));
create table shelf.dbo.types (sm smallint, i integer, big bigint, r real, d double precision,
  n numeric, n1 decimal(10), n2 decimal(5, 2), c char(3), v varchar, v9 varchar(9), nv nvarchar,
  nv9 nvarchar(9), lv long varchar, lnv long nvarchar, vb varbinary, vb9 varbinary(9),
  lvb long varbinary, dt datetime, ts timestamp, da date, ti time, x long xml, an any, ir iri_id);
create table shelf.dbo.altered (a integer, dropped integer, b integer, primary key (b));
alter table shelf.dbo.altered drop dropped;
alter table shelf.dbo.altered add late varchar(7) default 'ü';
create view shelf.dbo.seen as select id, note as "nöte" from shelf.dbo.child where b = 'ü日';
create table shelf.dbo.gone (a integer);
create view shelf.dbo.broken as select a from shelf.dbo.gone;
drop table shelf.dbo.gone;
create table shelf.dbo.hidden (a integer);
create table shelf.dbo.one_column (secret integer, "o""pen" integer);
create table shelf.dbo.write_only (a integer);
create user reader;
USER_SET_PASSWORD('reader', 'reader');
grant select on shelf.dbo.child to reader;
grant select on shelf.dbo.seen to reader;
grant select ("o""pen") on shelf.dbo.one_column to reader;
grant insert on shelf.dbo.write_only to reader;
"""

KINDS = {"parent": False, "child": False, "twice": False, "types": False, "altered": False,
         "seen": True, "broken": True, "hidden": False, "one_column": False,
         "write_only": False, "long_view": True}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture(scope="module")
def shelf(virtuoso):
    """The server with the tables in it."""
    long_view = " or ".join(f"b = 'a value that makes it long: {n}'" for n in range(600))
    virtuoso.execute(
        TABLES,
        f"create view shelf.dbo.long_view as select id from shelf.dbo.child where {long_view}",
        *[f"create table shelf.odd.{quoted(name)} (id integer, {quoted(name.replace('.', ','))} "
          f"varchar(3), primary key ({quoted(name.replace('.', ','))}, id))" for name in ODD_NAMES])
    return virtuoso


@pytest.fixture(autouse=True)
def forgive_the_driver(tmp_path, monkeypatch):
    """Where the connection is not in the account's own catalog the driver forgets memory."""
    path = tmp_path / "leaks"
    path.write_text("leak:virtodbc_r\n")
    monkeypatch.setenv("LSAN_OPTIONS", f"suppressions={path}:print_suppressions=0")


@pytest.fixture
def reader(build, shelf, tmp_path):
    return Reader(build, tmp_path, connection=shelf.connection())


@pytest.fixture
def poor_reader(build, shelf, tmp_path):
    """One who may select from few tables, and from nothing of the server's own."""
    connection = shelf.connection().replace("UID=dba;PWD=dba", "UID=reader")
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text("reader")
    return Reader(build, tmp_path, connection=connection, password_file=str(password))


def told(virtuoso, expressions, view, table, catalog="shelf"):
    """What INFORMATION_SCHEMA, which shows one catalog, tells of a table, as texts."""
    parts = ", '~', ".join(f"cast (coalesce ({part}, '') as varchar)" for part in expressions)
    out = virtuoso.execute(
        f"use {catalog}",
        f"select concat ({parts}, '~') from INFORMATION_SCHEMA.{view} where {table}")
    return [line.split("~")[:-1] for line in out.splitlines() if "~" in line]


def column(document, name):
    found, = [column for column in document["columns"] if column["name"] == name]
    return found


def test_a_document_has_all_members_in_their_order(reader):
    document = reader.table("shelf.dbo", "child")
    assert list(document) == [
        "schema_name", "name", "is_view", "synonyms", "db_comment", "observed_at", "kind",
        "columns", "primary_key", "unique_constraints", "check_constraints", "foreign_keys",
        "indexes", "view_definition"]
    assert {name: document[name] for name in
            ("schema_name", "name", "is_view", "synonyms", "db_comment", "kind",
             "view_definition")} == {
        "schema_name": "shelf.dbo", "name": "child", "is_view": False, "synonyms": None,
        "db_comment": None, "kind": "TABLE", "view_definition": None}
    assert reader.warnings == []


def test_the_same_name_in_three_schemas_is_three_tables(reader):
    names = {schema: [column["name"] for column in reader.table(schema, "parent")["columns"]]
             for schema in ("shelf.dbo", "store.dbo", "shelf.app")}
    assert names == {"shelf.dbo": ["a", "filler", "b"], "store.dbo": ["x", "y"],
                     "shelf.app": ["only_here"]}


def test_columns_are_told_as_they_were_made(reader):
    document = reader.table("shelf.dbo", "child")
    assert [(column["name"], column["position"], column["type"], column["nullable"],
             column["default"], column["primary_key_position"], column["identity"])
            for column in document["columns"]] == [
        ("id", 1, "INTEGER", False, None, 1, "by default"),
        ("b", 2, "VARCHAR(9)", True, "'it''s'", None, None),
        ("a", 3, "INTEGER", True, "-5", None, None),
        ("y", 4, "INTEGER", True, "0", None, None),
        ("x", 5, "INTEGER", True, None, None, None),
        ("up", 6, "INTEGER", True, None, None, None),
        ("amount", 7, "DECIMAL(12,3)", False, "1.5", None, None),
        ("note", 8, "NVARCHAR(20)", True, "N'w''x'", None, None),
        ("fraction", 9, "DOUBLE PRECISION", True, "1e+100", None, None),
        ("day", 10, "DATE", True, "'2020-01-01'", None, None),
        ("empty", 11, "VARCHAR", True, "''", None, None),
        ("nothing", 12, "VARCHAR", True, None, None, None)]
    assert {(column["comment"], column["generated"]) for column in document["columns"]} == {
        (None, None)}


def test_types_are_told_with_their_sizes(reader):
    types = {column["name"]: column["type"]
             for column in reader.table("shelf.dbo", "types")["columns"]}
    assert types == {
        "sm": "SMALLINT", "i": "INTEGER", "big": "BIGINT", "r": "REAL", "d": "DOUBLE PRECISION",
        "n": "DECIMAL(40,15)", "n1": "DECIMAL(10,0)", "n2": "DECIMAL(5,2)", "c": "VARCHAR(3)",
        "v": "VARCHAR", "v9": "VARCHAR(9)", "nv": "NVARCHAR", "nv9": "NVARCHAR(9)",
        "lv": "LONG VARCHAR", "lnv": "LONG NVARCHAR", "vb": "VARBINARY", "vb9": "VARBINARY(9)",
        "lvb": "LONG VARBINARY", "dt": "DATETIME", "ts": "TIMESTAMP", "da": "DATE",
        "ti": "TIME", "x": "XMLType", "an": "ANY", "ir": "IRI_ID"}


def test_the_default_is_what_an_insert_gives(shelf, reader):
    document = reader.table("shelf.dbo", "child")
    for name in ("b", "a", "y", "amount", "note", "fraction", "empty"):
        default = column(document, name)["default"]
        shelf.execute(f"create table shelf.dbo.copy (k integer, v {column(document, name)['type']}"
                      f" default {default})")
        assert column(reader.table("shelf.dbo", "copy"), "v")["default"] == default
        shelf.execute("drop table shelf.dbo.copy")


def test_an_insert_may_give_an_identity_a_value(shelf):
    shelf.execute("create table shelf.dbo.numbered (id integer identity, primary key (id))",
                  "insert into shelf.dbo.numbered (id) values (4711)")
    assert "4711" in shelf.execute("select id from shelf.dbo.numbered")
    shelf.execute("drop table shelf.dbo.numbered")


def test_a_dropped_column_is_gone_and_an_added_one_is_last(reader):
    document = reader.table("shelf.dbo", "altered")
    assert [(column["name"], column["position"], column["default"])
            for column in document["columns"]] == [
        ("a", 1, None), ("b", 2, None), ("late", 3, "'ü'")]
    assert document["primary_key"] == {"name": "altered", "columns": ["b"]}
    assert [index["name"] for index in document["indexes"]] == ["altered"]


def test_a_key_has_its_own_order_of_columns(reader):
    document = reader.table("shelf.dbo", "parent")
    assert document["primary_key"] == {"name": "parent", "columns": ["b", "a"]}
    assert [column["primary_key_position"] for column in document["columns"]] == [2, None, 1]


def test_a_table_without_a_key_does_not_show_the_hidden_one(reader):
    document = reader.table("shelf.app", "parent")
    assert [column["name"] for column in document["columns"]] == ["only_here"]
    assert document["primary_key"] is None and document["indexes"] == []


def test_keys_and_indexes_are_told_as_they_were_made(reader):
    document = reader.table("shelf.dbo", "child")
    assert document["unique_constraints"] == [
        {"name": "child_pair", "columns": ["x", "b"]}, {"name": "child_up", "columns": ["up"]}]
    indexes = {index.pop("name"): index for index in document["indexes"]}
    plain = {"unique": False, "primary": False, "definition": None}
    assert indexes == {
        "child": {**plain, "unique": True, "primary": True, "columns": ["id"]},
        "child_day": {**plain, "columns": ["day", "a"]},
        "child_pair": {**plain, "unique": True, "columns": ["x", "b"]},
        "child_up": {**plain, "unique": True, "columns": ["up"]}}


def test_checks_are_told_by_name_alone(reader):
    assert reader.table("shelf.dbo", "child")["check_constraints"] == [
        {"name": "child_positive", "expression": None}, {"name": None, "expression": None}]


def test_foreign_keys_lead_into_other_catalogs_too(reader):
    keys = reader.table("shelf.dbo", "child")["foreign_keys"]
    own, = [key for key in keys if key["columns"] == ["up"]]
    del own["name"]  # the server made it up
    assert own == {"columns": ["up"], "referenced_schema": "shelf.dbo",
                   "referenced_table": "child", "referenced_columns": ["id"],
                   "on_update": "NO ACTION", "on_delete": "CASCADE"}
    keys.remove(own)
    assert keys == [
        {"name": "child_parent", "columns": ["b", "a"], "referenced_schema": "shelf.dbo",
         "referenced_table": "parent", "referenced_columns": ["b", "a"],
         "on_update": "CASCADE", "on_delete": "SET NULL"},
        {"name": "child_store", "columns": ["y", "x"], "referenced_schema": "store.dbo",
         "referenced_table": "parent", "referenced_columns": ["y", "x"],
         "on_update": "NO ACTION", "on_delete": "SET DEFAULT"}]


def test_two_foreign_keys_without_a_name_stay_two(reader):
    keys = reader.table("shelf.dbo", "twice")["foreign_keys"]
    assert [(key["columns"], key["referenced_columns"]) for key in keys] == [
        (["a"], ["id"]), (["b"], ["id"])]


@pytest.mark.parametrize("table", ["child", "parent", "types", "altered", "twice"])
def test_columns_are_those_of_the_information_schema(shelf, reader, table):
    document = reader.table("shelf.dbo", table)
    rows = told(shelf, ["COLUMN_NAME", "DATA_TYPE", "NULLABLE", "IS_IDENTITY"], "COLUMNS",
                f"TABLE_SCHEMA = 'dbo' and TABLE_NAME = '{table}'")
    assert sorted((name, kind, nullable != "NO", identity == "YES")
                  for name, kind, nullable, identity in rows) == sorted(
        (column["name"], column["type"].split("(")[0], column["nullable"],
         column["identity"] is not None) for column in document["columns"])


@pytest.mark.parametrize("table", ["child", "parent", "altered"])
def test_keys_are_those_of_the_information_schema(shelf, reader, table):
    document = reader.table("shelf.dbo", table)
    rows = told(shelf, ["CONSTRAINT_NAME", "ORDINAL_POSITION", "COLUMN_NAME"],
                "KEY_COLUMN_USAGE", f"TABLE_SCHEMA = 'dbo' and TABLE_NAME = '{table}'")
    ours = [(key["name"], str(at), name)
            for key in document["indexes"] + document["foreign_keys"]
            for at, name in enumerate(key["columns"], 1)]
    # There a foreign key's columns are counted on from those of the key before it.
    assert sorted((key, name) for key, _, name in rows) == sorted(
        (key, name) for key, _, name in ours)
    indexes = {index["name"] for index in document["indexes"]}
    assert sorted(tuple(row) for row in rows if row[0] in indexes) == sorted(
        row for row in ours if row[0] in indexes)


@pytest.fixture(scope="module")
def own_kinds(virtuoso):
    """{name: is it a view} of what the server comes with, as its own client lists it, but for
    ten of its oldest tables: their names are stored without a schema, and they are not read."""
    bare = set(virtuoso.execute("select KEY_TABLE from DB.DBA.SYS_KEYS where KEY_IS_MAIN = 1 "
                                "and strchr (KEY_TABLE, '.') is null").split())
    assert len(bare) == 10 and "SYS_GRANTS" in bare
    ran = run(["isql-vt", f"127.0.0.1:{virtuoso.port}", "dba", "dba", "ERRORS=STDOUT",
               "exec=tables DB.DBA.%;"])
    return {name: kind == "VIEW" for name, kind in re.findall(
        r"^DB +DBA +(\S+) +(SYSTEM TABLE|TABLE|VIEW) +NULL", ran.stdout, re.MULTILINE)
        if name not in bare}


def test_the_tables_that_the_server_comes_with_are_told_as_its_own_tools_tell_them(
        virtuoso, reader, own_kinds):
    assert len(own_kinds) > 100 and True in own_kinds.values()
    assert reader.list("DB.DBA") == own_kinds
    documents = reader.read("DB.DBA", *own_kinds)
    assert {document["name"]: document["is_view"] for document in documents} == own_kinds
    assert reader.warnings == []
    columns = told(virtuoso, ["TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "NULLABLE",
                              "IS_IDENTITY"], "COLUMNS", "TABLE_SCHEMA = 'DBA'", "DB")
    keys = told(virtuoso, ["TABLE_NAME", "CONSTRAINT_NAME", "ORDINAL_POSITION", "COLUMN_NAME"],
                "KEY_COLUMN_USAGE", "TABLE_SCHEMA = 'DBA'", "DB")
    known = {table for table, *_ in columns}  # there the oldest tables are left out
    documents = [document for document in documents if document["name"] in known]
    assert len(documents) == len(known) > 50
    assert sorted([document["name"], column["name"], column["type"].split("(")[0],
                   "YES" if column["nullable"] else "NO", "YES" if column["identity"] else ""]
                  for document in documents for column in document["columns"]) == sorted(
        [*facts[:3], "NO" if facts[3] == "NO" else "YES", facts[4].replace("NO", "")]
        for facts in columns)
    assert sorted([document["name"], key["name"], str(at), name]
                  for document in documents for key in document["indexes"]
                  for at, name in enumerate(key["columns"], 1)) == sorted(keys)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_read_and_nothing_in_their_stead(reader, name):
    document = reader.table("SHELF.Odd", name)
    inner = name.replace(".", ",")  # the server takes no dot in a column's name
    assert (document["schema_name"], document["name"]) == ("shelf.odd", name)
    assert [column["name"] for column in document["columns"]] == ["id", inner]
    assert document["primary_key"] == {"name": name, "columns": [inner, "id"]}


def test_names_are_no_patterns(reader):
    for name in ("%", "5_%", "a%b", "axb", "Odd_name", "dot", "dot.", "ted"):
        assert reader.error("shelf.odd", name)[0] == "table_not_found", name


def test_a_dot_in_a_schemas_name_does_not_lead_to_a_table_with_one_in_its_own(reader):
    for schema, table in (('shelf."odd.two"', "dots.here"), ('shelf."odd.dot"', "ted"),
                          ('"shelf.odd".two', "dots.here")):
        assert reader.error(schema, table)[0] == "schema_not_found"


def test_upper_and_lower_case_do_not_count_and_the_servers_spelling_is_told(reader):
    for schema, table in (("SHELF.DBO", "CHILD"), ("Shelf.dbo", "cHild")):
        document = reader.table(schema, table)
        assert (document["schema_name"], document["name"]) == ("shelf.dbo", "child")
    assert reader.table("shelf.odd", "ODD NAME")["name"] == "Odd name"


def test_one_read_may_ask_for_a_table_twice_and_for_some_that_are_not_there(reader):
    outcomes = reader.read("shelf.dbo", "child", "nothing", "CHILD", "seen", "childs")
    assert [outcome.get("name") for outcome in outcomes] == ["child", None, "child", "seen", None]
    assert [outcome.get("error", {}).get("code") for outcome in outcomes] == [
        None, "table_not_found", None, None, "table_not_found"]


def test_a_view_has_its_text_and_no_keys(reader):
    document = reader.table("shelf.dbo", "seen")
    assert (document["kind"], document["is_view"]) == ("VIEW", True)
    assert document["view_definition"] == (
        "create view shelf.dbo.seen as select id, note as \"nöte\" from shelf.dbo.child "
        "where b = 'ü日'")
    assert [(column["name"], column["type"]) for column in document["columns"]] == [
        ("id", "INTEGER"), ("nöte", "NVARCHAR(20)")]
    assert document["primary_key"] is None
    assert document["indexes"] == document["unique_constraints"] == []


def test_a_long_view_is_told_to_its_end(reader):
    definition = reader.table("shelf.dbo", "long_view")["view_definition"]
    assert len(definition) > 20000
    assert definition.endswith("or b = 'a value that makes it long: 599'")


def test_a_view_of_a_table_that_is_gone_is_told_all_the_same(reader):
    document = reader.table("shelf.dbo", "broken")
    assert [column["name"] for column in document["columns"]] == ["a"]
    assert document["view_definition"].endswith("from shelf.dbo.gone")


def test_absence_is_told_with_a_document_and_what_may_have_been_meant(reader):
    for schema, table, code, hint, canonical in (
            ("shelf.dbo", "chilt", "table_not_found", "did you mean 'child'?", "shelf.dbo"),
            ("SHELF.DBO", "chilt", "table_not_found", "schema 'shelf.dbo'", "shelf.dbo"),
            ("shelf.dbp", "child", "schema_not_found", "did you mean 'dbo'?", "shelf.dbp"),
            ("shelv.dbo", "child", "schema_not_found", "did you mean 'shelf'?", "shelv.dbo"),
            ("nothing.like", "child", "schema_not_found", "no catalog 'nothing'",
             "nothing.like"),
            ('"she.lf".dbo', "child", "schema_not_found", "no catalog 'she.lf'",
             '"she.lf".dbo')):
        outcome, = reader.read(schema, table)
        assert outcome["error"]["code"] == code, outcome
        assert hint in outcome["error"]["message"], outcome
        document = outcome["document"]
        assert document.pop("observed_at").endswith("Z")
        assert document == {"schema_name": canonical, "name": table, "removed": True,
                            "ignore_case": True}


def test_a_name_longer_than_a_name_can_be_is_not_cut_and_found(shelf, reader):
    shelf.execute(f"create table shelf.dbo.{'t' * 60} (a integer)")
    for length in (61, 98, 99, 100, 128, 1000, 5000):
        assert reader.error("shelf.dbo", "t" * length)[0] == "table_not_found"
    assert reader.table("shelf.dbo", "t" * 60)["name"] == "t" * 60
    shelf.execute(f"drop table shelf.dbo.{'t' * 60}")


def test_the_servers_clock_is_told_in_utc(reader):
    before = datetime.datetime.now(datetime.timezone.utc)
    one, other = reader.read("shelf.dbo", "child", "nothing")
    after = datetime.datetime.now(datetime.timezone.utc)
    times = [datetime.datetime.strptime(document["observed_at"], "%Y-%m-%dT%H:%M:%S.%fZ")
             .replace(tzinfo=datetime.timezone.utc) for document in (one, other["document"])]
    assert before <= times[0] < times[1] <= after


def test_a_schema_without_a_catalog_is_in_the_default_one(build, shelf, tmp_path, reader):
    assert reader.error("dbo", "child")[0] == "schema_not_found"  # in DB, dba's own
    for more in ({"connection": shelf.connection(), "default_catalog": "Store"},
                 {"connection": shelf.connection("store")},
                 {"connection": shelf.connection(), "init": "use store"}):
        document = Reader(build, tmp_path, **more).table("dbo", "parent")
        assert document["schema_name"] == "store.dbo"
        assert [column["name"] for column in document["columns"]] == ["x", "y"]


def test_an_account_sees_what_it_has_any_right_to_as_the_server_itself_shows(poor_reader):
    for table, count in (("child", 12), ("one_column", 2), ("write_only", 1)):
        assert len(poor_reader.table("shelf.dbo", table)["columns"]) == count
    for table in ("hidden", "parent", "long_view", "HIDDEN"):
        code, message = poor_reader.error("shelf.dbo", table)
        assert code == "source_denied"
        assert f"'{table.lower()}'" in message.lower() and "SELECT" in message
    outcome, = poor_reader.read("shelf.dbo", "hidden")
    assert outcome["document"] is None
    assert poor_reader.error("shelf.dbo", "absent")[0] == "table_not_found"


def test_what_an_account_may_not_see_of_a_table_is_a_warning(poor_reader):
    document = poor_reader.table("shelf.dbo", "seen")
    assert document["view_definition"] is None
    assert [warning for warning in poor_reader.warnings if "SYS_VIEWS" in warning]
    document = poor_reader.table("shelf.dbo", "child")
    assert document["check_constraints"] == [] and len(document["foreign_keys"]) == 3
    assert [warning for warning in poor_reader.warnings if "SYS_CONSTRAINTS" in warning]


def test_a_list_has_the_tables_and_views_of_one_schema(reader):
    assert reader.list("SHELF.dbo") == KINDS
    assert reader.list("shelf.odd") == {name: False for name in ODD_NAMES}
    assert reader.list("shelf.app") == {"parent": False}
    assert "did you mean 'odd'" in reader.list("shelf.od")["error"]["message"]
    assert "did you mean 'shelf'" in reader.list("shelv.odd")["error"]["message"]


def test_a_connection_that_is_kept_sees_what_changes(shelf, reader):
    with reader.follow() as read:
        assert read("shelf.dbo", "moving")[0]["error"]["code"] == "table_not_found"
        shelf.execute("create table shelf.dbo.moving (a integer)")
        assert [column["name"] for column in read("shelf.dbo", "moving")[0]["columns"]] == ["a"]
        shelf.execute("alter table shelf.dbo.moving add b varchar(5)")
        assert [column["type"] for column in read("shelf.dbo", "moving")[0]["columns"]] == [
            "INTEGER", "VARCHAR(5)"]
        shelf.execute("drop table shelf.dbo.moving")
        assert read("shelf.dbo", "moving")[0]["document"]["removed"]
        shelf.execute("create view shelf.dbo.moving as select a from shelf.dbo.hidden")
        assert read("shelf.dbo", "moving")[0]["kind"] == "VIEW"
        shelf.execute("drop view shelf.dbo.moving")


def test_a_table_that_is_altered_all_the_time_is_never_told_in_part(shelf, reader):
    steps = ["create table shelf.dbo.busy (a integer, b integer, primary key (b, a))",
             "alter table shelf.dbo.busy add c integer", "alter table shelf.dbo.busy drop c",
             "drop table shelf.dbo.busy"]
    states = {(("a", 2), ("b", 1)), (("a", 2), ("b", 1), ("c", None)), "table_not_found",
              "source_busy"}
    seen = set()
    with reader.follow() as read, concurrent.futures.ThreadPoolExecutor() as pool:
        altering = pool.submit(shelf.execute, *(steps * 50))
        while not altering.done():
            outcome, = read("shelf.dbo", "busy")
            seen.add(outcome["error"]["code"] if "error" in outcome else tuple(
                (column["name"], column["primary_key_position"])
                for column in outcome["columns"]))
        altering.result()
    assert seen <= states and len(seen) > 1


def test_a_server_that_folds_names_finds_them_too(build, tmp_path, monkeypatch):
    """CaseMode 1: bare names become upper case, and quoted ones keep theirs."""
    monkeypatch.setattr(server, "SETTINGS",
                        server.SETTINGS.replace("CaseMode = 2", "CaseMode = 1"))
    folding = server.Virtuoso()
    try:
        folding.execute("create table main.dbo.foobar (id integer)",
                        'create table "MAIN"."DBO"."pair" (a integer)',
                        'create table "MAIN"."DBO"."PAIR" (b integer)')
        reader = Reader(build, tmp_path, connection=folding.connection())
        document = reader.table("main.dbo", "foobar")
        assert (document["schema_name"], document["name"]) == ("MAIN.DBO", "FOOBAR")
        assert column(reader.table("MAIN.DBO", "pair"), "A")
        assert column(reader.table("MAIN.DBO", "PAIR"), "B")
        outcome, = reader.read("MAIN.DBO", "Pair")
        assert outcome["error"]["code"] == "table_not_found" and outcome["document"] is None
    finally:
        folding.close()
