# test_source_postgresql.py - documents of PostgreSQL tables, facet by facet, against what
# information_schema and the catalog's views say.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import datetime
import os
import re
import signal
import socket
import time
from pathlib import Path

import psycopg
import psycopg.sql
import pytest

from lib.process import poll
from lib.reading import Reader

LONG = "n" * 63  # the longest name that PostgreSQL takes, …
EMOJI = "🙂" * 15 + "abc"  # … in bytes

TABLES = ["parent", "child", "outward", "parted", "parted_1", "to_parted", "seen", "kept",
          "remote", "nothing", "wide", LONG, 'quo"ted.[`名 🙂%_\\',
          "fast", "heir", "grandchild", "typed", "to_unique", "to_self", "parted_3",
          "parted_3_1", "hashed", "kinds", "indexed", "silent", "Case", "case", "CASE", EMOJI,
          "written", "checked", "counting", "failing", "no_columns", "empty", "afar", "filed",
          "hashed_far"]
VIEWS = ["seen", "kept", "written", "checked", "counting", "failing", "no_columns", "empty"]
UNKNOWN = {"kept": "one", "empty": "never"}  # to information_schema, with their columns
ODD_SCHEMA = '"we.ird ""schema"""'


@pytest.fixture(scope="module")
def shop(postgres):
    postgres.create_database("shop")
    sql = Path(__file__).parents[1] / "lib" / "nasty.sql"
    postgres.execute(sql.read_text(encoding="utf-8"), "shop")
    return "shop"


@pytest.fixture
def reader(build, tmp_path, postgres, shop):
    return Reader(build, tmp_path, connection=postgres.connection(shop))


@pytest.fixture
def ask(postgres, shop):
    def query(sql, *params):
        with postgres.connect(shop) as connection:
            return connection.execute(sql, params).fetchall()
    return query


@pytest.fixture
def documents(reader):
    return dict(zip(TABLES, reader.read("app", *TABLES), strict=True))


def test_all_tables_come_from_one_read(documents):
    for name, document in documents.items():
        assert document.get("name") == name, document
        assert list(document) == [
            "schema_name", "name", "is_view", "synonyms", "db_comment", "observed_at", "kind",
            "columns", "primary_key", "unique_constraints", "check_constraints",
            "foreign_keys", "indexes", "view_definition"]
        assert document["schema_name"] == "app" and document["synonyms"] is None


def test_kinds_and_views(documents):
    expected = dict.fromkeys(TABLES, "TABLE") | {
        "parted": "PARTITIONED TABLE", "parted_3": "PARTITIONED TABLE",
        "hashed": "PARTITIONED TABLE", "remote": "FOREIGN TABLE", "afar": "FOREIGN TABLE",
        "filed": "FOREIGN TABLE", "hashed_far": "FOREIGN TABLE"} | dict.fromkeys(VIEWS, "VIEW") | {
        "kept": "MATERIALIZED VIEW", "empty": "MATERIALIZED VIEW"}
    assert {name: document["kind"] for name, document in documents.items()} == expected
    assert {name for name, document in documents.items() if document["is_view"]} == set(VIEWS)


def test_columns_in_order_with_type_default_and_nullability(documents, ask):
    for name, document in documents.items():
        expected = ask("""
            select a.attname, format_type(a.atttypid, a.atttypmod), c.is_nullable,
                coalesce(c.generation_expression, pg_get_expr(d.adbin, d.adrelid)),
                c.is_generated, c.identity_generation
            from information_schema.columns c
            join pg_attribute a on a.attrelid = format('app.%%I', c.table_name)::regclass
                and a.attname = c.column_name
            left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where c.table_schema = 'app' and c.table_name = %s order by c.ordinal_position""",
                       name)
        if name in UNKNOWN:
            expected = [(UNKNOWN[name], "integer", "YES", None, "NEVER", None)]
        found = [(column["name"], column["type"], "YES" if column["nullable"] else "NO",
                  column["default"], "ALWAYS" if column["generated"] else "NEVER",
                  column["identity"] and column["identity"].upper())
                 for column in document["columns"]]
        assert found == expected, name
        assert [column["position"] for column in document["columns"]] == list(
            range(1, len(found) + 1))
    assert len(documents["wide"]["columns"]) == 1600
    assert documents["nothing"]["columns"] == []
    child = {column["name"]: column for column in documents["child"]["columns"]}
    assert child["serial"]["default"] == "nextval('app.child_serial_seq'::regclass)"
    assert child["points"]["type"] == "app.score" and not child["points"]["nullable"]
    assert child["moods"]["type"] == "app.mood[]"
    assert child["twice"]["generated"] == "stored" and child["twice"]["identity"] is None
    assert child["id"]["identity"] == "always" and child["other"]["identity"] == "by default"


def test_comments(documents):
    assert documents["parent"]["db_comment"] == 'the "parent"\nof \'all\' 親 🙂 \\'
    assert documents["child"]["db_comment"] is None
    assert [(column["name"], column["comment"]) for column in documents["parent"]["columns"]] == [
        ("b", None), ("a", "second in the key"), ("extra", None)]


def test_keys_in_their_own_order(documents, ask):
    for name, document in documents.items():
        expected = ask("""
            select c.constraint_type, c.constraint_name,
                array_agg(k.column_name::text order by k.ordinal_position)
            from information_schema.table_constraints c
            join information_schema.key_column_usage k
                using (constraint_schema, constraint_name, table_name)
            where c.table_schema = 'app' and c.table_name = %s
                and c.constraint_type in ('PRIMARY KEY', 'UNIQUE')
            group by 1, 2 order by c.constraint_name collate "C" """, name)
        primary = document["primary_key"]
        found = [("PRIMARY KEY", primary["name"], primary["columns"])] if primary else []
        found += [("UNIQUE", key["name"], key["columns"])
                  for key in document["unique_constraints"]]
        assert sorted(found) == sorted(expected), name
        marked = {column["primary_key_position"]: column["name"]
                  for column in document["columns"] if column["primary_key_position"]}
        assert [marked[i] for i in sorted(marked)] == (primary["columns"] if primary else [])


def test_foreign_keys_with_their_targets_and_actions(documents, reader):
    def key(name, columns, schema, table, referenced, on_update="NO ACTION",
            on_delete="NO ACTION"):
        return {"name": name, "columns": columns, "referenced_schema": schema,
                "referenced_table": table, "referenced_columns": referenced,
                "on_update": on_update, "on_delete": on_delete}

    assert documents["child"]["foreign_keys"] == [
        key("child_parent", ["parent_b", "parent_a"], "app", "parent", ["b", "a"], "RESTRICT",
            "CASCADE"),
        key("child_self", ["id"], "app", "child", ["id"])]
    assert documents["outward"]["foreign_keys"] == [
        key("outward_ref_fkey", ["ref"], ODD_SCHEMA, "target", ["id"])]
    # A key to a partitioned table is one key, whatever the partitions; a partition has the
    # keys of its table.
    assert documents["to_parted"]["foreign_keys"] == [
        key("to_parted_fk", ["day", "n"], "app", "parted", ["day", "n"])]
    inherited = [key("parted_fk", ["target"], ODD_SCHEMA, "target", ["id"])]
    assert documents["parted"]["foreign_keys"] == inherited
    assert documents["parted_1"]["foreign_keys"] == inherited
    assert reader.table(ODD_SCHEMA, "holder")["foreign_keys"] == [
        key("up", ["ref"], ODD_SCHEMA, "target", ["id"], "SET DEFAULT", "SET NULL")]


def test_checks(documents, ask):
    for name, document in documents.items():
        expected = ask("""
            select c.conname, pg_get_constraintdef(c.oid)
            from pg_constraint c where c.contype = 'c'
                and c.conrelid = format('app.%%I', %s::text)::regclass order by 1""", name)
        found = [(check["name"], f"CHECK ({check['expression']})")
                 for check in document["check_constraints"]]
        assert found == [(check, re.sub("( NO INHERIT)?( NOT VALID)?$", "", text))
                         for check, text in expected]
    assert [check["name"] for check in documents["child"]["check_constraints"]] == [
        "child_price_check", "range"]


def test_indexes(documents, ask):
    for name, document in documents.items():
        expected = ask("select indexname, indexdef from pg_indexes where schemaname = 'app' "
                       "and tablename = %s order by indexname", name)
        assert [(index["name"], index["definition"])
                for index in document["indexes"]] == expected, name
    child = {index["name"]: index for index in documents["child"]["indexes"]}
    assert child["child_lower"]["columns"] == ["lower(parent_b)", "id"]
    assert child["child_mixed"]["columns"] == ['"Mixed ""Name."']
    assert child["child_mixed"]["unique"] and not child["child_mixed"]["primary"]
    primary, = [index for index in documents["parent"]["indexes"] if index["primary"]]
    assert (primary["name"], primary["columns"]) == ("parent_pk", ["b", "a"])
    assert [index["name"] for index in documents["kept"]["indexes"]] == ["kept_one"]


def test_view_definitions_name_their_tables_in_full(documents):
    for name, document in documents.items():
        assert bool(document["view_definition"]) == (name in VIEWS), name
    assert "app.child" in documents["seen"]["view_definition"]


def test_the_observation_is_timed_by_the_server(documents):
    times = {document["observed_at"] for document in documents.values()}
    assert len(times) == 1
    observed = datetime.datetime.strptime(times.pop(), "%Y-%m-%dT%H:%M:%S.%fZ")
    age = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - observed
    assert abs(age.total_seconds()) < 60


def test_names_that_differ_in_case_are_tables_of_their_own(documents):
    assert [[column["name"] for column in documents[name]["columns"]]
            for name in ("Case", "case", "CASE")] == [["upper"], ["lower"], ["shouting"]]


ODD_NAMES = ["a.b", "a_b", "a%b", "axb", "a b", " lead", "trail ", "it's", '"x"', "[y]", "`z`",
             "back\\slash", "\\", "{a,b}", "{", "}", "null", "NULL", "''", "a,b", "tab\tin it",
             "new\nline", "\x01", "\x7f", "%s", "$1", "?", "{?}", ";", "--", "/*", "select",
             "日本語", "ü", "u\u0308", "🙂", "é" * 31]


def test_odd_names_are_read_and_nothing_in_their_stead(build, tmp_path, postgres, database):
    def quoted(name):
        return '"' + name.replace('"', '""') + '"'

    with postgres.connect(database) as connection:
        for at, name in enumerate(ODD_NAMES):
            connection.execute(f"create schema {quoted(name)}; create table {quoted(name)}."
                               f"{quoted(name)} ({quoted(name)} integer primary key check "
                               f"({quoted(name)} > {at}))".encode())
    reader = Reader(build, tmp_path, connection=postgres.connection(database))
    for at, name in enumerate(ODD_NAMES):
        same, other = reader.read(quoted(name), name, ODD_NAMES[at - 1])
        assert same["name"] == name, same
        assert [column["name"] for column in same["columns"]] == [name]
        assert f"> {at})" in same["check_constraints"][0]["expression"]
        assert other["error"]["code"] == "table_not_found"
        assert reader.list(quoted(name)) == {name: False}


def test_a_temporary_table_is_seen_as_long_as_its_session(build, tmp_path, postgres, database):
    reader = Reader(build, tmp_path, connection=postgres.connection(database))
    postgres.execute("create table passing (kept integer)", database)
    with reader.follow() as read, postgres.connect(database) as connection:
        connection.execute("create temporary table passing (id integer, note text default 'x')")
        schema, = connection.execute("select pg_my_temp_schema()::regnamespace::text").fetchone()
        there, = read(schema, "passing")
        assert [column["default"] for column in there["columns"]] == [None, "'x'::text"]
        # Its name without a schema is that session's alone.
        assert read("pg_temp", "passing")[0]["error"]["code"] == "schema_not_found"
        assert [column["name"] for column in read("public", "passing")[0]["columns"]] == ["kept"]
        connection.execute("drop table passing")
        assert read(schema, "passing")[0]["document"]["removed"]


def test_odd_schema_names_are_one_part(reader):
    document = reader.table(ODD_SCHEMA, "target")
    assert document["schema_name"] == ODD_SCHEMA
    assert reader.table("[we.ird \"schema\"]", "target")["schema_name"] == ODD_SCHEMA


def test_what_is_not_there_is_told_apart(reader):
    cases = {
        ("app", "Child"): ("table_not_found", "did you mean 'child'?"),
        ("app", "zzzzzz"): ("table_not_found", "no table 'zzzzzz' in schema 'app'"),
        ("app", LONG + "n"): ("table_not_found", "no table"),
        ("app", "counter"): ("table_not_found", "is a sequence"),
        ("app", "child_lower"): ("table_not_found", "is an index"),
        ("app", "pair"): ("table_not_found", "is a composite type"),
        ("APP", "child"): ("schema_not_found",
                           "no schema 'APP' in catalog 'shop': did you mean 'app'?"),
        ("%", "child"): ("schema_not_found", "no schema '%'"),
        ("app", "chil_"): ("table_not_found", "did you mean 'child'?"),
        ("postgres.app", "child"): ("schema_not_found", "only 'shop' is"),
    }
    for (schema, table), (code, text) in cases.items():
        found = reader.error(schema, table)
        assert found[0] == code and text in found[1], (schema, table, found)
    assert reader.error("a.b.c", "child")[0] == "bad_schema_name"
    assert reader.table("shop.app", "child")["schema_name"] == "app"


def test_an_absent_table_comes_with_the_proof(reader):
    good, gone, no_schema = *reader.read("app", "child", "gone"), reader.read("none", "child")[0]
    assert good["name"] == "child"
    for outcome, schema, table in ((gone, "app", "gone"), (no_schema, "none", "child")):
        document = outcome["document"]
        assert document.pop("observed_at").endswith("Z")
        assert document == {"schema_name": schema, "name": table, "removed": True}


def test_no_select_no_metadata(build, tmp_path, postgres, ask, shop):
    postgres.execute("""
        create role clerk login;
        create schema closed; create table closed.inner_table (id integer);
        create schema opened; grant usage on schema opened to clerk;
        create table opened.granted (id integer); grant select on opened.granted to clerk;
        create table opened.one_column (a integer, b integer);
        grant select (b) on opened.one_column to clerk;
        create table opened.refused (id integer);
        grant select on closed.inner_table to clerk;""", shop)
    clerk = Reader(build, tmp_path, connection=postgres.connection(shop, "clerk"))
    granted, one_column, refused, missing = clerk.read(
        "opened", "granted", "one_column", "refused", "missing")
    assert granted["name"] == "granted"
    assert [column["name"] for column in one_column["columns"]] == ["a", "b"]
    assert refused["error"]["code"] == "source_denied" and refused["document"] is None
    assert missing["error"]["code"] == "table_not_found"
    assert clerk.error("closed", "inner_table")[0] == "source_denied"


def test_lists(reader, ask):
    listed = reader.list("app")
    expected = dict(ask("select table_name::text, table_type = 'VIEW' "
                        "from information_schema.tables where table_schema = 'app'"))
    assert listed == expected | dict.fromkeys(UNKNOWN, True)
    assert reader.list(ODD_SCHEMA) == {"holder": False, "target": False}
    assert reader.list("nope")["error"]["code"] == "schema_not_found"


def test_excluded_schemas_are_not_read(build, tmp_path, postgres, shop):
    reader = Reader(build, tmp_path, connection=postgres.connection(shop),
                    exclude_schemas=["pg_*", "we.*"])
    assert reader.error("pg_catalog", "pg_class")[0] == "schema_excluded"
    assert reader.error("shop.pg_catalog", "pg_class")[0] == "schema_excluded"
    assert reader.table("app", "child")["name"] == "child"


def test_one_data_source_serves_several_databases(build, tmp_path, postgres):
    for name in ("north", "south", "w.e.s.t"):
        postgres.create_database(name)
        postgres.execute("create schema dbo; create table dbo.t (id integer primary key);"
                         "create table dbo.u (t integer references dbo.t)", name)
    reader = Reader(build, tmp_path, connection=postgres.connection("{catalog}"),
                    default_catalog="north")
    assert reader.table("dbo", "t")["schema_name"] == "north.dbo"
    assert reader.table("south.dbo", "t")["schema_name"] == "south.dbo"
    west = reader.table('"w.e.s.t".dbo', "u")
    assert west["schema_name"] == '"w.e.s.t".dbo'
    assert west["foreign_keys"][0]["referenced_schema"] == '"w.e.s.t".dbo'
    assert "did you mean 'south'?" in reader.error("soth.dbo", "t")[1]
    assert reader.error("template0.dbo", "t")[0] == "schema_not_found"
    with reader.follow() as read:
        assert read("later.dbo", "t")[0]["error"]["code"] == "schema_not_found"
        postgres.create_database("later")
        assert "no schema 'dbo' in catalog 'later'" in read("later.dbo", "t")[0]["error"]["message"]


def test_a_catalog_cannot_rewrite_the_connection(build, tmp_path, postgres):
    reader = Reader(build, tmp_path, connection=postgres.connection("{catalog}"),
                    default_catalog="postgres", catalogs=["postgres"])
    for name in ('"postgres;UID=evil".public', '"a;UID=evil".public', '"{catalog}".public',
                 '"postgres}".public', '"a=b".public', '"' + "x" * 129 + '".public'):
        code, message = reader.error(name, "t")
        assert code == "schema_not_found" and "cannot be made" in message, message


def test_a_lock_holds_up_one_table_only(reader, postgres, shop):
    with postgres.connect(shop) as connection, connection.transaction():
        connection.execute("alter table app.parent add column more integer")
        started = time.monotonic()
        locked, free = reader.read("app", "parent", "child")
        assert time.monotonic() - started < 5
        connection.execute("alter table app.parent drop column more")
    assert locked["error"]["code"] == "source_busy", locked
    assert free["name"] == "child"


def test_a_view_of_a_table_under_change_is_busy(reader, postgres, shop):
    with postgres.connect(shop) as connection, connection.transaction():
        connection.execute("lock table app.seen in access exclusive mode")
        locked, free = reader.read("app", "seen", "outward")
    assert locked["error"]["code"] == "source_busy"
    assert free["name"] == "outward"


def test_a_table_that_comes_and_goes_is_there_or_absent_or_busy(
        build, tmp_path, postgres, database):
    """What is dropped while it is read has no rights either, and is not refused for that."""
    def come_and_go():
        for _ in range(300):
            changer.execute("create table t (id integer primary key, n integer default 7 "
                            "check (n > 0)); create view v as select id from t")
            changer.execute("drop view v; drop table t")

    reader = Reader(build, tmp_path, connection=postgres.connection(database))
    seen = set()
    with (reader.follow() as read, concurrent.futures.ThreadPoolExecutor() as pool,
          postgres.connect(database) as changer):
        working = pool.submit(come_and_go)
        while not working.done():
            for outcome in read("public", "t", "v"):
                seen.add(outcome["error"]["code"] if "error" in outcome else (
                    outcome["name"], bool(outcome["view_definition"]),
                    *[(index["name"], bool(index["definition"])) for index in outcome["indexes"]],
                    *[check["expression"] for check in outcome["check_constraints"]]))
        working.result()
    there = {("t", False, ("t_pkey", True), "(n > 0)"), ("v", True)}
    assert there <= seen <= there | {"table_not_found", "source_busy"}


def test_a_dead_connection_is_replaced_silently(reader, ask, postgres):
    with reader.follow() as read:
        assert read("app", "parent")[0]["name"] == "parent"
        killed = ask("select count(pg_terminate_backend(pid)) from pg_stat_activity "
                     "where datname = 'shop' and pid <> pg_backend_pid()")
        assert killed[0][0] >= 1
        assert read("app", "parent", "child")[1]["name"] == "child"


# The sessions that have read last: not those of this file, nor what the server does by itself.
READERS = """select pid from pg_stat_activity
             where datname = %s and starts_with(query, '-- postgresql_read.sql')"""


def test_connections_are_used_again(reader, ask, shop):
    def the_only_one():
        readers = ask(READERS, shop)
        return len(readers) == 1 and readers  # those of other tests may still be ending

    with reader.follow() as read:
        read("app", "parent")
        before = poll(the_only_one, what="one session")
        for _ in range(5):
            read("app", "parent")
        assert ask(READERS, shop) == before


def test_a_server_that_is_down_is_unreachable_and_comes_back(build, tmp_path, own_postgres):
    own_postgres.execute("create table t (id integer)")
    reader = Reader(build, tmp_path, connection=own_postgres.connection())
    with reader.follow() as read:
        assert read("public", "t")[0]["name"] == "t"
        own_postgres.stop()
        assert read("public", "t")[0]["error"]["code"] == "source_unreachable"
        own_postgres.start()
        assert read("public", "t")[0]["name"] == "t"


def test_a_frozen_server_does_not_hold_the_reader(build, tmp_path, postgres, database):
    postgres.execute("create table t (id integer)", database)
    reader = Reader(build, tmp_path, connection=postgres.connection(database), timeout="1500ms")
    with reader.follow() as read, postgres.connect() as control:
        assert read("public", "t")[0]["name"] == "t"
        (pid,), = control.execute(READERS, (database,)).fetchall()
        os.kill(pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            outcome, = read("public", "t")
            took = time.monotonic() - started
        finally:
            os.kill(pid, signal.SIGCONT)
        assert outcome["error"]["code"] == "source_timeout", outcome
        assert 1.4 < took < 4
        assert read("public", "t")[0]["name"] == "t"


def test_a_silent_port_does_not_hold_the_reader(build, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        reader = Reader(build, tmp_path, timeout="1500ms", connection=(
            f"Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={port};Database=x;UID=y"))
        started = time.monotonic()
        assert reader.error("public", "t")[0] == "source_timeout"
        assert time.monotonic() - started < 5


def test_passwords_reach_the_server_and_nothing_else(build, tmp_path, own_postgres):
    password = "p;}{w%41+ '\"=é"
    with own_postgres.connect() as connection:
        connection.execute("create table t (id integer); grant select on t to public")
        connection.execute(psycopg.sql.SQL("create role svc login password {}").format(password))
        hba, = connection.execute("show hba_file").fetchone()
        connection.execute("copy (values ('host all svc 127.0.0.1/32 scram-sha-256'), "
                           f"('host all all 127.0.0.1/32 trust')) to '{hba}'")
        connection.execute("select pg_reload_conf()")
    poll(lambda: not can_login(own_postgres), what="the new rules of login")

    file = tmp_path / "password"
    for text, code in ((password, None), ("wrong;one", "source_login_denied")):
        file.write_text(text + "\n")
        file.chmod(0o600)
        reader = Reader(build, tmp_path, password_file=str(file),
                        connection=own_postgres.connection(user="svc"))
        if not code:
            assert reader.table("public", "t")["name"] == "t"
            continue
        found = reader.error("public", "t")
        assert found[0] == code and "wrong" not in found[1]


def can_login(server):
    try:
        psycopg.connect(host="127.0.0.1", port=server.port, user="svc", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def test_init_is_run_on_each_connection(build, tmp_path, postgres, database):
    postgres.execute("create table t (id integer default current_setting('my.x')::integer)",
                     database)
    with_role = Reader(build, tmp_path, connection=postgres.connection(database),
                       init="set role pg_monitor")
    assert with_role.error("public", "t")[0] == "source_denied"
    broken = Reader(build, tmp_path, connection=postgres.connection(database), init="set rubbish")
    code, message = broken.error("public", "t")
    assert code == "source_error" and "init" in message


def test_what_the_configuration_names_wrongly_is_an_error(build, tmp_path, postgres):
    missing = Reader(build, tmp_path, connection=postgres.connection("nowhere"))
    assert "database \"nowhere\" does not exist" in missing.error("public", "t")[1]
    stranger = Reader(build, tmp_path, connection=postgres.connection(user="stranger"))
    assert stranger.error("public", "t")[0] == "source_login_denied"
    no_driver = Reader(build, tmp_path, connection="Driver=Nothing;PWD=hidden")
    code, message = no_driver.error("public", "t")
    assert code == "source_error" and "hidden" not in message


def test_a_name_that_the_encoding_does_not_have_is_no_table(build, tmp_path, postgres):
    postgres.execute("create database latin encoding 'latin1' template template0 locale 'C'")
    postgres.execute('create table "ü" (id integer)', "latin")
    reader = Reader(build, tmp_path, connection=postgres.connection("latin"))
    found, missing = reader.read("public", "ü", "表")
    assert found["name"] == "ü"
    assert missing["error"]["code"] == "table_not_found" and missing["document"] is None
