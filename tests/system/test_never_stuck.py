# test_never_stuck.py - each driver, in each phase in which its server can leave it alone: a
# read ends by its deadline with the right error, and the next one works again.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
import signal
import sqlite3
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.bad_server import BlackHole, Proxy, SilentPort, frozen, signal_family
from lib.mariadb import MariaDB
from lib.postgres import Postgres
from lib.process import poll, run
from lib.reading import Reader
from lib.virtuoso import DRIVER as VIRTUOSO_DRIVER
from lib.virtuoso import Virtuoso

DEADLINE = 1.5
LATEST = DEADLINE + 1
TIMEOUT = f"{DEADLINE * 1000:.0f}ms"
# For a read that something else ends: its deadline, and what is well before that.
PATIENT, SOON = "30s", 15

# What connects to a port of 127.0.0.1 with each driver.
CONNECTIONS = {
    "postgresql": "Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={port};Database=x;UID=y",
    "mariadb": "Driver={{MariaDB Unicode}};Server=127.0.0.1;Port={port};UID=y",
    "virtuoso": f"Driver={VIRTUOSO_DRIVER};HOST=127.0.0.1:{{port}};UID=y;PWD=z",
    "freetds": "Driver={{FreeTDS}};Server=127.0.0.1;Port={port};UID=y;PWD=z;TDS_Version=7.4",
}

# A server for each driver, statements that make a table in it, and where that is found.
SERVERS = {
    "postgresql": (Postgres, ["create table t (id integer)", "checkpoint"], "public"),
    "mariadb": (MariaDB, ["create database d", "create table d.t (id integer)"], "d"),
    "virtuoso": (Virtuoso, ["create table main.dbo.t (id integer)"], "main.dbo"),
}


class Stopwatch:
    """For one `with`: `took` is how long its body took, `ran` the same without the moments in
    which the whole machine stood still, and nothing could be in time."""

    def __init__(self):
        self.took = self.ran = None
        self._began = time.monotonic()
        self._stood_still, self._is_over = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def _watch(self):
        """Who sleeps for a moment only, again and again, wakes late when nobody runs."""
        slept = time.monotonic()
        is_over = False
        while not is_over:
            is_over = self._is_over.wait(0.02)
            woke = time.monotonic()
            self._stood_still += max(0.0, woke - slept - 0.1)
            slept = woke

    def __exit__(self, *failure):
        self.took = time.monotonic() - self._began
        self._is_over.set()
        self._thread.join()
        self.ran = self.took - self._stood_still


class Source:
    """A server behind a proxy, and its one table."""

    def __init__(self, server, schema):
        self.server, self.schema = server, schema

    @contextlib.contextmanager
    def reading(self, build, folder, timeout=TIMEOUT):
        """The proxy, and a function that reads the table in one process: its code (None for
        'it was read') and the stopwatch of it."""
        with contextlib.closing(Proxy(self.server.port)) as proxy:
            connection = self.server.connection().replace(str(self.server.port), str(proxy.port))
            reader = Reader(build, folder, connection=connection, timeout=timeout)
            with reader.follow() as read:
                def timed_read():
                    with Stopwatch() as watch:
                        outcome, = read(self.schema, "t")
                    return outcome.get("error", {}).get("code"), watch

                yield proxy, timed_read


@pytest.fixture(scope="module", params=SERVERS)
def source(request):
    make, statements, schema = SERVERS[request.param]
    with contextlib.closing(make()) as server:
        for statement in statements:
            server.execute(statement)
        yield Source(server, schema)


@pytest.fixture
def background():
    """Runs a function on another thread; .result(seconds) is what it gave."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit


@pytest.mark.parametrize("driver", CONNECTIONS)
@pytest.mark.parametrize("nobody", [SilentPort, BlackHole])
def test_a_connect_that_is_not_answered_ends(build, tmp_path, driver, nobody):
    with contextlib.closing(nobody()) as server:
        reader = Reader(build, tmp_path, timeout=TIMEOUT,
                        connection=CONNECTIONS[driver].format(port=server.port))
        with reader.follow() as read:
            for _ in range(2):
                with Stopwatch() as watch:
                    outcome, = read("a", "t")
                assert outcome["error"]["code"] == "source_timeout", outcome
                assert DEADLINE - 0.1 < watch.took and watch.ran < LATEST


def test_a_connect_that_is_frozen_ends(build, tmp_path, source):
    with source.reading(build, tmp_path) as (proxy, read):
        proxy.freeze()
        code, watch = read()
        assert code == "source_timeout" and watch.ran < LATEST
        proxy.thaw()
        assert read()[0] is None


def test_a_connect_that_is_reset_ends(build, tmp_path, source, background):
    with source.reading(build, tmp_path, PATIENT) as (proxy, read):
        proxy.freeze()
        under_way = background(read)
        poll(lambda: proxy.connected, what="a connection")
        proxy.reset()
        code, watch = under_way.result(60)
        assert code == "source_unreachable" and watch.took < SOON
        proxy.thaw()
        assert read()[0] is None


def test_a_server_that_freezes_before_the_query_is_not_waited_for(build, tmp_path, source):
    with source.reading(build, tmp_path) as (_, read):
        assert read()[0] is None
        with frozen(source.server.pid):
            code, watch = read()
            assert code == "source_timeout"
            assert DEADLINE - 0.1 < watch.took and watch.ran < LATEST
        assert read()[0] is None


def test_a_network_that_loses_all_in_mid_query_is_not_waited_for(build, tmp_path, source):
    with source.reading(build, tmp_path) as (proxy, read):
        assert read()[0] is None
        proxy.freeze()
        code, watch = read()
        proxy.wait_for_a_request()
        assert code == "source_timeout" and watch.ran < LATEST
        proxy.thaw()
        assert read()[0] is None


def test_a_server_that_is_killed_in_mid_query_is_unreachable(build, tmp_path, source,
                                                             background):
    server = source.server
    with source.reading(build, tmp_path, PATIENT) as (proxy, read):
        assert read()[0] is None
        signal_family(server.pid, signal.SIGSTOP)
        proxy.freeze()
        under_way = background(read)
        proxy.wait_for_a_request()
        proxy.thaw()
        server.kill()
        code, watch = under_way.result(60)
        server.start()
        assert code == "source_unreachable" and watch.took < SOON
        assert read()[0] is None


def test_a_connection_that_is_reset_in_mid_query_is_made_anew(build, tmp_path, source,
                                                              background):
    with source.reading(build, tmp_path, PATIENT) as (proxy, read):
        assert read()[0] is None
        proxy.freeze()
        under_way = background(read)
        proxy.wait_for_a_request()
        proxy.reset()  # before anything is passed on that could be answered
        proxy.thaw()
        code, watch = under_way.result(60)
        assert code is None and watch.took < SOON
        assert proxy.connected == 2


def test_a_server_that_was_restarted_between_reads_is_not_noticed(build, tmp_path, source):
    with source.reading(build, tmp_path, PATIENT) as (proxy, read):
        assert read()[0] is None
        source.server.kill()
        source.server.start()
        assert read()[0] is None
        assert proxy.connected == 2




@pytest.fixture(scope="module")
def databases(postgres):
    """Names of PostgreSQL databases with the table t."""
    names = [f"stuck_{number}" for number in range(4)]
    for name in names:
        postgres.create_database(name)
        postgres.execute("create table t (id integer)", name)
    return names


@pytest.fixture
def proxy(postgres):
    with contextlib.closing(Proxy(postgres.port)) as running:
        yield running


def by_proxy(postgres, proxy, database):
    return postgres.connection(database).replace(str(postgres.port), str(proxy.port))


def test_the_other_connections_of_a_dead_one_are_not_tried(build, tmp_path, postgres, proxy,
                                                           databases):
    reader = Reader(build, tmp_path, connection=by_proxy(postgres, proxy, "{catalog}"),
                    default_catalog=databases[0], timeout=TIMEOUT)
    with reader.follow() as read:
        for name in databases[:2]:
            assert read(f"{name}.public", "t")[0]["name"] == "t"
        assert proxy.connected == 2
        proxy.freeze()
        assert read(f"{databases[0]}.public", "t")[0]["error"]["code"] == "source_timeout"
        assert proxy.connected == 2
        assert read(f"{databases[1]}.public", "t")[0]["error"]["code"] == "source_timeout"
        assert proxy.connected == 3, "a connection that was kept was tried"


def test_never_more_connections_than_configured_to_all_catalogs(build, tmp_path, postgres, proxy,
                                                                databases):
    config = tmp_path / "crowd.yaml"
    config.write_text(json.dumps({"datasources": [{
        "id": 8, "name": "source", "connection": by_proxy(postgres, proxy, "{catalog}"),
        "default_catalog": databases[0], "concurrency": 3}]}))
    names = [word for name in databases for word in (f"{name}.public", "t")]
    ran = run([build / "strain_source", config, "crowd", "8", "5", "8", *names], timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"ok": 8 * 5 * 2 * len(databases)}
    assert proxy.most_open == 3 and proxy.connected > 3


def test_the_server_sees_no_more_connections_than_configured(build, tmp_path, postgres,
                                                             databases):
    def count():
        return postgres.execute("select count(*) from pg_stat_activity "
                                "where datname like 'stuck_%'")[0][0]

    poll(lambda: count() == 0, what="the end of the connections of others")
    reader = Reader(build, tmp_path, connection=postgres.connection("{catalog}"),
                    default_catalog=databases[0], concurrency=2)
    with reader.follow() as read:
        for number, name in enumerate(databases * 2):
            assert read(f"{name}.public", "t")[0]["name"] == "t"
            poll(lambda expected=min(number + 1, 2): count() == expected,
                 what="two connections")


def test_table_by_table_ends_by_the_deadline_too(build, tmp_path, postgres, database):
    tables = [f"t{number}" for number in range(20)]
    postgres.execute(";".join(f"create table {name} (id integer primary key)"
                              for name in tables), database)
    reader = Reader(build, tmp_path, connection=postgres.connection(database), timeout=TIMEOUT)
    with reader.follow() as read, postgres.connect(database) as control:
        assert read("public", *tables)[0]["name"] == "t0"
        with control.transaction():
            for name in tables:
                control.execute(f"alter table {name} add column more integer")
            with Stopwatch() as watch:
                codes = [outcome["error"]["code"] for outcome in read("public", *tables)]
            assert watch.ran < LATEST
        busy = codes.count("source_busy")
        assert busy and codes == ["source_busy"] * busy + ["source_timeout"] * (20 - busy)
        assert read("public", *tables)[19]["name"] == "t19"


class ChokingProxy(Proxy):
    """Passes nothing on any more once a PostgreSQL server has told of the error `state` and
    is ready for the next query."""

    def __init__(self, port, state):
        self._state = state
        super().__init__(port)

    async def _pump(self, reader, writer, is_client):
        answer = b""
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._passes.wait()
                writer.write(data)
                await writer.drain()
                answer += b"" if is_client else data
                if self._state in answer and answer.endswith(b"Z\0\0\0\5I"):
                    self._passes.clear()


def test_a_statement_that_failed_is_not_freed_for_ever(build, tmp_path, postgres, database):
    postgres.execute("create table t (id integer primary key)", database)
    with contextlib.closing(ChokingProxy(postgres.port, b"55P03")) as proxy:
        reader = Reader(build, tmp_path, connection=by_proxy(postgres, proxy, database),
                        timeout=TIMEOUT)
        with reader.follow() as read, postgres.connect(database) as control:
            assert read("public", "t")[0]["name"] == "t"
            with control.transaction():
                control.execute("alter table t add column more integer")
                with Stopwatch() as watch:
                    assert read("public", "t")[0]["error"]["code"] == "source_busy"
                assert watch.ran < LATEST
            proxy.thaw()
            assert read("public", "t")[0]["name"] == "t"


def test_a_batch_that_breaks_new_connections_too_is_read_table_by_table(
        build, tmp_path, postgres, database, background):
    postgres.execute("create table a (id integer primary key); create table b (id integer);"
                     "create table c (id integer)", database)
    reader = Reader(build, tmp_path, connection=postgres.connection(database), concurrency=1,
                    init="set lock_timeout = '20s'")
    with reader.follow() as read, postgres.connect(database) as control:
        assert read("public", "b")[0]["name"] == "b"

        def waiting(others):
            rows = watching.execute(
                "select pid from pg_stat_activity where datname = %s "
                "and wait_event_type = 'Lock' and pid <> all(%s)", [database, others]).fetchall()
            return rows and rows[0][0]

        with control.transaction(), postgres.connect() as watching:
            control.execute("alter table a add column more integer")
            under_way = background(read, "public", "b", "a", "c")
            killed = []
            for _ in range(2):
                killed.append(poll(lambda: waiting(killed), what="a read that waits"))
                watching.execute("select pg_terminate_backend(%s)", [killed[-1]])
            poll(lambda: waiting(killed), what="a third one")
        assert [outcome.get("name") for outcome in under_way.result(20)] == ["b", "a", "c"]


def test_a_locked_sqlite_file_holds_a_batch_for_a_second(build, tmp_path, sqlite_file):
    tables = [f"t{number}" for number in range(64)]
    path = sqlite_file(";".join(f"create table {name} (id integer)" for name in tables))
    reader = Reader(build, tmp_path, connection=f"Driver=SQLite3;Database={path}")
    with reader.follow() as read, contextlib.closing(sqlite3.connect(path)) as other:
        assert read("main", *tables)[63]["name"] == "t63"
        other.execute("begin exclusive")
        began = time.monotonic()
        codes = {outcome["error"]["code"] for outcome in read("main", *tables)}
        # Not a second for each.
        assert codes == {"source_busy"} and time.monotonic() - began < SOON
        other.rollback()
        assert read("main", *tables)[63]["name"] == "t63"


def test_a_virtuoso_that_hangs_in_connect_holds_other_drivers_not_at_all(
        build, tmp_path, postgres, virtuoso, databases):
    """Its driver makes one connection at a time in a process: others of that driver wait for
    the deadline of the one that hangs, and then go on."""
    virtuoso.execute("create table main.dbo.never_stuck (id integer)")
    with contextlib.closing(Proxy(virtuoso.port)) as hanging:
        hanging.freeze()
        sources = {1: (CONNECTIONS["virtuoso"].format(port=hanging.port), TIMEOUT),
                   2: (virtuoso.connection(), "20s"),
                   3: (postgres.connection(databases[0]), "20s")}
        config = tmp_path / "together.yaml"
        config.write_text(json.dumps({"datasources": [
            {"id": number, "name": f"s{number}", "connection": text, "timeout": timeout}
            for number, (text, timeout) in sources.items()]}))
        with subprocess.Popen([build / "strain_source", config, "together"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            print("1 main.dbo never_stuck", file=process.stdin, flush=True)
            poll(lambda: hanging.connected, what="a connection that hangs")
            print("2 main.dbo never_stuck\n3 public t", file=process.stdin, flush=True)
            process.stdin.close()
            ended = [json.loads(line) for line in process.stdout]
        assert ended[0]["id"] == 3
        taken = {line["id"]: (line["code"], line["ms"] / 1000) for line in ended}
        assert taken[3][0] == "ok"
        assert taken[1][0] == "source_timeout" and taken[1][1] < SOON
        assert taken[2][0] == "ok" and taken[2][1] < SOON
