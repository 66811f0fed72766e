# scene.py - a site under load that is watched while things happen to it.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import itertools
import json
import random
import threading
import time

from confluent_kafka import Producer

from lib.process import Program, poll
from lib.serve import end
from system.chaos.checks import complaints, doubled, doubled_beyond_bound
from system.chaos.gate import Gate
from system.chaos.history import Disturbance, History, parse_us
from system.chaos.watcher import Watcher, edition_of, now_ms

PARTITIONS = 12
STUCK_S = 60  # nothing new to be read for so long: something hangs
EXACTLY_ONCE = "exactly-once"
DELIVERIES = ("at-least-once", EXACTLY_ONCE)
RESTARTED = (1, 6)  # exit codes after which a supervisor starts a worker again


class Scene:
    """Jobs for the tables of `sources`, published at a steady rate by a thread of its own while
    those tables change; workers are started, stopped and killed by the test.  Where they are
    `supervised`, one that ends with a failure is started again, which `exits` counts."""

    def __init__(self, make_site, sources, seed, delivery, config=None, supervised=False,
                 kafka=None):
        self.random = random.Random(seed)
        self.delivery = delivery
        self.history = History()
        self.exits = 0
        self._seed, self._sources, self._supervised = seed, sources, supervised
        options = {"kafka": kafka} if kafka else {}
        self.site = make_site(
            [source.datasource() for source in sources], partitions=PARTITIONS,
            topic_config={"message.timestamp.type": "LogAppendTime"},
            config={"delivery": delivery, **(config or {})}, **options)
        self._gate = Gate(self.site.serve.url)
        self._alive = {}  # workers that are to run: the names of their instances
        self._leaving = []
        self._seen_ms = self._disturbed_ms = now_ms()
        self._delivered = 0
        self._producer = Producer({"bootstrap.servers": self.site.kafka.bootstrap,
                                   "enable.idempotence": True, "log_level": 2})

    def _count(self, error, _message):
        assert error is None, error
        self._delivered += 1

    def _publish(self, count, rate, is_enough, over):
        chosen = random.Random(self._seed)
        start = time.monotonic()
        for number in itertools.count() if count is None else range(count):
            if over.wait(max(0.0, start + number / rate - time.monotonic())) \
                    or count is None and is_enough.is_set():
                return
            source = chosen.choice(self._sources)
            job = {"datasource_id": source.number, "schema": "public",
                   "table": chosen.choice(source.tables)}
            self._producer.produce(self.site.jobs, json.dumps(job), job["table"],
                                   on_delivery=self._count)
            self._producer.poll(0)

    @contextlib.contextmanager
    def load(self, count, rate):
        """`count` jobs are published meanwhile, or (None) jobs until it is over; afterwards all
        is answered and committed, all workers have ended in good order, and the history is
        complete."""
        is_enough, over = threading.Event(), threading.Event()
        watcher = Watcher(self.site, self.history, self.delivery == EXACTLY_ONCE)
        publisher = threading.Thread(target=self._publish, args=(count, rate, is_enough, over))
        threads = [publisher, *(source.changing(self.history, over, self._seed)
                                for source in self._sources if source.changes)]
        for thread in threads:
            thread.start()
        try:
            yield
            print(f"{self.delivery}: {len(self.history.answers)} answers so far")
            is_enough.set()
            publisher.join()
            assert self._producer.flush(60) == 0
            self._wait_until_settled(watcher)
            watcher.wait_until_quiet()
            for worker in list(self._alive):
                self.end(worker)
            for worker in self._leaving:
                worker.wait(60)  # a second SIGTERM would end it at once
                end(worker)
            watcher.wait_until_quiet()
            self._read_catalog()
        finally:
            over.set()
            for thread in threads:
                thread.join()
            watcher.close()
            self._gate.close()
        self._tell()

    def _wait_until_settled(self, watcher):
        start = time.monotonic()

        def is_settled():
            self.supervise()
            assert min(watcher.idle_s, time.monotonic() - start) < STUCK_S, \
                f"nothing new for {STUCK_S} s; {self._delivered} jobs were sent; {watcher.rest()}"
            return watcher.is_settled(self._delivered)

        poll(is_settled, timeout=600, what="an answer to each job", pause=0.2)

    def _read_catalog(self):
        self.history.writes = self._gate.writes
        for table in self.site.serve.tables():
            versions = self.site.serve.versions(table["id"])
            self.history.versions[table["ds_id"], table["name"]] = [
                (parse_us(version["observed_at"]), edition_of(version["document"]["db_comment"]))
                for version in reversed(versions)]

    def _tell(self):
        history = self.history
        print(f"{self.delivery}: {len(history.jobs)} jobs, {len(history.answers)} answers,"
              f" {history.duplicates()} of them once more, {len(history.letters)} letters,"
              f" {len(history.inputs) - len(history.jobs)} retries, {len(history.commits)} commits,"
              f" {len(history.disturbances)} disturbances, {self.exits} exits for a restart")

    def complaints(self, *more):
        """What is wrong, by all checks that hold for this delivery, and by `more`."""
        once = doubled if self.delivery == EXACTLY_ONCE else doubled_beyond_bound
        return "".join(f"{self.delivery}: {text}\n"
                       for text in complaints(self.history, once, *more))

    def start(self, instance=None, is_awaited=True):
        """One more worker; static where it has the name of an instance."""
        environment = {
            "TS_CATALOG__URL": self._gate.url(f"worker{len(self.site.workers) + 1}")}
        if instance:
            environment["TS_INSTANCE"] = instance
        worker = self.site.start_worker(environment, is_awaited)
        self._alive[worker] = instance
        return worker

    def begin_disturbance(self):
        """From now on workers are kept from committing what they have done."""
        self._disturbed_ms = now_ms()

    def end_disturbance(self):
        self.history.disturbances.append(Disturbance(self._disturbed_ms, now_ms()))

    @contextlib.contextmanager
    def disturbance(self):
        self.begin_disturbance()
        yield
        self.end_disturbance()

    def wait_until_all_goes_on(self):
        """Until of each partition a job is committed that is published from now on."""
        begin = now_ms()

        def goes_on():
            self.supervise()
            history = self.history
            new = {}  # the first new offset of each partition
            for item in history.inputs:
                if item.topic == self.site.jobs and item.at_ms > begin:
                    new.setdefault(item.place, item.offset)
            reached = {(commit.topic, commit.partition)
                       for commit in history.commits
                       if commit.offset > new.get((commit.topic, commit.partition), commit.offset)}
            return len(reached) == PARTITIONS

        poll(goes_on, timeout=STUCK_S, what="a commit in each partition", pause=0.1)

    def kill(self, worker):
        """SIGKILL."""
        with self.disturbance():
            worker.kill()
        del self._alive[worker]

    def end(self, worker):
        """SIGTERM, as soon as it can be told; it must end with 0 in time."""
        del self._alive[worker]
        worker.wait_for(r"^")
        end(worker)

    def dismiss(self, worker):
        """SIGTERM, as soon as it can be told; whether it ends as it should is seen in the end."""
        del self._alive[worker]
        worker.wait_for(r"^")
        worker.terminate()
        self._leaving.append(worker)

    def replay_letters(self, is_killed):
        """All of them that there are; to the end, or killed somewhere on the way."""
        begin = now_ms()
        program = Program(f"{self.site.name}-replay", [
            self.site.build / "tablesync", "dlq", "replay", "--all", "--config", self.site.path])
        if is_killed:
            threading.Event().wait(self.random.uniform(0.02, 0.5))
            program.kill()
            return
        assert program.wait(60) == 0, program.tail()
        self.history.replays_ms.append(begin)

    def supervise(self):
        """No worker ends unasked, but one that a supervisor starts again."""
        before, self._seen_ms = self._seen_ms, now_ms()
        for worker, instance in list(self._alive.items()):
            if worker.is_running():
                continue
            code = worker.wait()
            assert self._supervised and code in RESTARTED, \
                f"{worker.name} ended with {code}\n{worker.tail()}"
            print(f"{worker.name} ended with {code}: {worker.tail(1).strip()}")
            self.exits += 1
            self.history.disturbances.append(Disturbance(before, now_ms()))
            del self._alive[worker]
            self.start(instance, is_awaited=False)

    def pauses(self, count, longest):
        """`count` random pauses: what happens to a worker may not depend on what it does."""
        never = threading.Event()
        for _ in range(count):
            never.wait(self.random.uniform(0.1, longest))
            self.supervise()
            yield


def check(scenes, *more):
    """Nothing is wrong with any of them, and only workers of exactly-once had to be started
    again."""
    complaints = "".join(scene.complaints(*more) for scene in scenes)
    assert not complaints, complaints
    for scene in scenes:
        assert scene.exits == 0 or scene.delivery == EXACTLY_ONCE
