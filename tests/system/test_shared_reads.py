# test_shared_reads.py - jobs for one table share its reads, and never see it as it was before.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor

from lib.holding_proxy import HoldingProxy
from lib.load import Load
from lib.messages import Publisher
from lib.statements import Statements

TRIALS, TABLES, SESSIONS = 10000, 96, 12
IN_FLIGHT = 400  # jobs; more would only wait longer


def job(table):
    return {"datasource_id": 8, "schema": "public", "table": table}


def test_a_hundred_jobs_for_one_table_cost_two_reads(make_site, own_postgres):
    """One produce batch, one partition, a read of 100 ms: the first job's read, and one for
    all that came while it ran.  The database's own log counts the reads."""
    own_postgres.execute("create table shared_by_all (id integer primary key)")
    statements = Statements(own_postgres)
    with contextlib.closing(HoldingProxy(own_postgres.port, b"shared_by_all", 0.1)) as proxy:
        site = make_site([{"id": 8, "name": "slow", "timeout": "20s",
                           "connection": proxy.instead(own_postgres.connection())}],
                         partitions=1)
        batch = Publisher(site.kafka.bootstrap, site.jobs, **{"linger.ms": 500})
        for number in range(100):
            batch.publish(job("shared_by_all"), correlation=b"%d" % number, is_flushed=False)
        batch.flush()
        site.start_worker()
        replies = site.collector.wait(100)
        assert sorted(int(reply.correlation) for reply in replies) == list(range(100))
        assert {reply.status for reply in replies} == {"ok"}
        reads = [text for text in statements.seen() if "shared_by_all" in text]
        assert 1 <= len(reads) <= 2, reads
        assert 1 <= len(proxy.asked) <= 2
        # All in one batch, or it would show nothing.
        assert [reply.value["job_id"] for reply in replies] \
            == [f"{site.jobs}-0-{number}" for number in range(100)]


class AlteredTable:
    """A table that one session alters again and again, each time into something it never
    was."""

    def __init__(self, name):
        self.name = name
        self.version = 0  # the latest that is committed
        self._columns, self._comment = ["first"], None
        self._versions = {self._looks(): 0}

    def _looks(self):
        return tuple(self._columns), self._comment

    def alter(self, rng, execute):
        """What it will look like is known before it is done: a job in flight may see it as
        soon as the server has it."""
        token = f"v{self.version + 1}"
        kind = rng.choice(["add", "drop", "rename", "comment"])
        if kind == "drop" and len(self._columns) > 2:
            sql = f"alter table {self.name} drop column {self._columns.pop(0)}"
        elif kind == "rename":
            place = rng.randrange(len(self._columns))
            sql = f"alter table {self.name} rename column {self._columns[place]} to {token}"
            self._columns[place] = token
        elif kind == "comment":
            sql = f"comment on table {self.name} is '{token}'"
            self._comment = token
        else:
            sql = f"alter table {self.name} add column {token} integer"
            self._columns.append(token)
        assert self._looks() not in self._versions
        self._versions[self._looks()] = self.version + 1
        execute(sql)
        self.version += 1

    def version_in(self, reply):
        """Which version a reply shows."""
        assert reply.status == "ok", reply
        table = reply.value["table"]
        looks = tuple(column["name"] for column in table["columns"]), table["db_comment"]
        assert looks in self._versions, f"{self.name} was never {looks}"
        return self._versions[looks]


class Trials:
    """Sessions that alter tables and publish jobs, both before and after.  `least` holds the
    version that a job has to see, by its correlation."""

    def __init__(self, load, connect, seed):
        self.least = {}
        self.room = threading.Semaphore(IN_FLIGHT)
        self._load, self._connect, self._seed = load, connect, seed
        self._numbers = itertools.count(1)
        self._never = threading.Event()

    def _publish(self, table, rng):
        assert self.room.acquire(timeout=60), "no replies come"
        correlation = b"%d" % next(self._numbers)
        self.least[correlation] = table, table.version
        # Jobs of one table may come through several partitions, in whatever order.
        key = rng.choice([None, rng.randbytes(8)])
        self._load.publish(correlation, job(table.name), key=key)

    def run(self, number):
        """One session's share of the trials."""
        rng = random.Random(self._seed + number)
        tables = [AlteredTable(f"thing_{number}_{place}")
                  for place in range(TABLES // SESSIONS)]
        with self._connect() as connection:
            for table in tables:
                connection.execute(f"create table {table.name} (first integer)")
            for _ in range(TRIALS // SESSIONS):
                table = rng.choice(tables)
                for _ in range(rng.choice([0, 0, 1, 1, 2, 4])):
                    self._publish(table, rng)
                self._never.wait(rng.uniform(0, 0.01))
                table.alter(rng, connection.execute)
                self._publish(table, rng)


def test_a_job_published_after_an_alter_is_answered_with_the_altered_table(
        make_site, postgres, database):
    """Whatever is in flight at that moment: 10,000 trials at random, on many tables at once."""
    seed = random.SystemRandom().randrange(2 ** 32)
    print("seed", seed)
    site = make_site([{"id": 8, "name": "altered", "timeout": "20s",
                       "connection": postgres.connection(database)}], partitions=4)
    site.start_worker()
    trials = Trials(Load(site), lambda: postgres.connect(database), seed)
    replies, checked = site.collector.replies, 0

    def is_over():
        nonlocal checked
        for reply in replies[checked:]:
            table, least = trials.least[reply.correlation]
            assert table.version_in(reply) >= least, f"{table.name}: {reply}"
            trials.room.release()
            checked += 1
        return all(run.done() for run in runs) and checked == len(trials.least)

    with ThreadPoolExecutor(SESSIONS) as sessions:
        runs = [sessions.submit(trials.run, number) for number in range(SESSIONS)]
        site.collector.wait_until(is_over, 240, "the trials")
        for run in runs:
            run.result()
    assert len({reply.correlation for reply in replies}) == len(replies) == len(trials.least)
    assert len(replies) > TRIALS
