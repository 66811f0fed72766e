# letters.py - dead letters, written as a worker would, and what `tablesync dlq` makes of them.
# SPDX-License-Identifier: Apache-2.0
import itertools
import json
import time

from confluent_kafka import (OFFSET_BEGINNING, Consumer, IsolationLevel, KafkaError,
                             KafkaException, Producer, TopicPartition)
from confluent_kafka.admin import AdminClient, OffsetSpec

from lib.messages import Letter
from lib.process import Program, run

NUMBERS = itertools.count(1)


class Letters:
    """The topics of a jobs topic of its own on `kafka`, without any worker.

    With one partition the offsets are known: the n-th letter has the place 0-n."""

    def __init__(self, build, kafka, partitions=4, creates_topics=True, topic_config=None):
        self.name = f"letters{next(NUMBERS)}"
        self.build = build
        self.kafka = kafka
        self.jobs = f"{self.name}.jobs"
        self.settings = ["-X", f"bootstrap.servers={kafka.bootstrap}",
                         "-X", f"group.id={self.name}",
                         "--topics-jobs", self.jobs, "--topics-replies", f"{self.name}.replies",
                         "--topics-retry-delays", "1s"]
        if creates_topics:
            kafka.topics(self.jobs, f"{self.name}.replies", self.topic("retry-0"),
                         self.topic("retry-1000"), self.topic("dlt"),
                         compacted=[self.topic("dlt-done")], partitions=partitions,
                         config=topic_config)
        self._failures = []
        self._producer = Producer({
            "bootstrap.servers": kafka.bootstrap, "partitioner": "murmur2_random",
            "enable.idempotence": True, "message.max.bytes": 2000000, "log_level": 2,
            "queue.buffering.max.messages": 1000000})

    def topic(self, suffix):
        return f"{self.jobs}-{suffix}"

    def job(self, number, datasource=8, schema="main.dbo"):
        return json.dumps({"datasource_id": datasource, "schema": schema,
                           "table": f"table_{number}"}).encode()

    def headers(self, number, error="source_timeout", replays=0, **more):
        """What design.md 4.5 says, beside what the publisher gave the job."""
        error_class = "REJECT" if error == "bad_message" else "RETRY"
        headers = [
            ("kafka_correlationId", f"correlation-{number}".encode()),
            ("x-deadline", str(int(time.time() * 1000))),
            ("x-original-topic", self.jobs), ("x-original-partition", "0"),
            ("x-original-offset", str(number)), ("x-original-timestamp", "1795410000000"),
            ("x-first-failure", "1795410000123"), ("x-attempt", "9"),
            ("x-error-code", error), ("x-error-class", error_class),
            ("x-error-message", f"it went wrong for {number}"),
            ("x-consumer-group", self.name),
            *((f"x-{name.replace('_', '-')}", str(value)) for name, value in more.items())]
        return headers + ([("x-replay-count", str(replays))] if replays else [])

    def write(self, number, value=None, key=b"", headers=None, partition=None, timestamp=0,
              is_flushed=True, **trail):
        """One letter.  Its key is its table unless told otherwise."""
        self._producer.produce(
            self.topic("dlt"), self.job(number) if value is None else value,
            f"8/main.dbo/table_{number}".encode() if key == b"" else key,
            **({} if partition is None else {"partition": partition}), timestamp=timestamp,
            on_delivery=self._delivered,
            headers=self.headers(number, **trail) if headers is None else headers)
        if is_flushed:
            self.flush()

    def write_many(self, count, **options):
        for number in range(count):
            self.write(number, is_flushed=False, **options)
            if number % 1000 == 0:
                self._producer.poll(0)
        self.flush()

    def write_mark(self, key, value):
        """As somebody would by hand."""
        self._producer.produce(self.topic("dlt-done"), value, key, on_delivery=self._delivered)
        self.flush()

    def flush(self):
        assert self._producer.flush(60) == 0
        assert not self._failures, self._failures

    def _delivered(self, error, _message):
        if error is not None:
            self._failures.append(error)

    def argv(self, *arguments):
        return [self.build / "tablesync", "dlq", *arguments, *self.settings]

    def dlq(self, *arguments, env=None, timeout=60):
        """Run it to its end; the completed process."""
        return run(self.argv(*arguments), timeout=timeout, env=env)

    def start(self, *arguments):
        """Run it in the background."""
        return Program(f"{self.name}-dlq", self.argv(*arguments))

    def done(self, *arguments):
        """Run it; it must succeed.  What it prints as JSON."""
        ran = self.dlq(*arguments, "--json")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    def listed(self, *filters):
        """The letters that are listed, by their place."""
        ran = self.dlq("list", "--each", "--json", *filters)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return {letter["letter"]: letter for letter in map(json.loads, ran.stdout.splitlines())}

    def numbers(self, *filters):
        """Which of the written ones are listed."""
        return {int(letter["job_id"].rsplit("-", 1)[1])
                for letter in self.listed(*filters).values()}

    def republished(self):
        """What a reader of what is committed finds on -retry-0 now."""
        return read_to_end(self.kafka.bootstrap, self.topic("retry-0"))

    def marks(self):
        """What was marked as done: place to value."""
        return {record.key.decode(): json.loads(record.value)
                for record in read_to_end(self.kafka.bootstrap, self.topic("dlt-done"))}


def end_offsets(bootstrap, topic, isolation=IsolationLevel.READ_UNCOMMITTED):
    """Where each partition ends, with what is not committed yet, or for readers of what is."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})
    partitions = admin.list_topics(topic, timeout=30).topics[topic].partitions
    asked = admin.list_offsets({TopicPartition(topic, number): OffsetSpec.latest()
                                for number in partitions},
                               isolation_level=isolation)
    return {place.partition: done.result(30).offset for place, done in asked.items()}


def read_to_end(bootstrap, topic):
    """All that is committed of the topic.  Transactions that are under way are waited for: who
    commits one is told so a moment before its readers are."""
    ends = end_offsets(bootstrap, topic)
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False,
        "isolation.level": "read_committed", "enable.partition.eof": True,
        "fetch.wait.max.ms": 10, "log_level": 2})
    left = set(ends)
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in left])
    records = []
    deadline = time.monotonic() + 30
    while left:
        assert time.monotonic() < deadline, f"{topic}: partitions {left} do not end"
        for message in consumer.consume(1000, 0.2):
            if message.error() is None:
                records.append(Letter(message))
            elif message.error().code() != KafkaError._PARTITION_EOF:
                raise KafkaException(message.error())
            elif message.offset() >= ends[message.partition()]:
                left.discard(message.partition())
    consumer.close()
    return records
