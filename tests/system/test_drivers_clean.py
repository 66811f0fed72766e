# test_drivers_clean.py - what many threads and many connections leave behind: nothing.  On a
# build with sanitizers, which tests/run makes, it shows our slips with memory and threads too.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json

import pytest

from lib.bad_server import Proxy
from lib.process import run

THREADS, ROUNDS = 8, 5
EARLY, LAST = 100, 1000
GROWTH_KB = 256  # far less than one KiB for each connection between

TABLES = """\
create table {schema}.parent (id integer not null primary key, name varchar(20) default 'x');
create table {schema}.child (id integer not null primary key, parent integer,
    foreign key (parent) references {schema}.parent (id));
create view {schema}.seen as select id from {schema}.parent"""
NAMES = ["parent", "child", "seen"]


class Sqlite:
    port = None

    def __init__(self, make_file):
        self._path = make_file(TABLES.format(schema="main").replace("references main.",
                                                                    "references "))

    def connection(self):
        return f"Driver=SQLite3;Database={self._path}"


SCHEMAS = {"postgres": "clean", "mariadb": "clean", "sqlite": "main", "virtuoso": "clean.dbo"}


@pytest.fixture(scope="module")
def filled():
    return set()


@pytest.fixture(params=SCHEMAS)
def server(request, filled):
    """A server with the tables."""
    name = request.param
    if name == "sqlite":
        return Sqlite(request.getfixturevalue("sqlite_file"))
    running = request.getfixturevalue(name)
    if name not in filled:
        if name in ("postgres", "mariadb"):
            running.execute("create schema clean")
        for statement in TABLES.format(schema=SCHEMAS[name]).split(";"):
            running.execute(statement)
        filled.add(name)
    return running


@pytest.fixture
def schema(request):
    return SCHEMAS[request.node.callspec.params["server"]]


def strain(build, folder, connection, *words):
    """What strain_source prints."""
    config = folder / "strain.yaml"
    config.write_text(json.dumps({"datasources": [
        {"id": 8, "name": "source", "connection": connection}]}))
    ran = run([build / "strain_source", config, *words], timeout=240,
              env={"LC_ALL": "C"})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def test_a_crowd_of_threads_reads_all_there_is_and_is_not(build, tmp_path, server, schema):
    names = [word for name in (*NAMES, "missing") for word in (schema, name)]
    counts = strain(build, tmp_path, server.connection(), "crowd", THREADS, ROUNDS, 8, *names,
                    "nowhere", "parent")
    runs = THREADS * ROUNDS * 2  # in one go, and one by one
    assert counts == {"ok": 3 * runs, "table_not_found": runs, "schema_not_found": runs}


def test_a_thousand_connections_leave_nothing_behind(build, tmp_path, server, schema):
    with contextlib.ExitStack() as stack:
        connection = server.connection()
        if server.port:
            proxy = stack.enter_context(contextlib.closing(Proxy(server.port)))
            connection = connection.replace(str(server.port), str(proxy.port))
        counts = strain(build, tmp_path, connection, "churn", EARLY, LAST, 8, schema, "child")
        if server.port:
            assert proxy.connected == LAST
    assert counts["ok"] == LAST
    early, late = counts["early"], counts["late"]
    assert late["descriptors"] == early["descriptors"]
    assert late["resident_kb"] < early["resident_kb"] + GROWTH_KB, counts
    # A driver that sets the environment's frees the name that another one may be reading.
    assert late["locale"] == "C.UTF-8"
