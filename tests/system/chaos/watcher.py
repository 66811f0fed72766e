# watcher.py - reads all that there is to see of a site, while things happen to it.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import dataclasses
import json
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from lib.messages import Letter as Parcel
from lib.messages import Reply
from lib.process import poll
from system.chaos import commits
from system.chaos.history import Answer, Input, Letter, parse_us

IS_QUIET_S = 1


def now_ms():
    return time.time_ns() // 1_000_000


def edition_of(comment):
    """The source says 'edition 17' of a table."""
    return int(comment.split()[1]) if comment else 0


def body_of(message):
    return (message.key() or b"") + b"\0" + (message.value() or b"")


def table_of(job):
    return job["datasource_id"], job["table"]


class Watcher:
    """A thread that reads the topics of `site` and the group's commits into `history`, as
    somebody who is told of committed transactions only."""

    def __init__(self, site, history, is_transactional):
        self._site, self._history = site, history
        self._is_transactional = is_transactional
        self._stages = {name: number for number, name in enumerate(site.retry_topics)}
        self._errors = []
        self._latest = time.monotonic()
        self._over = threading.Event()
        self._consumer = Consumer({
            "bootstrap.servers": site.kafka.bootstrap, "group.id": "unused",
            "enable.auto.commit": False, "isolation.level": "read_committed",
            "auto.offset.reset": "earliest", "log_level": 2})
        self._consumer.assign([*self._own_topics(), *self._commits_from_now()])
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _own_topics(self):
        site = self._site
        names = [site.jobs, site.default_topic, *site.retry_topics, site.topic("dlt")]
        found = self._consumer.list_topics(timeout=30).topics
        return [TopicPartition(name, number, OFFSET_BEGINNING)
                for name in names for number in found[name].partitions]

    def _commits_from_now(self):
        """The broker makes this topic when the first group asks for its offsets."""
        self._consumer.committed([TopicPartition(self._site.jobs, 0)], timeout=30)
        found = self._consumer.list_topics(commits.TOPIC, timeout=30).topics[commits.TOPIC]
        places = [TopicPartition(commits.TOPIC, number) for number in found.partitions]
        return [TopicPartition(place.topic, place.partition,
                               self._consumer.get_watermark_offsets(place, timeout=30)[1])
                for place in places]

    def _run(self):
        while not self._over.is_set():
            for message in self._consumer.consume(1000, 0.1):
                if message.error():  # a broker that is away
                    self._errors.append(message.error())
                else:
                    self._take(message)

    def _take(self, message):
        history = self._history
        topic = message.topic()
        if topic == commits.TOPIC:
            commit = commits.commit_of(self._site.name, message)
            if commit is None:
                return
            # In a transaction it means nothing before the end, which is before now.
            history.commits.append(dataclasses.replace(commit, at_ms=now_ms())
                                   if self._is_transactional else commit)
        elif topic == self._site.jobs:
            history.inputs.append(self._job(message))
        elif topic == self._site.default_topic:
            history.answers.append(self._answer(message))
        elif topic in self._stages:
            history.inputs.append(self._retry(message))
        else:
            history.letters.append(self._letter(message))
        self._latest = time.monotonic()

    def _job(self, message):
        return Input(f"{message.topic()}-{message.partition()}-{message.offset()}", 0,
                     message.topic(), message.partition(), message.offset(), 0,
                     message.timestamp()[1], table_of(json.loads(message.value())),
                     body_of(message))

    def _retry(self, message):
        parcel = Parcel(message)
        return Input(parcel.job_id, int(parcel.trail("replay-count") or 0), message.topic(),
                     message.partition(), message.offset(), self._stages[message.topic()],
                     message.timestamp()[1], table_of(json.loads(message.value())),
                     body_of(message), int(parcel.trail("attempt") or 0),
                     int(parcel.trail("not-before") or 0))

    def _letter(self, message):
        parcel = Parcel(message)
        return Letter(parcel.job_id, int(parcel.trail("replay-count") or 0), parcel.error,
                      int(parcel.trail("attempt")), body_of(message), message.timestamp()[1])

    def _answer(self, message):
        reply = Reply(message)
        table = reply.value.get("table")
        return Answer(reply.value["job_id"], reply.value["replay"], reply.status, reply.error,
                      table_of(reply.value["job"]),
                      parse_us(table["observed_at"]) // 1000 if table else None,
                      edition_of(table["db_comment"]) if table else None, reply.timestamp_ms)

    @property
    def idle_s(self):
        """How long nothing new has been there to read."""
        return time.monotonic() - self._latest

    def is_settled(self, count):
        """Are `count` jobs there, with an answer to each, and is everything committed that is
        to be run, so that nothing can follow?"""
        history = self._history
        jobs = {item.job_id for item in history.inputs if item.stage == 0 and not item.replay}
        if len(jobs) < count or jobs - {answer.job_id for answer in history.answers}:
            return False
        ends = {}
        for commit in history.commits:
            ends[commit.topic, commit.partition] = commit.offset
        return all(ends.get(item.place, 0) > item.offset for item in history.inputs)

    def rest(self):
        """What is_settled() waits for, for a message."""
        history = self._history
        seen = {item.job_id for item in history.inputs}
        answered = {answer.job_id for answer in history.answers}
        ends = {(commit.topic, commit.partition): commit.offset for commit in history.commits}
        behind = {item.place: (item.offset, ends.get(item.place, 0)) for item in history.inputs
                  if ends.get(item.place, 0) <= item.offset}
        return (f"{len(seen)} jobs are there; without an answer: {sorted(seen - answered)[:9]};"
                f" not there, but answered: {sorted(answered - seen)[:9]}; behind: {behind};"
                f" the last errors: {self._errors[-3:]}")

    def wait_until_quiet(self):
        poll(lambda: self.idle_s > IS_QUIET_S, what="an end of what is to be read")

    def close(self):
        self._over.set()
        self._thread.join()
        with contextlib.suppress(RuntimeError):  # is closed already
            self._consumer.close()
