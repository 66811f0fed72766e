# scene.py - a site under load that is watched while things happen to it.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import datetime
import json
import random
import threading
import time

from confluent_kafka import ConsumerGroupTopicPartitions, Producer
from confluent_kafka.admin import AdminClient

from lib.messages import Collector
from system.chaos.history import Answer, Commit, History, Sent

PARTITIONS = 12


def now_ms():
    return time.time_ns() // 1_000_000


def parse_ms(text):
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)


class Scene:
    """Jobs for the tables of the warehouse, published at a steady rate by a thread of its own;
    another one notes what the group has committed."""

    def __init__(self, make_site, postgres, warehouse, seed, **options):
        self.random = random.Random(seed)
        self.history = History()
        self.site = make_site(
            [{"id": 8, "name": "warehouse", "concurrency": 8, "timeout": "20s",
              "connection": postgres.connection(warehouse)}],
            partitions=PARTITIONS, topic_config={"message.timestamp.type": "LogAppendTime"},
            **options)
        self._producer = Producer({"bootstrap.servers": self.site.kafka.bootstrap,
                                   "enable.idempotence": True, "log_level": 2})
        self._admin = AdminClient({"bootstrap.servers": self.site.kafka.bootstrap,
                                   "log_level": 2})
        self._over = threading.Event()

    def _delivered(self, error, message):
        assert error is None, error
        job_id = f"{message.topic()}-{message.partition()}-{message.offset()}"
        self.history.sent[job_id] = Sent(
            job_id, message.partition(), message.offset(), json.loads(message.value())["table"],
            message.timestamp()[1])

    def _publish(self, count, rate):
        tables = [self.random.randint(1, 2000) for _ in range(count)]
        for done, number in enumerate(tables):
            if rate and done % 10 == 0:
                self._over.wait(10 / rate)
            job = {"datasource_id": 8, "schema": "public", "table": f"fact_{number}"}
            self._producer.produce(self.site.jobs, json.dumps(job), job["table"],
                                   on_delivery=self._delivered)
            self._producer.poll(0)

    def _watch(self):
        group = ConsumerGroupTopicPartitions(self.site.name)
        while not self._over.wait(0.1):
            with contextlib.suppress(Exception):  # a broker that is away has no answer
                found = self._admin.list_consumer_group_offsets(
                    [group], request_timeout=2)[self.site.name].result()
                seen = now_ms()
                self.history.commits += [Commit(item.partition, item.offset, seen)
                                         for item in found.topic_partitions if item.offset >= 0]

    @contextlib.contextmanager
    def load(self, count, rate):
        """`count` jobs are published meanwhile; afterwards all of them are answered, and the
        history is complete."""
        publisher = threading.Thread(target=self._publish, args=(count, rate))
        watcher = threading.Thread(target=self._watch)
        publisher.start()
        watcher.start()
        try:
            yield
            publisher.join()
            assert self._producer.flush(60) == 0
            self._wait_for_answers()
        finally:
            self._over.set()
            publisher.join()
            watcher.join()

    def _wait_for_answers(self):
        with contextlib.closing(
                Collector(self.site.kafka.bootstrap, self.site.default_topic)) as collector:
            collector.wait_until(
                lambda: {reply.value["job_id"] for reply in collector.replies}
                >= self.history.sent.keys(), 120, "an answer to each job")
            while collector.poll(1):
                pass
            self.history.answers = [self._answer(reply) for reply in collector.replies]
        print(f"{len(self.history.sent)} jobs, {len(self.history.answers)} answers,"
              f" {self.history.duplicates()} of them twice, {len(self.history.commits)} commits"
              f" seen, {len(self.history.kills_ms)} kills")

    @staticmethod
    def _answer(reply):
        table = reply.value.get("table")
        return Answer(reply.value["job_id"], reply.value["replay"], reply.status,
                      reply.value["job"]["table"],
                      parse_ms(table["observed_at"]) if table else None, reply.timestamp_ms)

    now_ms = staticmethod(now_ms)

    def start(self, instance=None, is_awaited=True):
        """One more worker; static where it has the name of an instance."""
        environment = {"TS_INSTANCE": instance} if instance else None
        return self.site.start_worker(environment, is_awaited)

    def kill(self, worker):
        """SIGKILL: it commits nothing any more."""
        worker.kill()
        self.history.kills_ms.append(now_ms())
