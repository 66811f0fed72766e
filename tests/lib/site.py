# site.py - a whole tablesync for one test: topics, a catalog, workers, a client.
# SPDX-License-Identifier: Apache-2.0
import functools
import itertools

import yaml

from lib.messages import Collector, Publisher
from lib.process import Program
from lib.serve import Serve, end

NUMBERS = itertools.count(1)


class Site:
    """Topics with a prefix of its own on `kafka`, a catalog, a configuration for workers.

    `config` are sections that are merged into the configuration file.  `reply_topics` are
    those that a job may name.  All topics are created here, with `topic_config`, unless the
    program is to create them itself."""

    def __init__(self, build, folder, kafka, datasources=(), config=None, reply_topics=(),
                 topic_config=None, partitions=4, creates_topics=True):
        self.name = f"site{next(NUMBERS)}"
        self.build = build
        self.kafka = kafka
        self.jobs, self.default_topic = f"{self.name}.jobs", f"{self.name}.replies"
        self.reply_topics = [f"{self.name}.{name}" for name in reply_topics]
        if creates_topics:
            kafka.topics(self.jobs, self.default_topic, *self.reply_topics,
                         partitions=partitions, config=topic_config)
        self.serve = Serve(build, folder, f"{self.name}-serve")
        self.config = {
            # A member learns of a rebalance by its next heartbeat.
            "kafka": {"bootstrap.servers": kafka.bootstrap, "group.id": self.name,
                      "heartbeat.interval.ms": "500"},
            "topics": {"jobs": self.jobs, "replies": self.default_topic,
                       "partitions": partitions, "reply_allow": self.reply_topics},
            "state_dir": str(folder),
            "pool": {"workers": 4},
            "datasources": list(datasources),
            "catalog": {"driver": "tablesync", "url": self.serve.url},
        }
        for section, values in (config or {}).items():
            if isinstance(values, dict):
                self.config.setdefault(section, {}).update(values)
            else:
                self.config[section] = values
        self.path = folder / f"{self.name}.yaml"
        self.path.write_text(yaml.safe_dump(self.config))
        self.workers = []
        self.publisher = Publisher(kafka.bootstrap, self.jobs)
        self._asked = itertools.count(1)

    @functools.cached_property
    def collector(self):
        """Reads all replies, from the first one on."""
        return Collector(self.kafka.bootstrap, self.default_topic, *self.reply_topics)

    def start_worker(self, env=None, is_awaited=True):
        """One more worker process, once it has its partitions."""
        program = Program(f"{self.name}-worker{len(self.workers) + 1}",
                          [self.build / "tablesync", "worker", "--config", self.path], env)
        self.workers.append(program)
        if is_awaited:
            program.wait_for(r" group\.assigned\b")
        return program

    def ask(self, job, headers=None, timeout=60, **options):
        """Publish a job and wait for its reply."""
        correlation = f"{self.name}-{next(self._asked)}".encode()
        self.publisher.publish(job, correlation=correlation, headers=headers, **options)
        return self.collector.wait_for(correlation, timeout)

    def close(self):
        """Stop what runs; all of it must end as it should."""
        if "collector" in self.__dict__:
            self.collector.close()
        for worker in self.workers:
            if worker.is_running():
                end(worker)
        self.serve.close()
