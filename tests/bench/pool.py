# pool.py - how near the pool comes to what the machine can do, with a source of known length.
# SPDX-License-Identifier: Apache-2.0
"""One worker process on a real broker, whose data source and catalog only pretend: reading a
table takes 0, 1, 10 or 100 ms, writing it none.  Beside it, in the same run, two ceilings:
as many bare threads that only wait as long (threads.c), and librdkafka alone that writes a
record of the same size for each job it reads (loop.c).

All jobs are published before the worker is started, each for a table of its own.  The clock
starts when a quarter of the replies is there, so that group and pool have settled, and ends
with the last: replies as the broker stamped them."""
import contextlib
import shutil
import statistics
import tempfile
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from lib.process import poll, run
from lib.site import Site

PARTITIONS = 12
# What LogAppendTime stamps is when the broker took the record.
STAMPED = {"message.timestamp.type": "LogAppendTime"}

# (workers, milliseconds of a job, jobs, asked for: the share of bare threads)
LENGTHS = [(100, 100, 8000, 0.98), (100, 10, 80000, 0.98), (16, 1, 100000, 0.95),
           (100, 1, 400000, None)]
BARE_JOBS, ASKED_RATE, ASKED_MB = 600000, 100000, 64


def bare_threads(build, workers, length, count):
    """Jobs a second."""
    done = run([build / "bench_threads", workers, length, count], timeout=120)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def jobs_done(site):
    """How many jobs the group has committed: where none is open, all that are answered."""
    consumer = Consumer({"bootstrap.servers": site.kafka.bootstrap, "group.id": site.name,
                         "log_level": 2})
    places = consumer.committed([TopicPartition(site.jobs, number)
                                 for number in range(PARTITIONS)], 30)
    consumer.close()
    return sum(max(place.offset, 0) for place in places)


def read_replies(bootstrap, topic, count, is_ours=True):
    """The times at which the broker took the replies, in order, and the bytes of one."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench",
                         "enable.auto.commit": False, "isolation.level": "read_committed",
                         "log_level": 2})
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING)
                     for number in range(PARTITIONS)])
    times, jobs, sizes = [], set(), []
    while len(times) < count:
        records = consumer.consume(min(10000, count - len(times)), 30)
        assert records, f"{topic}: {len(times)} of {count} replies"
        for record in records:
            times.append(record.timestamp()[1])
        for record in records[::50] if is_ours else []:
            headers = dict(record.headers())
            assert headers["status"] == b"ok", record.value()
            jobs.add(headers["job-id"])
            sizes.append(len(record.value()))
    assert len(jobs) == len(sizes), "a job was answered twice"
    consumer.close()
    return sorted(times), round(statistics.mean(sizes or [0]))


def rate_of(times, round_count):
    """Jobs a second between a quarter of the replies and the last of them, over whole rounds of
    the workers, who may all be done at the same time again and again."""
    first = len(times) // 4
    count = (len(times) - 1 - first) // round_count * round_count
    return count * 1000 / (times[first + count] - times[first])


class Simulated:
    """A site without a database: its jobs are published, its worker not started yet."""

    def __init__(self, build, folder, kafka, workers, length, config=None):
        self.build, self.kafka = build, kafka
        self.site = Site(
            build, folder, kafka,
            [{"id": 8, "name": "simulated", "connection": f"Length={length}",
              "dialect": "simulated", "concurrency": workers}],
            config={"simulation": True, "catalog": {"driver": "simulated"},
                    "pool": {"workers": workers, "batch": 1 if length else 16},
                    **(config or {})},
            partitions=PARTITIONS, topic_config=STAMPED)
        self.worker = None

    def peak_mb(self):
        return self.worker.memory_kb("VmHWM") / 1024

    def publish(self, count):
        for number in range(count):
            self.site.publisher.publish({"datasource_id": 8, "schema": "public",
                                         "table": f"fact_{number}"}, is_flushed=False)
        self.site.publisher.flush()

    def work(self, count):
        """Jobs a second, and the bytes of a reply."""
        self.publish(count)
        self.worker = self.site.start_worker()
        poll(lambda: jobs_done(self.site) == count, 300, "all jobs", 0.5)
        times, size = read_replies(self.kafka.bootstrap, self.site.default_topic, count)
        return rate_of(times, self.site.config["pool"]["workers"]), size

    def bare_loop(self, count, size):
        """What librdkafka alone does with the same jobs."""
        topic = f"{self.site.name}.bare"
        self.kafka.topics(topic, partitions=PARTITIONS, config=STAMPED)
        done = run([self.build / "bench_loop", self.kafka.bootstrap, topic, self.site.jobs,
                    topic, count, size], timeout=120)
        assert done.returncode == 0, done.stderr
        times, _ = read_replies(self.kafka.bootstrap, topic, count, is_ours=False)
        return rate_of(times, 1)


@contextlib.contextmanager
def simulated(*arguments, **options):
    folder = Path(tempfile.mkdtemp(prefix="tablesync-bench-"))
    running = Simulated(arguments[0], folder, *arguments[1:], **options)
    try:
        yield running
    finally:
        running.site.close()
        shutil.rmtree(folder)


def shares(build, kafka):
    """Beside bare threads."""
    print("\npool: a source of known length, batches of one; bare: as many threads that only wait"
          f"\n{'workers':>8} {'length':>8} {'jobs/s':>9} {'bare':>9} {'share':>8} {'asked':>8}"
          f" {'peak MB':>8}", flush=True)
    for workers, length, count, asked in LENGTHS:
        bare = bare_threads(build, workers, length, count)
        with simulated(build, kafka, workers, length) as running:
            rate, _ = running.work(count)
            print(f"{workers:8} {length:5} ms {rate:9.0f} {bare:9.0f} {rate / bare:8.1%}"
                  f" {f'{asked:.0%}' if asked else '-':>8} {running.peak_mb():8.1f}", flush=True)


def nothing_but_overhead(build, kafka, delivery, count, asked):
    """Beside librdkafka alone."""
    with simulated(build, kafka, 16, 0, config={"delivery": delivery}) as running:
        rate, size = running.work(count)
        bare = running.bare_loop(count, size)
        print(f"{delivery:>14} {rate:9.0f} {bare:9.0f} {rate / bare:8.0%} {asked:8}"
              f" {running.peak_mb():8.1f}", flush=True)


def pool(build, kafka, _postgres):
    shares(build, kafka)
    print("\npool: a source of no length, 16 workers, acks=all; alone: librdkafka, which reads the"
          "\nsame jobs and writes records of the same size at least once; asked for at least once:"
          f" within 64 MB\n{'delivery':>14} {'jobs/s':>9} {'alone':>9} {'share':>8} {'asked':>8}"
          f" {'peak MB':>8}", flush=True)
    nothing_but_overhead(build, kafka, "at-least-once", 600000, 100000)
    nothing_but_overhead(build, kafka, "exactly-once", 100000, 10000)
