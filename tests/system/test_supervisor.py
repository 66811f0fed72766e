# test_supervisor.py - what a supervisor (systemd's Type=notify) hears of a worker, and when.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import itertools
import os
import signal
import socket
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer

from lib.process import poll

WATCHDOG = 4  # seconds
LONGEST_QUEUE = Path("/proc/sys/net/unix/max_dgram_qlen")
NUMBERS = itertools.count(1)
JOB = {"datasource_id": 8, "schema": "main", "table": "thing"}


class Supervisor:
    """The socket that a supervisor listens on, and what it was told there."""

    def __init__(self):
        name = f"tablesync-supervisor-{os.getpid()}-{next(NUMBERS)}"
        self.env = {"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": str(WATCHDOG * 1_000_000)}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{name}")

    def hear(self, timeout):
        """What it is told next; None where that is nothing within the time."""
        self._socket.settimeout(timeout)
        try:
            return self._socket.recv(4096).decode()
        except (TimeoutError, BlockingIOError):
            return None

    def hear_until(self, wanted, timeout=30):
        """Everything up to `wanted`, which must come."""
        heard = []
        deadline = time.monotonic() + timeout
        while not heard or heard[-1] != wanted:
            heard.append(self.hear(max(deadline - time.monotonic(), 0.01)))
            assert heard[-1], f"{wanted} has not come within {timeout} s, but {heard}"
        return heard

    def hear_all(self, timeout):
        """Everything within the time."""
        deadline = time.monotonic() + timeout
        heard = []
        while (rest := deadline - time.monotonic()) > 0:
            heard.append(self.hear(rest))
        return heard

    def forget(self):
        """Read what it was told until now."""
        while self.hear(0):
            pass

    def close(self):
        self._socket.close()


@pytest.fixture(name="supervisor")
def supervisor_of_one_worker():
    with contextlib.closing(Supervisor()) as supervisor:
        yield supervisor


@pytest.fixture(name="site")
def site_with_one_table(make_site, sqlite_file):
    path = sqlite_file("create table thing (id integer primary key)")
    return make_site([{"id": 8, "name": "file", "connection": f"Driver=SQLite3;Database={path}"}])


@contextlib.contextmanager
def member_that_keeps_its_partitions(site):
    """A member of the group that is asked to give up its partitions, and does not answer before
    it is let go."""
    member = Consumer({"bootstrap.servers": site.kafka.bootstrap, "group.id": site.name,
                       "heartbeat.interval.ms": 200, "log_level": 2})
    member.subscribe([site.jobs], on_revoke=lambda *_: None)
    with contextlib.closing(member):
        poll(lambda: (member.poll(0.1), member.assignment())[1], what="the other's partitions")
        yield


def test_it_is_ready_only_once_it_has_partitions(site, supervisor):
    with member_that_keeps_its_partitions(site):
        worker = site.start_worker(supervisor.env, is_awaited=False)
        worker.wait_for(r" worker\.ready\b")
        assert "READY=1" not in supervisor.hear_all(2)
    supervisor.hear_until("READY=1")
    worker.wait_for(r" group\.assigned\b")


def test_it_is_alive_as_long_as_it_turns(site, supervisor):
    worker = site.start_worker(supervisor.env)
    supervisor.hear_until("READY=1")
    assert site.ask(JOB).status == "ok"
    beats = []
    for _ in range(4):
        assert supervisor.hear(30) == "WATCHDOG=1"
        beats.append(time.monotonic())
    pauses = sorted(later - earlier for earlier, later in itertools.pairwise(beats))
    assert pauses[1] < WATCHDOG  # one may be longer where the machine stood still
    worker.terminate(signal.SIGSTOP)
    poll(lambda: "State:\tT" in Path(f"/proc/{worker.pid}/status").read_text(encoding="ascii"),
         what="the worker is stuck")
    supervisor.forget()
    assert supervisor.hear(WATCHDOG) is None
    worker.terminate(signal.SIGCONT)
    assert supervisor.hear(30) == "WATCHDOG=1"
    assert site.ask(JOB).status == "ok"


def test_it_tells_that_it_stops(site, supervisor):
    worker = site.start_worker(supervisor.env)
    supervisor.hear_until("READY=1")
    worker.terminate()
    assert "READY=1" not in supervisor.hear_until("STOPPING=1")
    assert worker.wait() == 0


def test_a_supervisor_that_does_not_read_holds_up_no_job(site, supervisor):
    """It is told something at each job, and its queue takes far less."""
    limit = int(LONGEST_QUEUE.read_text(encoding="ascii"))
    site.start_worker({**supervisor.env, "WATCHDOG_USEC": "3000"})
    for _ in range(2 * limit):
        assert site.ask(JOB).status == "ok"
    assert supervisor.hear(0)
