# site.py - a whole tablesync for one test: topics, a catalog, workers, a client.
# SPDX-License-Identifier: Apache-2.0
import functools
import itertools
import re

import yaml
from confluent_kafka import Consumer, TopicPartition

from lib.messages import Collector, Letter, Publisher
from lib.process import Program
from lib.serve import Serve, end

NUMBERS = itertools.count(1)
UNITS_MS = {"ms": 1, "s": 1000, "m": 60 * 1000, "h": 3600 * 1000}


def duration_ms(text):
    """What "10s" says in the configuration."""
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    return int(number) * UNITS_MS[unit]


class Site:
    """Topics with a prefix of its own on `kafka`, a catalog, a configuration for workers.

    `config` are sections that are merged into the configuration file.  `reply_topics` are
    those that a job may name.  All topics are created here, with `topic_config`, unless the
    program is to create them itself.  There are no retry topics unless `config` asks for some:
    a job has its answer at once.  With `has_trigger` the catalog takes jobs over HTTP, too."""

    def __init__(self, build, folder, kafka, datasources=(), config=None, reply_topics=(),
                 topic_config=None, partitions=4, creates_topics=True, has_trigger=False):
        self.name = f"site{next(NUMBERS)}"
        self.build = build
        self.kafka = kafka
        self.jobs, self.default_topic = f"{self.name}.jobs", f"{self.name}.replies"
        self.reply_topics = [f"{self.name}.{name}" for name in reply_topics]
        self.config = {
            # A member learns of a rebalance by its next heartbeat.
            "kafka": {"bootstrap.servers": kafka.bootstrap, "group.id": self.name,
                      "heartbeat.interval.ms": "500"},
            "topics": {"jobs": self.jobs, "replies": self.default_topic,
                       "partitions": partitions, "reply_allow": self.reply_topics,
                       "retry_delays": []},
            "state_dir": str(folder),
            "pool": {"workers": 4},
            "datasources": list(datasources),
        }
        for section, values in (config or {}).items():
            if isinstance(values, dict):
                self.config.setdefault(section, {}).update(values)
            else:
                self.config[section] = values
        delays = self.config["topics"]["retry_delays"]
        self.retry_topics = [self.topic(f"retry-{ms}") for ms in [0, *map(duration_ms, delays)]]
        if creates_topics:
            kafka.topics(self.jobs, self.default_topic, *self.reply_topics, *self.retry_topics,
                         self.topic("dlt"), compacted=[self.topic("dlt-done")],
                         partitions=partitions, config=topic_config)
        shared = {name: self.config[name] for name in ("kafka", "topics", "http")
                  if has_trigger and name in self.config}
        self.serve = Serve(build, folder, f"{self.name}-serve", shared)
        token_file = folder / f"{self.name}-token"
        token_file.touch(mode=0o600)
        token_file.write_text(self.serve.token("sync"))
        self.config["catalog"] = {"driver": "tablesync", "url": self.serve.url,
                                  "token_file": str(token_file), **self.config.get("catalog", {})}
        self.path = folder / f"{self.name}.yaml"
        self.path.write_text(yaml.safe_dump(self.config))
        self.workers = []
        self.publisher = Publisher(kafka.bootstrap, self.jobs)
        self._asked = itertools.count(1)

    @functools.cached_property
    def collector(self):
        """Reads all replies, from the first one on."""
        return Collector(self.kafka.bootstrap, self.default_topic, *self.reply_topics)

    @functools.cached_property
    def letters(self):
        """Reads all dead letters, from the first one on."""
        return Collector(self.kafka.bootstrap, self.topic("dlt"), record=Letter)

    def topic(self, suffix):
        """The name of a topic that belongs to the jobs topic: retry-0, retry-1000, dlt,
        dlt-done."""
        return f"{self.jobs}-{suffix}"

    def start_worker(self, env=None, is_awaited=True):
        """One more worker process, once it has its partitions."""
        program = Program(f"{self.name}-worker{len(self.workers) + 1}",
                          [self.build / "tablesync", "worker", "--config", self.path], env)
        self.workers.append(program)
        if is_awaited:
            program.wait_for(r" group\.assigned\b")
        return program

    def committed(self):
        """(offset, metadata) of the jobs topic's first partition, and how many records the first
        one of the replies has."""
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": self.name,
                             "log_level": 2})
        place, = consumer.committed([TopicPartition(self.jobs, 0)], 30)
        _, replies = consumer.get_watermark_offsets(TopicPartition(self.default_topic, 0), 30)
        consumer.close()
        return place.offset, place.metadata, replies

    def ask(self, job, headers=None, timeout=60, **options):
        """Publish a job and wait for its reply."""
        correlation = f"{self.name}-{next(self._asked)}".encode()
        self.publisher.publish(job, correlation=correlation, headers=headers, **options)
        return self.collector.wait_for(correlation, timeout)

    def close(self):
        """Stop what runs; all of it must end as it should."""
        for name in ("collector", "letters"):
            if name in self.__dict__:
                getattr(self, name).close()
        for worker in self.workers:
            if worker.is_running():
                end(worker)
        self.serve.close()
