# bench.py - how fast tables are read and jobs answered, and what memory that takes.
# SPDX-License-Identifier: Apache-2.0
"""Everything runs on this machine: a real Kafka, PostgreSQL with the 2,000 tables of
lib/warehouse.sql, `tablesync serve` on SQLite, one `tablesync worker` process.

A pass publishes one job for each table, so no two jobs share a read, and ends with the last
reply.  Its speed is 2,000 by the time from its first job to its last reply, both stamped by
the broker; the replies are read after the pass, so that reading them costs the pass nothing.
"""
import contextlib
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from confluent_kafka import (OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer,
                             TopicPartition)
from confluent_kafka.admin import AdminClient, OffsetSpec

from bench.head import head
from bench.http import http_bench
from bench.pool import jobs_done, pool
from bench.source import source
from lib.kafka import Kafka
from lib.postgres import Postgres
from lib.process import poll
from lib.site import Site

TABLES = 2000
PARTITIONS = 12
TESTS = Path(__file__).parents[1]


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def cpu_seconds(pid):
    """What a process and its children have used of the processor until now; of this one,
    whose children are the others, what it has used itself."""
    ticks, parent = 0, str(pid) if pid != os.getpid() else None
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            if path.parent.name == str(pid) or fields[1] == parent:
                ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def job(number):
    return {"datasource_id": 8, "schema": "public", "table": f"fact_{number}"}


class Topic:
    """Reads a topic's records from where the last reading ended."""

    def __init__(self, bootstrap, name):
        self._name = name
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench",
                                   "enable.auto.commit": False, "log_level": 2})
        self._next = [0] * PARTITIONS

    def count(self):
        """How many records it has."""
        ends = self._admin.list_offsets({TopicPartition(self._name, number): OffsetSpec.latest()
                                         for number in range(PARTITIONS)})
        try:
            return sum(end.result(30).offset for end in ends.values())
        except KafkaException as failure:
            # The client has yet to hear of a topic that was made just now.
            assert failure.args[0].code() == KafkaError.NOT_LEADER_FOR_PARTITION, failure
            return 0

    def read(self, count):
        """The next `count` records."""
        self._consumer.assign([TopicPartition(self._name, number, offset or OFFSET_BEGINNING)
                               for number, offset in enumerate(self._next)])
        records = []
        while len(records) < count:
            got = self._consumer.consume(count - len(records), 30)
            assert got, f"{self._name}: {len(records)} of {count} records"
            records += got
        self._consumer.unassign()
        for record in records:
            self._next[record.partition()] = max(self._next[record.partition()],
                                                 record.offset() + 1)
        return records


class Bench:
    """A site with its worker, warm: its first pass has been."""

    def __init__(self, build, folder, kafka, postgres, workers, delivery="at-least-once"):
        self.site = Site(
            build, folder, kafka,
            [{"id": 8, "name": "warehouse", "connection": postgres.connection("warehouse"),
              "concurrency": workers, "timeout": "30s"}],
            config={"pool": {"workers": workers}, "delivery": delivery}, partitions=PARTITIONS,
            topic_config={"message.timestamp.type": "LogAppendTime"})
        self.worker = self.site.start_worker()
        self._is_exactly_once = delivery == "exactly-once"
        self._jobs = Topic(kafka.bootstrap, self.site.jobs)
        self._replies = Topic(kafka.bootstrap, self.site.default_topic)
        self._programs = {"worker": self.worker.pid, "serve": self.site.serve.program.pid,
                          "kafka": kafka.pid, "postgres": postgres.pid, "client": os.getpid()}
        self._postgres = postgres
        self._passes = 0
        self.reads_per_s = self.tables_per_read = 0  # of the last pass
        self.cpu_ms = dict.fromkeys(self._programs, 0)  # a job, of the last pass
        self.first_speed, _ = self.run_pass()

    def _reads(self):
        """(tables, statements) that PostgreSQL has counted until now."""
        return self._postgres.execute(
            "select coalesce(sum(rows), 0)::int, coalesce(sum(calls), 0)::int"
            " from pg_stat_statements where query like '-- postgresql_read.sql%'")[0]

    def _done(self):
        """How many jobs are answered; where the marks of transactions stand among the replies,
        told by the offsets that were committed with them."""
        return jobs_done(self.site) if self._is_exactly_once else self._replies.count()

    def run_pass(self):
        """(jobs a second, milliseconds of each job) of one pass."""
        tables, reads = self._reads()
        before = {name: cpu_seconds(pid) for name, pid in self._programs.items()}
        for number in range(1, TABLES + 1):
            self.site.publisher.publish(job(number), is_flushed=False)
        self._passes += 1
        poll(lambda: self._done() >= self._passes * TABLES, 120, "the replies", 0.05)
        self.cpu_ms = {name: (cpu_seconds(pid) - before[name]) * 1000 / TABLES
                       for name, pid in self._programs.items()}
        began = {f"{record.topic()}-{record.partition()}-{record.offset()}":
                 record.timestamp()[1] for record in self._jobs.read(TABLES)}
        ended = {}
        for record in self._replies.read(TABLES):
            headers = dict(record.headers())
            assert headers["status"] == b"ok", record.value()
            ended[headers["job-id"].decode()] = record.timestamp()[1]
        assert ended.keys() == began.keys()
        taken = max(ended.values()) - min(began.values())
        tables, reads = (now - then for now, then in zip(self._reads(), (tables, reads),
                                                         strict=True))
        self.reads_per_s, self.tables_per_read = tables * 1000 / taken, tables / reads
        return TABLES * 1000 / taken, [ended[name] - began[name] for name in began]

    def peak_mb(self):
        return self.worker.memory_kb("VmHWM") / 1024

    def resident_mb(self):
        return self.worker.memory_kb("VmRSS") / 1024


@contextlib.contextmanager
def bench(*arguments):
    """A Bench in a folder of its own, ended in good order."""
    folder = Path(tempfile.mkdtemp(prefix="tablesync-bench-"))
    running = Bench(arguments[0], folder, *arguments[1:])
    try:
        yield running
    finally:
        running.site.close()
        shutil.rmtree(folder)


def speed(*servers):
    """Passes with more and more workers."""
    print("\nspeed: five passes of 2,000 jobs, all published at once; reads: tables that PostgreSQL"
          "\nhas counted, and a statement; new: the first pass, when the catalog is empty; p50 and"
          "\np99 are of job to reply, in the burst; behind it the milliseconds of the processor"
          "\nthat a job takes in each process")
    print(f"{'workers':>8} {'jobs/s':>8} {'reads/s':>8} {'a stmt':>8} {'new/s':>8} {'p50 ms':>8}"
          f" {'p99 ms':>8} {'peak MB':>8}")
    for workers in (1, 2, 4, 8, 16):
        with bench(*servers, workers) as running:
            passes, cpu_ms, reads = [], [], []
            for _ in range(5):
                passes.append(running.run_pass())
                cpu_ms.append(running.cpu_ms)
                reads.append((running.reads_per_s, running.tables_per_read))
            taken = [ms for _, times in passes for ms in times]
            print(f"{workers:8} {statistics.median(rate for rate, _ in passes):8.0f}"
                  f" {statistics.median(rate for rate, _ in reads):8.0f}"
                  f" {statistics.median(tables for _, tables in reads):8.1f}"
                  f" {running.first_speed:8.0f} {percentile(taken, 50):8}"
                  f" {percentile(taken, 99):8} {running.peak_mb():8.1f} ",
                  *(f"{name} {statistics.mean(used[name] for used in cpu_ms):.2f}"
                    for name in cpu_ms[0]), flush=True)


def wait_for_each(running, count):
    """One job at a time, with pauses: the milliseconds from produce() to the reply."""
    pause, taken = threading.Event(), []
    site = running.site
    producer = Producer({"bootstrap.servers": site.kafka.bootstrap, "linger.ms": 0,
                         "log_level": 2})
    consumer = Consumer({"bootstrap.servers": site.kafka.bootstrap, "group.id": "bench",
                         "enable.auto.commit": False, "log_level": 2})
    ends = [TopicPartition(site.default_topic, number) for number in range(PARTITIONS)]
    for end in ends:
        end.offset = consumer.get_watermark_offsets(end)[1]
    consumer.assign(ends)
    for number in range(1, count + 1):
        pause.wait(0.01)
        start = time.perf_counter()
        producer.produce(site.jobs, json.dumps(job(number)), str(number))
        reply = consumer.poll(30)
        taken.append((time.perf_counter() - start) * 1000)
        assert reply is not None and dict(reply.headers())["status"] == b"ok"
    consumer.close()
    return taken


def idle(*servers):
    """What somebody waits who asks for one table."""
    with bench(*servers, 4) as running:
        taken = wait_for_each(running, 550)[50:]  # without those that warm the clients up
    print("\nidle: 500 jobs one after the other, 10 ms apart; from produce() to the reply in a"
          "\nclient in Python")
    print(f"p50 {percentile(taken, 50):.1f} ms, p90 {percentile(taken, 90):.1f} ms,"
          f" p99 {percentile(taken, 99):.1f} ms", flush=True)


def delivery(*servers):
    """The two kinds of delivery beside each other."""
    print("\ndelivery: 16 workers; five passes of 2,000 jobs, then 500 jobs one after the other;"
          "\nasked for exactly-once: 90 % of the speed of at-least-once, p50 below 30 ms"
          f"\n{'':14} {'jobs/s':>8} {'p50 ms':>8} {'p99 ms':>8}")
    for name in ("at-least-once", "exactly-once"):
        with bench(*servers, 16, name) as running:
            speeds = [running.run_pass()[0] for _ in range(5)]
            taken = wait_for_each(running, 550)[50:]
            print(f"{name:14} {statistics.median(speeds):8.0f} {percentile(taken, 50):8.1f}"
                  f" {percentile(taken, 99):8.1f}", flush=True)


def memory(*servers):
    """100,000 jobs through one process."""
    print("\nmemory: the worker process while it does 100,000 jobs, 16 workers")
    with bench(*servers, 16) as running:
        for number in range(2, 51):
            running.run_pass()
            if number % 5 == 0:
                print(f"after {number * TABLES:7} jobs: {running.resident_mb():.1f} MB resident",
                      flush=True)
        print(f"peak {running.peak_mb():.1f} MB")


SCENARIOS = {"source": source, "speed": speed, "idle": idle, "memory": memory,
             "delivery": delivery, "pool": pool, "head": head, "http": http_bench}


def main(names):
    unknown = set(names) - SCENARIOS.keys()
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    build = Path(os.environ["TS_BUILD"]).resolve()
    with contextlib.ExitStack() as stack:
        kafka, postgres = Kafka(heap="512m"), Postgres()
        stack.callback(kafka.close)
        stack.callback(postgres.close)
        postgres.execute("alter system set shared_preload_libraries = pg_stat_statements")
        postgres.stop()
        postgres.start()
        postgres.execute("create extension pg_stat_statements")
        postgres.create_database("warehouse")
        postgres.execute((TESTS / "lib" / "warehouse.sql").read_text(encoding="utf-8"),
                         "warehouse")
        version = postgres.execute("show server_version")[0][0]
        print(f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()};"
              f" Kafka, PostgreSQL {version}, catalog and worker on this machine")
        for name in names or SCENARIOS:
            SCENARIOS[name](build, kafka, postgres)


if __name__ == "__main__":
    main(sys.argv[1:])
