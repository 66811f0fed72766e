# messages.py - jobs in and replies out, with clients that are not ours.
# SPDX-License-Identifier: Apache-2.0
import json
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition

from lib.process import run


def whole_number(digits):
    """As a number, unless it has more digits than Python likes to count."""
    return int(digits) if len(digits) < 100 else digits


class Record:
    """What all messages have."""

    def __init__(self, message):
        self.topic = message.topic()
        self.partition = message.partition()
        self.offset = message.offset()
        self.timestamp_ms = message.timestamp()[1]
        self.key = message.key()
        self.header_list = message.headers() or []
        self.headers = dict(self.header_list)

    @property
    def correlation(self):
        return self.headers.get("kafka_correlationId")


class Reply(Record):
    """A message on a replies topic."""

    def __init__(self, message):
        super().__init__(message)
        self.text = message.value()
        self.value = json.loads(self.text, parse_int=whole_number)

    def __repr__(self):
        return f"<reply {self.headers} {self.text[:2000]!r}>"

    @property
    def status(self):
        return self.value["status"]

    @property
    def error(self):
        """The code of an error's name, None for an ok."""
        return self.value["error"]["code"] if self.status == "error" else None


class Letter(Record):
    """A message on a retry topic or on the dead letters: a job with its trail."""

    def __init__(self, message):
        super().__init__(message)
        self.value = message.value()

    def __repr__(self):
        return f"<letter {self.headers} {self.value!r:.2000}>"

    def trail(self, name):
        """One of the headers x-*, as text; None where it is missing."""
        value = self.headers.get(f"x-{name}")
        return None if value is None else value.decode()

    @property
    def error(self):
        return self.trail("error-code")

    @property
    def job_id(self):
        return "-".join(self.trail(f"original-{part}") for part in ("topic", "partition", "offset"))

    def as_written(self):
        """What schemas/dead_letter.schema.json describes."""
        return {"key": text(self.key), "value": text(self.value),
                "headers": {name: text(value) for name, value in self.headers.items()}}


def text(data):
    return None if data is None else data.decode(errors="replace")


class Publisher:
    """Publishes jobs by confluent-kafka."""

    def __init__(self, bootstrap, topic, **settings):
        self.topic = topic
        self._failures = []
        # The partitioner of Java's clients and of ours: one table, one partition.
        self._producer = Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True,
            "partitioner": "murmur2_random",
            "queue.buffering.max.messages": 1000000, "log_level": 2, **settings})

    def publish(self, job, correlation=None, key=None, headers=None, topic=None,
                is_flushed=True):
        """Publish a job: an object, or the bytes as they are, or None for no value.  An object is
        keyed by its table unless told otherwise."""
        value = json.dumps(job).encode() if isinstance(job, dict) else job
        if key is None and isinstance(job, dict):
            key = f"{job.get('datasource_id')}/{job.get('schema')}/{job.get('table')}".encode()
        headers = list(headers or [])
        if correlation is not None:
            headers.append(("kafka_correlationId", correlation))
        while True:
            try:
                self._producer.produce(topic or self.topic, value, key, headers=headers,
                                       on_delivery=self._delivered)
                break
            except BufferError:
                self._producer.poll(1)
        self._producer.poll(0)
        if is_flushed:
            self.flush()

    def _delivered(self, error, _message):
        if error is not None:
            self._failures.append(error)

    def flush(self, timeout=60):
        left = self._producer.flush(timeout)
        assert left == 0, f"{left} messages are not delivered after {timeout} s"
        assert not self._failures, self._failures


class Collector:
    """Reads topics from their beginning, outside any group: replies, or what `record` makes of
    a message."""

    def __init__(self, bootstrap, *topics, record=Reply):
        self.records = []
        self._record = record
        self._consumer = Consumer({
            "bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "isolation.level": "read_committed",
            "log_level": 2})
        found = self._consumer.list_topics(timeout=30).topics
        self._consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING)
                               for topic in topics for number in found[topic].partitions])

    def close(self):
        self._consumer.close()

    @property
    def replies(self):
        return self.records

    def poll(self, timeout=0.2):
        """Take what is there; True if that was something."""
        messages = self._consumer.consume(1000, timeout)
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            self.records.append(self._record(message))
        return bool(messages)

    def wait(self, count, timeout=60):
        """All records, once there are `count`."""
        return self.wait_until(lambda: len(self.records) >= count, timeout, f"{count} records")

    def wait_until(self, condition, timeout=60, what="the condition"):
        """All records, once the condition holds."""
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, \
                f"{what}: not within {timeout} s, {len(self.records)} records are there"
            self.poll()
        return self.records

    def wait_for(self, correlation, timeout=60):
        """The record that carries this kafka_correlationId."""
        self.wait_until(lambda: any(record.correlation == correlation for record in self.records),
                        timeout, f"a record of {correlation!r}")
        return next(record for record in self.records if record.correlation == correlation)


def kcat(*arguments, text=""):
    """Run kcat; what it prints."""
    ran = run(["kcat", "-q", *arguments], text=text)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
