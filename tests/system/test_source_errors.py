# test_source_errors.py - what is answered where a table cannot be read: one table of
# situations, and for each the code, the words, and whether the table is gone for sure.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import socket
import sqlite3
import time
from typing import NamedTuple

import psycopg
import pytest

from lib.postgres import Postgres
from lib.process import free_port, poll
from lib.reading import Reader

POSTGRESQL = """
create schema shop;
create table shop.orders (id integer primary key, total numeric default 0);
create table shop."Orders" (other integer);
create view shop.recent as select id from shop.orders;
create materialized view shop.kept as select id from shop.orders;
create sequence shop.counter;
create index orders_by_total on shop.orders (total);
create function shop.sum_up() returns integer language sql as 'select 1';
create type shop.pair as (one integer, two integer);
create type shop.mood as enum ('glad', 'sad');
create table shop.columns_only (open integer, closed integer default 7);
create schema vault; create table vault.gold (id integer);
create role errors_guest login; create role errors_clerk login; create role errors_stranger login;
grant usage on schema shop to errors_guest, errors_clerk;
grant select on vault.gold to errors_guest;
grant select (open) on shop.columns_only to errors_clerk;
grant insert, update on shop.orders to errors_clerk;
"""

SQLITE = """
create table orders (id integer primary key, total default 0);
create view recent as select id from orders;
create index orders_by_total on orders (total);
create trigger watcher after insert on orders begin select 1; end;
create virtual table words using fts5 (text);
create table counted (id integer primary key autoincrement);
"""

MARIADB = """
create database errors_shop; use errors_shop;
create table orders (id integer primary key, total integer default 0);
create view recent as select id from orders;
create sequence counter;
create index orders_by_total on orders (total);
create procedure sum_up () select 1;
create table columns_only (open integer, closed integer default 7);
create user errors_guest; create user errors_clerk identified by 'secret';
grant select (open) on errors_shop.columns_only to errors_clerk;
"""

VIRTUOSO = ["create table errors.shop.orders (id integer primary key, total integer default 0)",
            "create view errors.shop.recent as select id from errors.shop.orders",
            "create index orders_by_total on errors.shop.orders (total)",
            "create procedure errors.shop.sum_up () { return 1; }",
            "create table errors.vault.gold (id integer)",
            "create user errors_guest", "USER_SET_PASSWORD('errors_guest', 'secret')"]


@pytest.fixture(scope="module")
def postgresql_shop(postgres):
    postgres.create_database("errors")
    postgres.execute(POSTGRESQL, "errors")
    return lambda account: {"connection": postgres.connection(
        "errors", f"errors_{account}" if account else postgres.user)}


@pytest.fixture(scope="module")
def sqlite_shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("errors") / "shop.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(SQLITE)
    return lambda _: {"connection": f"Driver=SQLite3;Database={path}"}


@pytest.fixture(scope="module")
def mariadb_shop(mariadb, tmp_path_factory):
    mariadb.execute(MARIADB)
    password = tmp_path_factory.mktemp("errors") / "password"
    password.touch(mode=0o600)
    password.write_text("secret")
    return lambda account: {
        "connection": mariadb.connection(user=f"errors_{account}" if account else "root"),
        **({"password_file": str(password)} if account == "clerk" else {})}


@pytest.fixture(scope="module")
def virtuoso_shop(virtuoso, tmp_path_factory):
    virtuoso.execute(*VIRTUOSO)
    password = tmp_path_factory.mktemp("errors") / "password"
    password.touch(mode=0o600)
    password.write_text("secret")
    guest = {"connection": virtuoso.connection().replace("UID=dba;PWD=dba", "UID=errors_guest"),
             "password_file": str(password)}
    return lambda account: guest if account else {"connection": virtuoso.connection()}


class Absent(NamedTuple):
    """`is_sure`: the table is marked as removed."""
    dbms: str
    account: str | None
    schema: str
    table: str
    code: str
    words: str
    is_sure: bool


SURE, UNSURE = True, False
ABSENT = [Absent(*row) for row in (
    ("postgresql", None, "shop", "nothing", "table_not_found",
     "no table 'nothing' in schema 'shop'", SURE),
    ("postgresql", None, "shop", "order", "table_not_found", "did you mean 'orders'?", SURE),
    ("postgresql", None, "shop", "ORDERS", "table_not_found", "did you mean '", SURE),
    ("postgresql", None, "shop", "orders%", "table_not_found", "did you mean 'orders'?", SURE),
    ("postgresql", None, "shop", "shop.orders", "table_not_found", "no table 'shop.orders'", SURE),
    ("postgresql", None, "shop", "n" * 64, "table_not_found", "no table 'nnn", SURE),
    ("postgresql", None, "shop", "counter", "table_not_found", "is a sequence, not", SURE),
    ("postgresql", None, "shop", "orders_by_total", "table_not_found", "is an index", SURE),
    ("postgresql", None, "shop", "pair", "table_not_found", "is a composite type", SURE),
    ("postgresql", None, "shop", "mood", "table_not_found", "no table 'mood'", SURE),
    ("postgresql", None, "shop", "sum_up", "table_not_found", "no table 'sum_up'", SURE),
    ("postgresql", None, "Shop", "orders", "schema_not_found",
     "no schema 'Shop' in catalog 'errors': did you mean 'shop'?", SURE),
    ("postgresql", None, "nowhere", "orders", "schema_not_found", "no schema 'nowhere'", SURE),
    ("postgresql", None, "errors.nowhere", "orders", "schema_not_found", "'nowhere'", SURE),
    ("postgresql", None, "postgres.shop", "orders", "schema_not_found",
     "only 'errors' is", UNSURE),
    ("postgresql", None, "a.b.shop", "orders", "bad_schema_name", "", UNSURE),
    # PostgreSQL shows everybody that a table is there, so what is denied is never absent.
    ("postgresql", "guest", "shop", "orders", "source_denied", "'orders'", UNSURE),
    ("postgresql", "guest", "shop", "recent", "source_denied", "may require SELECT", UNSURE),
    ("postgresql", "guest", "shop", "kept", "source_denied", "'kept'", UNSURE),
    ("postgresql", "guest", "shop", "counter", "table_not_found", "is a sequence", SURE),
    ("postgresql", "guest", "shop", "nothing", "table_not_found", "no table", SURE),
    ("postgresql", "guest", "vault", "gold", "source_denied", "'gold' in schema 'vault'", UNSURE),
    ("postgresql", "stranger", "shop", "orders", "source_denied", "'orders'", UNSURE),
    ("postgresql", "stranger", "shop", "nothing", "table_not_found", "no table", SURE),
    ("postgresql", "clerk", "shop", "orders", "source_denied", "'orders'", UNSURE),

    ("sqlite", None, "main", "nothing", "table_not_found", "no table 'nothing'", SURE),
    ("sqlite", None, "main", "order", "table_not_found", "did you mean 'orders'?", SURE),
    ("sqlite", None, "main", "orders_by_total", "table_not_found", "is an index", SURE),
    ("sqlite", None, "main", "WATCHER", "table_not_found", "is a trigger", SURE),
    ("sqlite", None, "main", "words_content", "table_not_found", "own storage", SURE),
    ("sqlite", None, "main", "sqlite_sequence", "table_not_found", "SQLite's own", SURE),
    ("sqlite", None, "main", "sqlite_schema", "table_not_found", "sqlite_schema", SURE),
    ("sqlite", None, "temp", "orders", "table_not_found", "in schema 'temp'", SURE),
    ("sqlite", None, "mian", "orders", "schema_not_found", "did you mean 'main'?", SURE),
    ("sqlite", None, "a.main", "orders", "schema_not_found", "no schema 'a.main'", SURE),

    ("mariadb", None, "errors_shop", "nothing", "table_not_found", "no table 'nothing'", SURE),
    ("mariadb", None, "errors_shop", "order", "table_not_found", "did you mean 'orders'?", SURE),
    ("mariadb", None, "errors_shop", "Orders", "table_not_found", "did you mean 'orders'?", SURE),
    ("mariadb", None, "errors_shop", "counter", "table_not_found", "is a sequence", SURE),
    ("mariadb", None, "errors_shop", "orders_by_total", "table_not_found", "no table", SURE),
    ("mariadb", None, "errors_shop", "sum_up", "table_not_found", "no table 'sum_up'", SURE),
    ("mariadb", None, "errors_shap", "orders", "schema_not_found", "mean 'errors_shop'?", SURE),
    ("mariadb", None, "a.errors_shop", "orders", "schema_not_found", "no schema 'a.e", SURE),
    # MariaDB hides what an account has no right to.
    ("mariadb", "guest", "errors_shop", "orders", "schema_not_found", "may see", UNSURE),
    ("mariadb", "guest", "errors_shop", "nothing", "schema_not_found", "may see", UNSURE),
    ("mariadb", "guest", "nowhere", "x", "schema_not_found", "may see", UNSURE),
    ("mariadb", "clerk", "errors_shop", "orders", "table_not_found", "may see", UNSURE),
    ("mariadb", "clerk", "errors_shop", "columns_only", "source_denied",
     "not all of its columns are shown", UNSURE),

    ("virtuoso", None, "errors.shop", "nothing", "table_not_found",
     "no table 'nothing' in schema 'errors.shop'", SURE),
    ("virtuoso", None, "errors.shop", "order", "table_not_found", "did you mean 'orders'?", SURE),
    ("virtuoso", None, "errors.shop", "orders_by_total", "table_not_found", "no table", SURE),
    ("virtuoso", None, "errors.shop", "sum_up", "table_not_found", "no table 'sum_up'", SURE),
    ("virtuoso", None, "errors.shap", "orders", "schema_not_found", "did you mean 'shop'?", SURE),
    ("virtuoso", None, "error.shop", "orders", "schema_not_found", "did you mean 'errors'?", SURE),
    ("virtuoso", None, "a.b.c", "orders", "bad_schema_name", "", UNSURE),
    ("virtuoso", "guest", "errors.shop", "orders", "source_denied", "'orders'", UNSURE),
    ("virtuoso", "guest", "errors.shop", "recent", "source_denied", "'recent'", UNSURE),
    ("virtuoso", "guest", "errors.vault", "gold", "source_denied", "'gold'", UNSURE),
    ("virtuoso", "guest", "errors.shop", "nothing", "table_not_found", "no table", SURE),
)]


@pytest.mark.parametrize("dbms", ["postgresql", "mariadb", "sqlite", "virtuoso"])
def test_what_is_not_to_be_read_is_told_apart(request, build, tmp_path, dbms):
    shop = request.getfixturevalue(f"{dbms}_shop")
    cases = [case for case in ABSENT if case.dbms == dbms]
    with contextlib.ExitStack() as stack:
        reads = {account: stack.enter_context(Reader(build, tmp_path, **shop(account)).follow())
                 for account in dict.fromkeys(case.account for case in cases)}
        outcomes = [reads[case.account](case.schema, case.table)[0] for case in cases]
    for case, outcome in zip(cases, outcomes, strict=True):
        assert outcome.get("error", {}).get("code") == case.code, (case, outcome)
        assert case.words in outcome["error"]["message"], (case, outcome)
        assert bool(outcome["document"]) == case.is_sure, (case, outcome)
        if case.is_sure:
            assert outcome["document"]["name"] == case.table
            assert outcome["document"]["removed"] is True


def test_a_grant_on_one_column_opens_the_whole_description(build, tmp_path, postgresql_shop):
    """PostgreSQL's catalog is open to all, so that nothing is missing in it."""
    seen, all_of_it = [Reader(build, tmp_path, **postgresql_shop(account)).table(
        "shop", "columns_only") for account in ("clerk", None)]
    assert [column["default"] for column in seen["columns"]] == [None, "7"]
    del seen["observed_at"], all_of_it["observed_at"]
    assert seen == all_of_it


@pytest.fixture(scope="module")
def strict_postgres():
    """A server that asks `svc` for a password, and `outlaw` for nothing: it is not let in."""
    with contextlib.closing(Postgres()) as server:
        server.create_database("walled")
        with server.connect() as connection:
            connection.execute("create role svc login password 'right'; create role outlaw login;"
                               "create role sleeper nologin; create role stranger login;"
                               "revoke connect on database walled from public")
            hba, = connection.execute("show hba_file").fetchone()
            connection.execute("copy (values ('host all svc 127.0.0.1/32 scram-sha-256'), "
                               "('host all outlaw 127.0.0.1/32 reject'), "
                               f"('host all all 127.0.0.1/32 trust')) to '{hba}'")
            connection.execute("select pg_reload_conf()")
        poll(lambda: not can_login(server, "outlaw"), what="the new rules of login")
        yield server


def can_login(server, user):
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=server.port, user=user, dbname="postgres").close()
        return True
    return False


class Refused(NamedTuple):
    """What `connection` holds in braces is filled in; `password` goes into a file."""
    connection: str
    password: str | None
    code: str
    words: str


PSQL = "Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={pg};Database=postgres;"
MARIA = "Driver={{MariaDB Unicode}};Server=127.0.0.1;Port={my};"
VIRT = "Driver={virtuoso};HOST=127.0.0.1:{vt};"
REFUSED = [Refused(*row) for row in (
    (PSQL + "UID=svc", "wrong", "source_login_denied", "password authentication failed"),
    (PSQL + "UID=svc", None, "source_login_denied", "no password supplied"),
    (PSQL + "UID=outlaw", None, "source_login_denied", "pg_hba.conf rejects"),
    (PSQL + "UID=ghost", None, "source_login_denied", "role \"ghost\" does not exist"),
    (PSQL + "UID=sleeper", None, "source_login_denied", "not permitted to log in"),
    (PSQL.replace("=postgres;", "=walled;") + "UID=stranger", None, "source_login_denied",
     "permission denied for database \"walled\""),
    (PSQL.replace("=postgres;", "=nowhere;") + "UID=postgres", None, "schema_not_found",
     "database \"nowhere\" does not exist"),
    (PSQL.replace("{pg}", "{closed}") + "UID=postgres", None, "source_unreachable", "refused"),
    (PSQL.replace("127.0.0.1", "no-such-host.invalid") + "UID=postgres", None,
     "source_unreachable", "no-such-host.invalid"),
    (VIRT + "UID=dba", "wrong", "source_login_denied", "Bad login"),
    (VIRT + "UID=ghost", "secret", "source_login_denied", "Bad login"),
    (VIRT.replace("{vt}", "{closed}") + "UID=dba", "secret", "source_unreachable",
     "Connect failed to 127.0.0.1"),
    (VIRT.replace("127.0.0.1:{vt}", "no-such-host.invalid:1") + "UID=dba", "secret",
     "source_unreachable", "no-such-host.invalid"),
    (MARIA + "UID=errors_clerk", "wrong", "source_login_denied", "Access denied for user"),
    (MARIA + "UID=ghost", "secret", "source_login_denied", "Access denied for user 'ghost'"),
    (MARIA + "UID=root;Database=nowhere", None, "schema_not_found", "'nowhere'"),
    (MARIA.replace("{my}", "{closed}") + "UID=root", None, "source_unreachable", "127.0.0.1"),
    (MARIA.replace("127.0.0.1", "no-such-host.invalid") + "UID=root", None,
     "source_unreachable", "no-such-host.invalid"),
    ("Driver=FreeTDS;Server=127.0.0.1;Port={closed};UID=sa", "secret", "source_unreachable",
     "unavailable"),
    ("Driver=SQLite3;Database={folder}/missing", None, "source_error", "connect failed"),
    ("Driver=SQLite3;Database={folder}/no/folder", None, "source_error", "connect failed"),
    ("Driver=SQLite3;Database={folder}", None, "source_error", "connect failed"),
    ("Driver=SQLite3;Database={folder}/junk", None, "source_error", "not a database"),
    ("Driver=/no/such/driver.so;PWD=hidden", None, "source_error", "Can't open lib"),
    ("Driver={folder}/junk;PWD=hidden", None, "source_error", "Can't open lib"),
    ("Driver=No Such Driver;PWD=hidden", None, "source_error",
     "(check its 'connection', odbc.ini and odbcinst.ini): Can't open lib"),
    ("DSN=nowhere;PWD=hidden", None, "source_error", "odbcinst.ini): Data source name not found"),
    ("nonsense", None, "source_error", "Data source name not found"),
)]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.connection[:60])
def test_what_cannot_be_connected_to_is_told_apart(
        build, tmp_path, strict_postgres, mariadb_shop, mariadb, virtuoso, case, monkeypatch):
    monkeypatch.setenv("RES_OPTIONS", "timeout:1 attempts:1")  # whatever resolver there is
    (tmp_path / "junk").write_bytes(b"no database, no driver " * 1000)
    connection = case.connection.format(
        pg=strict_postgres.port, my=mariadb.port, vt=virtuoso.port, closed=free_port(),
        folder=tmp_path, virtuoso="/usr/lib/x86_64-linux-gnu/odbc/virtodbc_r.so")
    more = {}
    if case.password:
        more["password_file"] = str(tmp_path / "password")
        (tmp_path / "password").touch(mode=0o600)
        (tmp_path / "password").write_text(case.password)
    reader = Reader(build, tmp_path, connection=connection, timeout="5s", **more)
    started = time.monotonic()
    outcome, = reader.read("main", "orders")
    assert outcome["error"]["code"] == case.code, outcome
    assert case.words in outcome["error"]["message"], outcome
    assert outcome["document"] is None
    assert "hidden" not in outcome["error"]["message"]
    assert (case.password or "hidden") not in outcome["error"]["message"]
    assert time.monotonic() - started < 7


@pytest.mark.parametrize("account", [
    "UID=open sesame;PWD=open sesame",
    "UID={open;sesame};PWD={open;sesame}",
    "UID={sesa}}me};PWD={sesa}}me}",
    "UID=sesa}me;PWD={sesa}}me}",
    "UID=sesame;SSLPWD=other;PWD=sesame",
])
def test_a_password_that_the_server_repeats_is_not_told(build, tmp_path, postgres, account):
    reader = Reader(build, tmp_path,
                    connection=postgres.connection().replace("UID=postgres", account))
    code, message = reader.error("public", "t")
    assert code == "source_login_denied" and "***" in message
    assert "sesa" not in message


@pytest.mark.parametrize("state", ["HYC00", "IM001", "HY092"])
def test_an_init_that_fails_as_not_supported_fails(build, tmp_path, postgres, state):
    reader = Reader(build, tmp_path, connection=postgres.connection(),
                    init=f"do $$ begin raise 'not here' using errcode = '{state}'; end $$")
    code, message = reader.error("public", "t")
    assert code == "source_error" and "init" in message and "not here" in message


LOCKS = {  # what somebody has done to the table, and not committed
    "alter": "alter table lock.t7 alter column total type bigint",
    "drop": "drop table lock.t7",
    "rename": "alter table lock.t7 rename to elsewhere",
    "index": "drop index lock.t7_total",
}


@pytest.fixture(scope="module")
def crowd(postgres):
    """The name of a database with 64 tables."""
    postgres.create_database("crowd")
    postgres.execute("create schema lock;" + "".join(
        f"create table lock.t{n} (id integer primary key, total integer default 0 "
        f"check (total > {n})); create index t{n}_total on lock.t{n} (total);"
        for n in range(64)), "crowd")
    return "crowd"


@pytest.mark.parametrize("change", LOCKS)
def test_one_locked_table_is_busy_and_the_others_of_its_batch_are_read(
        build, tmp_path, postgres, crowd, change):
    reader = Reader(build, tmp_path, connection=postgres.connection(crowd))
    names = [f"t{n}" for n in range(64)]
    with reader.follow() as read, postgres.connect(crowd) as connection:
        assert [outcome["name"] for outcome in read("lock", *names)] == names
        with connection.transaction(force_rollback=True):
            connection.execute(LOCKS[change])
            started = time.monotonic()
            outcomes = read("lock", *names)
            took = time.monotonic() - started
        assert [outcome.get("name") for outcome in outcomes] == [
            None if name == "t7" else name for name in names]
        assert outcomes[7]["error"]["code"] == "source_busy", outcomes[7]
        assert outcomes[7]["document"] is None
        assert took < 8  # each of the 64 for itself would wait 200 ms
        assert [outcome["name"] for outcome in read("lock", *names)] == names


def test_a_table_that_is_not_committed_is_not_there_and_later_it_is(
        build, tmp_path, postgres, crowd):
    reader = Reader(build, tmp_path, connection=postgres.connection(crowd))
    with reader.follow() as read, postgres.connect(crowd) as connection:
        with connection.transaction():
            connection.execute("create table lock.coming (id integer)")
            absent, = read("lock", "coming")
        there, = read("lock", "coming")
    assert absent["error"]["code"] == "table_not_found"
    # The older observation must not win in the catalog.
    assert absent["document"]["observed_at"] < there["observed_at"]


def test_a_statement_that_takes_too_long_is_ended_by_the_server(build, tmp_path, postgres, crowd):
    reader = Reader(build, tmp_path, connection=postgres.connection(crowd), timeout="20s",
                    init="set lock_timeout = 0; set statement_timeout = 3000")
    with reader.follow() as read, postgres.connect(crowd) as connection:
        assert read("lock", "t7")[0]["name"] == "t7"
        with connection.transaction(force_rollback=True):
            connection.execute(LOCKS["alter"])
            started = time.monotonic()
            outcome, = read("lock", "t7")
            took = time.monotonic() - started
        assert outcome["error"]["code"] == "source_timeout", outcome
        assert "statement timeout" in outcome["error"]["message"]
        assert took < 10
        assert read("lock", "t7")[0]["name"] == "t7"


def test_a_locked_sqlite_file_is_busy_and_free_again(build, tmp_path, sqlite_file):
    path = sqlite_file("create table t0 (id integer); create table t1 (id integer)")
    reader = Reader(build, tmp_path, connection=f"Driver=SQLite3;Database={path};Timeout=200")
    with reader.follow() as read, contextlib.closing(
            sqlite3.connect(path, isolation_level=None)) as database:
        assert read("main", "t0")[0]["name"] == "t0"
        database.execute("begin exclusive")
        started = time.monotonic()
        outcomes = read("main", "t0", "t1", "nothing")
        took = time.monotonic() - started
        assert [outcome["error"]["code"] for outcome in outcomes] == ["source_busy"] * 3
        assert [outcome["document"] for outcome in outcomes] == [None] * 3
        assert took < 3
        database.execute("rollback")
        assert [outcome.get("name") for outcome in read("main", "t0", "t1", "nothing")] == [
            "t0", "t1", None]


EVIL = ["main;UID=evil", ";UID=evil", "main;Server=127.0.0.2", "{main}", "main}", "{catalog}",
        "main(x)", "main[x", "a,b", "ma?n", "ma*n", "main=x", "main!", "main@host", "main\nPort=1",
        "main\tx", "main\x01", "main\x7f", "n" * 129, "é" * 65, "'; drop table x; --"]
UNLISTED = ["other", "main ", " main", "mai", "MAIN2", "main\\", "main'", 'ma"in', "m%n", "m_in",
            "template1", "main/../x"]


@contextlib.contextmanager
def counted_connections():
    """A port where nobody answers, and a function that says how often it was called up."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.setblocking(False)

        def count():
            calls = 0
            with contextlib.suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
                    calls += 1
            return calls

        yield listener.getsockname()[1], count


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("driver", ["{PostgreSQL Unicode}", "{MariaDB Unicode}", "FreeTDS"])
@pytest.mark.parametrize("names, options", [
    (EVIL + UNLISTED, {"catalogs": ["main"]}), (EVIL, {"default_catalog": "main"})],
    ids=["listed", "by the server"])
def test_a_catalog_that_is_not_served_is_refused_before_anything_is_connected(
        build, tmp_path, driver, names, options):
    with counted_connections() as (port, count):
        reader = Reader(build, tmp_path, timeout="700ms", **options, connection=(
            f"Driver={driver};Server=127.0.0.1;Port={port};Database={{catalog}};UID=u"))
        with reader.follow() as read:
            for name in [name for name in names if not set("\t\n") & set(name)]:
                outcome, = read(f"{quoted(name)}.dbo", "t")
                assert outcome["error"]["code"] == "schema_not_found", (name, outcome)
                assert outcome["document"] is None
        for name in [name for name in names if set("\t\n") & set(name)]:
            assert reader.error(f"{quoted(name)}.dbo", "t")[0] == "schema_not_found", name
        assert count() == 0
        # One that is served does call up.
        assert reader.error("main.dbo", "t")[0] in ("source_timeout", "source_unreachable")
        assert count() > 0
