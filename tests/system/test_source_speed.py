# test_source_speed.py - what makes PostgreSQL's tables quick to read: round trips and plans.
# SPDX-License-Identifier: Apache-2.0
#
# How long it takes is for the benchmark to print; here is counted what it comes from.
import contextlib
import time

import pytest

from lib.delay_proxy import DelayProxy
from lib.reading import Reader

DELAY = 0.01  # each way
BATCH = [f"fact_{number}" for number in range(1, 65)]


@pytest.fixture
def far(postgres):
    """The server, 20 ms away."""
    with contextlib.closing(DelayProxy(postgres.port, DELAY)) as proxy:
        yield proxy


@pytest.fixture
def make_reader(build, tmp_path, postgres, far, warehouse):
    def make(**datasource):
        near = postgres.connection(warehouse)
        connection = near.replace(f"Port={postgres.port};", f"Port={far.port};")
        assert connection != near
        return Reader(build, tmp_path, connection=connection, **datasource)

    return make


def counted(far, read, *tables):
    """(round trips, seconds) of one read."""
    turns, start = far.turns, time.monotonic()
    for document in read("public", *tables):
        assert len(document["columns"]) == 20, document
    return far.turns - turns, time.monotonic() - start


def test_a_read_of_64_tables_is_one_round_trip(make_reader, far):
    with make_reader().follow() as read:
        first, _ = counted(far, read, *BATCH)
        assert first <= 10  # with the connection, its settings, and the plan
        for tables in (["fact_1"], BATCH, ["fact_2"], BATCH[::-1]):
            turns, seconds = counted(far, read, *tables)
            assert turns == 1
            assert seconds >= 2 * DELAY
    assert far.connections == 1


def test_the_catalog_functions_take_many_round_trips(make_reader, far):
    """So the count above is one of the statement's, not of the proxy's."""
    with make_reader(dialect="generic").follow() as read:
        counted(far, read, "fact_1")
        turns, _ = counted(far, read, "fact_1")
        assert turns > 5


def test_the_statement_is_planned_once_a_connection(build, tmp_path, own_postgres):
    own_postgres.execute("alter system set shared_preload_libraries = pg_stat_statements")
    own_postgres.stop()
    own_postgres.start()
    own_postgres.execute("create extension pg_stat_statements;"
                         "alter database postgres set pg_stat_statements.track_planning = on;"
                         "create table one (id integer primary key); create view two as select 1")
    reader = Reader(build, tmp_path, connection=own_postgres.connection())
    reads = [["one"], ["one", "two"], ["two"], ["one", "two"] * 40] * 10
    for connections in (1, 2):
        with reader.follow() as read:
            for tables in reads:
                assert [found["name"] for found in read("public", *tables)] == tables
        planned, called, rows = own_postgres.execute(
            "select plans::int, calls::int, rows::int from pg_stat_statements"
            " where query like '-- postgresql_read.sql%'")[0]
        assert planned == connections
        assert called == connections * len(reads)
        assert rows == connections * sum(map(len, reads))
