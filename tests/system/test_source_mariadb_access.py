# test_source_mariadb_access.py - MariaDB tables that are hidden, locked, altered or lost, and
# servers that do not answer.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import contextlib
import re
import threading
import time

import pymysql
import pytest

from lib.mariadb import MariaDB, quoted
from lib.mariadb_shop import BROKEN, documents, names, reader, shop  # noqa: F401
from lib.process import poll
from lib.reading import Reader


@pytest.fixture
def account(build, tmp_path, shop):
    """account(name, *grants) makes an account; a reader for it."""
    def make(name, *grants):
        shop.execute(f"create or replace user {name}@'%'")
        for grant in grants:
            shop.execute(f"grant {grant} to {name}@'%'")
        return Reader(build, tmp_path, connection=shop.connection(user=name))
    return make


def without_time(outcome):
    return {key: value for key, value in outcome.items() if key != "observed_at"}


@pytest.mark.parametrize("grants", [
    ["select on shop.*"], ["select on *.*"], ["select, references, show view on shop.*"],
    ["insert on shop.*"], None])
def test_any_account_that_may_see_a_table_sees_all_of_it(account, documents, names, shop, grants):
    if grants is None:
        grants = [f"select on shop.{quoted(name)}" for name in names]
    found = dict(zip(names, account("clerk", *grants).read("shop", *names), strict=True))
    has_text = "show view" in grants[0]
    for name, outcome in found.items():
        expected = without_time(documents[name])
        if name in BROKEN and grants == ["insert on shop.*"]:
            assert outcome["error"]["code"] == "source_denied"  # as to why it is broken
            continue
        if documents[name]["is_view"] and not has_text:
            expected["view_definition"] = None
        assert without_time(outcome) == expected, name


def test_an_account_with_a_role_sees_what_the_role_may(account, documents, shop):
    shop.execute("create or replace role seller; grant select on shop.* to seller")
    reader = account("through_role", "seller")
    shop.execute("set default role seller for through_role")
    for name in ("child", "parent"):
        assert without_time(reader.table("shop", name)) == without_time(documents[name])
    assert reader.table("shop", "seen")["columns"] == documents["seen"]["columns"]
    assert reader.warnings == [
        "view_definition is null: the account may not see it (SHOW VIEW)"]
    outcome, = reader.read("shop", "gone")
    assert outcome["document"]["removed"] is True


@pytest.mark.parametrize("grants", [
    ["select (id, a) on shop.child", "select (id) on shop.seen"],
    ["show view on shop.*", "select (id, a) on shop.child", "select (id) on shop.seen"],
    ["delete on shop.child", "show view on shop.seen"],
    ["show view, delete on shop.*"],
])
def test_some_columns_are_not_the_table(account, grants):
    reader = account("peeper", *grants)
    for name in ("child", "seen"):
        code, message = reader.error("shop", name)
        assert code == "source_denied" and "not all of its columns are shown" in message, name


def test_columns_granted_through_a_role_are_not_the_table(account, shop):
    shop.execute("create or replace role peepers; grant select (id, a) on shop.child to peepers;"
                 "grant select (id) on shop.seen to peepers")
    reader = account("role_peeper", "peepers", "show view on shop.*")
    shop.execute("set default role peepers for role_peeper")
    for name in ("child", "seen"):
        assert reader.error("shop", name)[0] == "source_denied"


def test_a_hidden_table_is_not_taken_for_removed(account):
    nobody = account("nobody_at_all")
    one = account("one_table", "select on shop.child")
    for reader, code in ((nobody, "schema_not_found"), (one, "table_not_found")):
        for table in ("parent", "zzzzzz"):
            outcome, = reader.read("shop", table)
            assert outcome["error"]["code"] == code and outcome["document"] is None
            assert "that the account may see" in outcome["error"]["message"]
    assert one.table("shop", "child")["name"] == "child"
    assert one.list("shop") == {"child": False}
    # A right to the name itself, and it is absent for sure.
    named = account("named", "select, create on shop.not_yet")
    assert named.read("shop", "not_yet")[0]["document"]["removed"] is True


def test_a_locked_table_holds_up_nobody(shop, reader):
    shop.execute("create table shop.slow (a int)")
    with contextlib.closing(shop.connect("shop")) as writer, \
            concurrent.futures.ThreadPoolExecutor() as pool:
        writer.cursor().execute("lock tables child write")
        assert reader.table("shop", "child")["name"] == "child"
        writer.cursor().execute("unlock tables")
        making = pool.submit(
            writer.cursor().execute, "create or replace table slow as select sleep(8) as a")
        poll(lambda: shop.execute("select 1 from information_schema.processlist "
                                  "where state = 'User sleep'"))
        started = time.monotonic()
        outcomes = reader.read("shop", "parent", "slow", "twin")
        assert time.monotonic() - started < 4
        number, = shop.execute("select id from information_schema.processlist "
                               "where state = 'User sleep'")[0]
        shop.execute(f"kill query {number}")
        with contextlib.suppress(pymysql.Error):
            making.result()
    assert [outcome.get("name") for outcome in outcomes] == ["parent", None, "twin"]
    assert outcomes[1]["error"]["code"] == "source_busy" and not outcomes[1]["document"]
    assert "Lock wait timeout exceeded" in outcomes[1]["error"]["message"]
    shop.execute("drop table if exists shop.slow")


def test_a_table_that_its_engine_lost_is_not_removed(own_mariadb, build, tmp_path):
    own_mariadb.execute("create database d; create table d.t (a int); create table d.u (a int);"
                        "flush tables")
    own_mariadb.lose("d", "t")
    reader = Reader(build, tmp_path, connection=own_mariadb.connection())
    lost, kept = reader.read("d", "t", "u")
    assert kept["name"] == "u"
    assert lost["error"]["code"] == "source_error" and lost["document"] is None


def test_what_is_read_was_so_at_one_moment(build, tmp_path, mariadb, shop):
    """While a table turns from one state to another and back, nothing between is seen."""
    states = ["alter table turning.t rename column c to b, comment 'one'",
              "alter table turning.t rename column b to c, comment 'two'"]
    mariadb.execute("create or replace database turning; create table turning.o (a int primary "
                    "key); create table turning.t (a int primary key, c int, check (c > 0), "
                    "key by_b (c), constraint f foreign key (c) references turning.o (a))")
    mariadb.execute("create or replace user turner; grant select on turning.* to turner")
    known = []
    for state in states:
        mariadb.execute(state)
        known.append(without_time(Reader(build, tmp_path, connection=mariadb.connection())
                                  .table("turning", "t")))
    assert known[0] != known[1]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        stop, pause = [], threading.Event()

        def turn():
            with mariadb.connect() as connection, connection.cursor() as cursor:
                while not stop:
                    for state in states:
                        cursor.execute(state)
                        pause.wait(0.005)

        turning = pool.submit(turn)
        seen = [0, 0, 0]
        try:
            for user in ("root", "turner"):
                reader = Reader(build, tmp_path, connection=mariadb.connection(user=user))
                with reader.follow() as read:
                    for _ in range(150):
                        outcome, = read("turning", "t")
                        if "error" in outcome:
                            assert outcome["error"]["code"] == "source_busy", outcome
                            seen[2] += 1
                        else:
                            seen[known.index(without_time(outcome))] += 1
        finally:
            stop.append(True)
            turning.result()
    assert seen[0] > 5 and seen[1] > 5, seen


def test_names_without_case(build, tmp_path):
    with contextlib.closing(MariaDB("lower-case-table-names = 1\n")) as server:
        server.execute("create database Shop; create table Shop.Child (Id int primary key);"
                       "create table Shop.Other (a int, foreign key (a) references Child (Id));"
                       "create database `Empty`")
        reader = Reader(build, tmp_path, connection=server.connection())
        for name in ("child", "CHILD"):
            document = reader.table("SHOP", name)
            assert (document["schema_name"], document["name"]) == ("shop", "child")
        assert reader.table("shop", "Other")["foreign_keys"][0]["referenced_table"] == "child"
        outcome, = reader.read("Shop", "Gone")
        assert outcome["document"]["ignore_case"] is True and outcome["document"]["removed"]
        assert reader.error("Nope", "Gone")[0] == "schema_not_found"
        assert reader.error("shop", "child😀")[0] == "table_not_found"
        assert reader.list("SHOP") == {"child": False, "other": False}
        assert reader.list("EMPTY") == {}


def test_a_server_that_does_not_answer_or_let_us_in(build, tmp_path, own_mariadb, monkeypatch):
    monkeypatch.setenv("RES_OPTIONS", "timeout:1 attempts:1")  # whatever resolver there is
    own_mariadb.execute("create database d; create table d.t (a int);"
                        "create user svc identified by 'right}; pass'; grant select on d.* to svc")

    def reader(password=None, **change):
        file = tmp_path / f"password-{password and password[:5]}"
        file.touch(mode=0o600)
        file.write_text(password or "")
        connection = own_mariadb.connection(user="svc")
        for old, new in change.items():
            connection = re.sub(rf"{old}=[^;]*", f"{old}={new}", connection)
        extra = {"password_file": str(file)} if password else {}
        return Reader(build, tmp_path, connection=connection, **extra)

    right = "right}; pass"
    assert reader(right).table("d", "t")["name"] == "t"
    for refused in (reader("wrong"), reader()):
        code, message = refused.error("d", "t")
        assert code == "source_login_denied" and "right" not in message
    assert reader(right, Server="nowhere.invalid").error("d", "t")[0] == "source_unreachable"
    assert reader(right, Port="1").error("d", "t")[0] == "source_unreachable"
    with reader(right).follow() as read:
        assert read("d", "t")[0]["name"] == "t"
        own_mariadb.stop()
        assert read("d", "t")[0]["error"]["code"] == "source_unreachable"
        own_mariadb.start()
        assert read("d", "t")[0]["name"] == "t"


def test_init_is_run_on_each_connection(build, tmp_path, shop):
    shop.execute("create or replace role keeper; grant select on shop.* to keeper;"
                 "create or replace user setter; grant keeper to setter")
    reader = Reader(build, tmp_path, connection=shop.connection(user="setter"),
                    init="set role keeper")
    assert reader.table("shop", "child")["name"] == "child"
    broken = Reader(build, tmp_path, connection=shop.connection(), init="set rubbish = 1")
    code, message = broken.error("shop", "child")
    assert code == "source_error" and "init" in message
