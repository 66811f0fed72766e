# test_stop.py - a worker that is told to stop ends in time, whatever is away or held up.
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import time

import pytest

from lib.process import free_port, poll

GRACE = 9  # seconds of pool.grace in these tests
SLACK = 5  # for the system; who waits for Kafka's own time-outs takes a minute
CONFIG = {"pool": {"grace": f"{GRACE}s"}, "kafka": {"session.timeout.ms": "6000"}}
LOCK = 7
JOB = {"datasource_id": 8, "schema": "public", "table": "thing"}


@pytest.fixture(name="things")
def a_database_with_a_table(postgres, database):
    postgres.execute("create table thing (id int primary key)", database)
    return database


@pytest.fixture(name="held_site")
def site_whose_reads_wait(postgres, things, make_site):
    """held_site(kafka, …) gives a site and a connection that holds the lock for which each
    of its reads waits."""
    holders = []

    def make(kafka, config=CONFIG):
        holder = postgres.connect(things)
        holders.append(holder)
        holder.execute(f"select pg_advisory_lock({LOCK})")
        return make_site([{"id": 8, "name": "things", "connection": postgres.connection(things),
                           "init": "set lock_timeout = 0;"
                                   f" select pg_advisory_lock_shared({LOCK})"}],
                         kafka=kafka, config=config), holder

    yield make
    for holder in holders:
        holder.close()


def wait_until_held(holder, count=1):
    poll(lambda: holder.execute(
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and wait_event_type = 'Lock'").fetchone()[0] >= count, what="the job waits for the lock")


def let_go(holder):
    holder.execute(f"select pg_advisory_unlock({LOCK})")


def freeze(kafka):
    os.kill(kafka.pid, signal.SIGSTOP)


def thaw(kafka):
    os.kill(kafka.pid, signal.SIGCONT)


# How a broker goes away and comes back.
AWAY = {"killed": (lambda kafka: kafka.kill(), lambda kafka: kafka.start()),
        "frozen": (freeze, thaw)}


def ends_in_time(worker, since):
    """It ends within the grace period, as one that has no more to do."""
    assert worker.wait(60) == 0
    assert time.monotonic() - since < GRACE + SLACK


@pytest.mark.parametrize("how", AWAY)
def test_an_idle_worker_stops_without_its_broker(own_kafka, make_site, sqlite_file, how):
    leave, come_back = AWAY[how]
    path = sqlite_file("create table thing (id integer primary key)")
    site = make_site([{"id": 8, "name": "file", "connection": f"Driver=SQLite3;Database={path}"}],
                     kafka=own_kafka, config=CONFIG)
    worker = site.start_worker()
    job = {**JOB, "schema": "main"}
    assert site.ask(job).status == "ok"
    leave(own_kafka)
    since = time.monotonic()
    worker.terminate()
    ends_in_time(worker, since)
    come_back(own_kafka)
    site.start_worker()
    assert site.ask(job).status == "ok"


@pytest.mark.parametrize("delivery, how", [("at-least-once", "frozen"), ("exactly-once", "frozen"),
                                           ("exactly-once", "killed")])
def test_a_job_that_cannot_be_answered_at_the_stop_is_answered_later(own_kafka, held_site,
                                                                     delivery, how):
    """It ends while the broker is away: the worker gives up in time, the next one runs it."""
    leave, come_back = AWAY[how]
    site, holder = held_site(own_kafka, {**CONFIG, "delivery": delivery})
    worker = site.start_worker()
    site.publisher.publish(JOB, correlation=b"held")
    wait_until_held(holder)
    leave(own_kafka)
    since = time.monotonic()
    worker.terminate()
    worker.wait_for(r" worker\.stopping\b")
    let_go(holder)
    ends_in_time(worker, since)
    come_back(own_kafka)
    site.start_worker()
    assert site.collector.wait_for(b"held").status == "ok"


def test_a_job_that_does_not_end_is_left_at_the_stop(kafka, held_site):
    """It outlives the grace period: whoever is next runs it."""
    site, holder = held_site(kafka)
    worker = site.start_worker()
    site.publisher.publish(JOB, correlation=b"held")
    wait_until_held(holder)
    since = time.monotonic()
    worker.terminate()
    ends_in_time(worker, since)
    let_go(holder)
    site.start_worker()
    assert site.collector.wait_for(b"held").status == "ok"


def test_a_second_signal_ends_it_at_once(kafka, held_site):
    site, holder = held_site(kafka, {**CONFIG, "pool": {"grace": "60s"}})
    worker = site.start_worker()
    site.publisher.publish(JOB, correlation=b"held")
    wait_until_held(holder)
    worker.terminate()
    worker.wait_for(r" worker\.stopping\b")
    since = time.monotonic()
    worker.terminate()
    assert worker.wait() == 128 + signal.SIGTERM
    assert time.monotonic() - since < 20  # of the grace period's minute
    let_go(holder)
    site.start_worker()
    assert site.collector.wait_for(b"held").status == "ok"


def test_a_stop_before_kafka_was_reached_is_obeyed(make_site, sqlite_file):
    """Nobody listens where its broker should be."""
    path = sqlite_file("create table thing (id integer primary key)")
    site = make_site([{"id": 8, "name": "file", "connection": f"Driver=SQLite3;Database={path}"}],
                     config=CONFIG)
    env = {"TS_KAFKA__BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}"}
    worker = site.start_worker(env, is_awaited=False)
    worker.wait_for(r" kafka\.unreachable\b")
    since = time.monotonic()
    worker.terminate()
    ends_in_time(worker, since)


def test_a_stop_before_a_frozen_broker_has_answered_is_obeyed(own_kafka, make_site, sqlite_file):
    """The connection is made, and nothing comes back on it."""
    path = sqlite_file("create table thing (id integer primary key)")
    site = make_site([{"id": 8, "name": "file", "connection": f"Driver=SQLite3;Database={path}"}],
                     kafka=own_kafka, config=CONFIG)
    freeze(own_kafka)
    worker = site.start_worker(is_awaited=False)
    worker.wait_for(r" kafka\.unreachable\b")
    since = time.monotonic()
    worker.terminate()
    ends_in_time(worker, since)
    thaw(own_kafka)
