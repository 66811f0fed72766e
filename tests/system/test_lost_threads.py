# test_lost_threads.py - a driver that does not come back costs a thread, not the process.
# SPDX-License-Identifier: Apache-2.0
#
# SQLite's driver has no socket that could be closed under it: told to wait for a lock for an
# hour, it waits for an hour.
import contextlib
import re
import sqlite3

import pytest

from lib.load import STAMPED_BY_BROKER, Load

FAILED = 1  # the exit code
DEADLINE_MS = 1500
HELD, FREE = 8, 9
TABLES = 16


def job(datasource_id, table="thing_0"):
    return {"datasource_id": datasource_id, "schema": "main", "table": table}


@pytest.fixture(name="files")
def two_files(sqlite_file):
    """One that the test locks, and another."""
    sql = "".join(f"create table thing_{number} (id integer primary key);"
                  for number in range(TABLES))
    return sqlite_file(sql, "held"), sqlite_file(sql, "free")


@contextlib.contextmanager
def locked(path):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin exclusive")
        yield
        connection.execute("rollback")


def is_ended_by_deadline(reply):
    """Before it was begun, or while it was read; but not with the thread that read it."""
    return reply.error == "deadline_exceeded" or reply.error == "source_timeout" \
        and "deadline passed while the table was read" in reply.value["error"]["message"]


def site_of(make_site, files, workers, **config):
    held, free = files
    return make_site(
        [{"id": HELD, "name": "held", "timeout": "1s",
          "connection": f"Driver=SQLite3;Database={held};Timeout=3600000"},
         {"id": FREE, "name": "free", "connection": f"Driver=SQLite3;Database={free}"}],
        config={"pool": {"workers": workers}, **config}, topic_config=STAMPED_BY_BROKER)


def test_a_thread_that_does_not_come_back_is_replaced(make_site, files):
    """The only one, so nothing would go on without its replacement; one job has a deadline
    and one has none, and both are answered.  When it comes back after all, nobody minds."""
    site = site_of(make_site, files, workers=1)
    worker = site.start_worker()
    load = Load(site)
    with locked(files[0]):
        load.publish(b"hurried", job(HELD, "thing_1"), DEADLINE_MS)
        load.publish(b"patient", job(HELD, "thing_2"))
        hurried, = load.replies([b"hurried"])
        assert is_ended_by_deadline(hurried), hurried
        assert site.ask(job(FREE)).status == "ok"
        patient, = load.replies([b"patient"])
        assert patient.error == "source_timeout"
        worker.wait_for(r" warn worker\.thread_lost\b.* datasource=8\b")
        assert site.ask(job(FREE)).status == "ok"
    assert site.ask(job(FREE)).status == "ok"
    again = site.ask(job(HELD))
    while again.status != "ok":
        assert again.value["error"]["retryable"], again
        again = site.ask(job(HELD))
    assert len({reply.value["job_id"] for reply in site.collector.replies}) \
        == len(site.collector.replies)


def keys_of(site, worker):
    """Some keys of jobs that this worker gets."""
    load = Load(site)
    keys = {b"probe-%d" % number: b"%d" % number for number in range(32)}
    for correlation, key in keys.items():
        load.publish(correlation, job(FREE), key=key)
    replies = load.replies(keys)
    assert {reply.status for reply in replies} == {"ok"}
    done = set(re.findall(r" job\.done\b.* job=(\S+)", worker.output))
    own = [keys[reply.correlation] for reply in replies if reply.value["job_id"] in done]
    assert 0 < len(own) < len(keys)
    return own


def test_too_many_lost_threads_end_the_process_and_another_goes_on(make_site, files):
    """The first worker is given jobs that do not come back, until more of its threads are
    lost than it may have; it answers them and what else it has begun, says what is wrong and
    ends.  Other jobs are answered all the time."""
    site = site_of(make_site, files, workers=2, log={"level": "debug"})
    first, second = site.start_worker(), site.start_worker()
    first.wait_for(r" group\.assigned\b.* partitions=2\b")
    keys = keys_of(site, first)
    load = Load(site)
    free = [(b"free-%d" % number, job(FREE, f"thing_{number % TABLES}"))
            for number in range(400)]
    held = []
    thread = load.in_background(40, free)
    with locked(files[0]):
        while first.is_running():
            held.append(b"held-%d" % len(held))
            load.publish(held[-1], job(HELD, f"thing_{len(held) % TABLES}"), DEADLINE_MS,
                         key=keys[len(held) % len(keys)])
            site.collector.poll(0.2)
            assert len(held) < 300
        assert first.wait() == FAILED
        replies = load.replies(held)
    for reply in replies:
        assert is_ended_by_deadline(reply), reply
    # Who came while the one left and the other took over has waited for that, too.
    failed = set(re.findall(r" job\.failed\b.* job=(\S+)", first.output))
    took = sorted(load.took_ms(reply) for reply in replies if reply.value["job_id"] in failed)
    print("ms until an answer:", took[len(took) // 2], took[-1])
    assert took[len(took) // 2] < DEADLINE_MS + 1000
    print("\n".join(first.output.splitlines()[-5:]))
    assert len(re.findall(r" worker\.thread_lost ", first.output)) == 3
    assert re.search(r" error .*3 threads", first.output), first.tail()
    thread.join()
    replies = load.replies(correlation for correlation, _ in free)
    assert {reply.status for reply in replies} == {"ok"}
    assert second.is_running()
