# test_never_held_up.py - a dead and a slow data source are nobody else's trouble.
# SPDX-License-Identifier: Apache-2.0
import contextlib

import pytest

from lib.bad_server import BlackHole, SilentPort
from lib.holding_proxy import HoldingProxy
from lib.load import STAMPED_BY_BROKER, Load, percentile
from lib.process import free_port

SECONDS = 12
TABLES = 50
SLOW_RATE, HOLD = 4, 2.0  # jobs a second; s a query
DEAD_RATE, DEADLINE_MS = 60, 2000
LATEST_MS = 10000  # for a deadline; the data sources' own time-out is 30 s
HICCUPS_MS = {0.5: 20, 0.99: HOLD * 1000 / 2}  # of one worker alone, by the share of its jobs

HEALTHY, SLOW, DEAD = 8, 9, 10


class Refusing:
    """A port at which nobody listens."""

    def __init__(self):
        self.port = free_port()

    def close(self):
        """Nothing is open."""


# Each has its turn: it takes connections and says nothing, it does not even take them, it
# refuses them.
DEAD_KINDS = [SilentPort, BlackHole, Refusing]

# Of the healthy data source: how many jobs a second are no great load for a server that has
# to do them twice.
RATES = {"postgres": 75, "mariadb": 30}


@pytest.fixture(name="server", params=list(RATES))
def server_with_tables(request):
    """A server with the tables of the test, their schema and the connection string."""
    server = request.getfixturevalue(request.param)
    name = f"never_held_up_{request.param}"
    server.create_database(name)
    tables = [f"healthy_{number}" for number in range(TABLES)]
    tables += [f"slow_{number}" for number in range(SLOW_RATE * SECONDS)]
    server.execute("".join(f"create table {table} (id integer primary key, name varchar(20));"
                           for table in tables), name)
    return server, name if request.param == "mariadb" else "public", server.connection(name)


def jobs_of(datasource_id, name, schema, count, tables):
    return [(f"{name}-{number}".encode(),
             {"datasource_id": datasource_id, "schema": schema,
              "table": f"{name.partition('-')[0]}_{number % tables}"})
            for number in range(count)]


def took_ms(load, jobs):
    """How long the jobs took, all of which went well."""
    replies = load.replies(correlation for correlation, _ in jobs)
    assert not [reply for reply in replies if reply.status != "ok"]
    return [load.took_ms(reply) for reply in replies]


def check_dead(load, jobs):
    """Each job of a dead data source is answered in time."""
    codes = {"source_unreachable", "source_timeout", "deadline_exceeded"}
    for reply in load.replies(correlation for correlation, _ in jobs):
        assert reply.error in codes, reply
        assert load.took_ms(reply) < LATEST_MS, reply


def both(load, twin, rate, jobs):
    """The same jobs for both, side by side: how long they took."""
    threads = [one.in_background(rate, jobs) for one in (load, twin)]
    for thread in threads:
        thread.join()
    return took_ms(load, jobs), took_ms(twin, jobs)


def test_the_healthy_one_is_as_quick_beside_a_dead_and_a_slow_one(
        make_site, server, request):
    """One worker process, as it is configured by default, has a healthy, a slow and three
    dead data sources, which begin one after the other; its twin has the healthy one alone.
    Both are given the same jobs at the same moments, so that the same hiccups of the machine
    are in both figures, and what differs is what the others do; a hiccup of one worker alone
    is shorter than what a job would wait for a dead or slow one.  Virtuoso has no part in
    this: its driver connects one at a time, so a dead Virtuoso holds up other Virtuosos, and
    nobody else."""
    server, schema, connection = server
    rate = RATES[request.node.callspec.params["server"]]
    options = {"config": {"pool": {"workers": 16}}, "topic_config": STAMPED_BY_BROKER}
    healthy = {"id": HEALTHY, "name": "healthy", "connection": connection}
    with contextlib.ExitStack() as stack:
        proxy = stack.enter_context(contextlib.closing(
            HoldingProxy(server.port, b"slow_", HOLD)))
        sources = [healthy,
                   {"id": SLOW, "name": "slow", "connection": proxy.instead(connection)}]
        for number, kind in enumerate(DEAD_KINDS):
            port = stack.enter_context(contextlib.closing(kind())).port
            sources.append({"id": DEAD + number, "name": kind.__name__, "connection":
                            connection.replace(f"Port={server.port};", f"Port={port};")})
        site, alone = make_site(sources, **options), make_site([healthy], **options)
        for each in site, alone:
            each.start_worker()
        load, twin = Load(site), Load(alone)
        both(load, twin, rate, jobs_of(HEALTHY, "healthy-first", schema, 2 * rate, TABLES))
        before = both(load, twin, rate, jobs_of(HEALTHY, "healthy-before", schema,
                                                3 * rate, TABLES))

        slow = jobs_of(SLOW, "slow", schema, SLOW_RATE * SECONDS, SLOW_RATE * SECONDS)
        dead = []
        for number in range(len(DEAD_KINDS)):
            count = DEAD_RATE * SECONDS // len(DEAD_KINDS)
            dead += jobs_of(DEAD + number, f"dead-{number}", schema, count, count)
        threads = [load.in_background(SLOW_RATE, slow),
                   load.in_background(DEAD_RATE, dead, DEADLINE_MS)]
        beside = both(load, twin, rate, jobs_of(HEALTHY, "healthy", schema, SECONDS * rate,
                                                TABLES))
        for thread in threads:
            thread.join()
        check_dead(load, dead)
        slow_ms = took_ms(load, slow)
    for name, took in (("before the load", before[0]), ("beside the load", beside[0]),
                       ("alone meanwhile", beside[1]), ("slow", slow_ms)):
        text = f"p50 {percentile(took, 0.5):.0f} ms, p99 {percentile(took, 0.99):.0f} ms"
        print(f"{name}: {text}")
    assert min(slow_ms) > HOLD * 1000
    for share, hiccup_ms in HICCUPS_MS.items():
        assert percentile(beside[0], share) <= max(2 * percentile(beside[1], share), hiccup_ms)
