# fake_worker.py - answers jobs in ways that a real worker cannot be made to: late, twice,
# never, damaged.  Only for the tests of the client.
# SPDX-License-Identifier: Apache-2.0
import json
import threading

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from lib.process import poll


class FakeWorker:
    """Takes every job of a topic and does with it what the name of its table asks for:

        late_N    answers after N ms          never       does not answer
        twice     answers ok, then an error   damaged     an ok that is no JSON
        bare      damaged, and no headers     error       answers table_not_found
        foreign   somebody else's correlation, and then the answer
    Any other table is answered with ok at once."""

    def __init__(self, kafka, jobs, replies):
        self.jobs = []  # (key, value, headers, partition), as they came
        self._kafka, self._topics = kafka, (jobs, replies)
        self._ready, self._stop = threading.Event(), threading.Event()
        self._timers = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(30), "the fake worker does not come up"

    def close(self):
        self._stop.set()
        self._thread.join()
        for timer in self._timers:
            timer.cancel()

    def taken(self, count):
        """The jobs, once there are `count`; there must not be more."""
        poll(lambda: len(self.jobs) >= count, what=f"{count} jobs")
        assert len(self.jobs) == count
        return self.jobs

    def _run(self):
        settings = {"bootstrap.servers": self._kafka.bootstrap}
        self._producer = Producer({**settings, "linger.ms": 1})
        consumer = Consumer({**settings, "group.id": "unused", "enable.auto.commit": False})
        partitions = consumer.list_topics(self._topics[0], 30).topics[self._topics[0]].partitions
        consumer.assign([TopicPartition(self._topics[0], number, OFFSET_BEGINNING)
                         for number in partitions])
        self._ready.set()
        while not self._stop.is_set():
            message = consumer.poll(0.05)
            if message is not None and not message.error():
                self._take(message)
            self._producer.poll(0)
        self._producer.flush(10)
        consumer.close()

    def _take(self, message):
        headers = dict(message.headers() or [])
        self.jobs.append((message.key(), message.value(), headers, message.partition()))
        job = json.loads(message.value())
        kind, _, number = job["table"].partition("_")
        job_id = f"{message.topic()}-{message.partition()}-{message.offset()}"
        answer = {"status": "ok", "code": 201, "job_id": job_id, "replay": 0, "job": job,
                  "change": {"kind": "updated", "version": 3, "columns_added": [],
                             "columns_removed": [], "columns_changed": []},
                  "table": {"id": 17194, "url": "/table/17194/", "name": job["table"],
                            "schema_name": job["schema"]}, "warnings": []}
        refusal = {"status": "error", "code": 404, "job_id": job_id, "replay": 0, "job": job,
                   "error": {"code": "table_not_found", "retryable": False,
                             "message": "the table is not in the data source"}, "warnings": []}
        key, correlation = message.key(), headers["kafka_correlationId"]
        if kind == "late":
            self._timers.append(threading.Timer(
                int(number) / 1000, self._answer, (key, correlation, answer)))
            self._timers[-1].start()
        elif kind == "twice":
            self._answer(key, correlation, answer)
            self._answer(key, correlation, refusal)
        elif kind == "damaged":
            self._answer(key, correlation, b'{"status": "ok", "table', "ok", job_id)
        elif kind == "bare":
            self._answer(key, correlation, b'\x00{"status": "ok", "table', None)
        elif kind == "foreign":
            self._answer(key, b"", refusal)
            self._answer(key, correlation[:-1] + b"999", refusal)
            self._answer(key, b"0" * 32 + b"-1", refusal)
            self._answer(key, correlation, answer)
        elif kind == "error":
            self._answer(key, correlation, refusal)
        elif kind != "never":
            self._answer(key, correlation, answer)

    def _answer(self, key, correlation, answer, status=None, job_id=None):
        headers = [("kafka_correlationId", correlation)]
        if isinstance(answer, dict):
            status, job_id = answer["status"], answer["job_id"]
            answer = json.dumps(answer, separators=(",", ":")).encode()
        if status:
            headers += [("status", status.encode()), ("job-id", job_id.encode())]
        self._producer.produce(self._topics[1], answer, key, headers=headers)
        self._producer.poll(0)
