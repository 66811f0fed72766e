# test_topics.py - the topics that belong to a jobs topic: are they there once a worker is?
# SPDX-License-Identifier: Apache-2.0
import re
import shlex

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource

from lib.process import poll

TRYING = r" kafka\.unreachable .*reason="


@pytest.fixture
def site_without_topics(make_site):
    """site_without_topics(**topics): those are options of the section `topics`."""

    def make(**topics):
        return make_site([{"id": 8, "name": "unused", "connection": "Driver=SQLite3;Database="}],
                         creates_topics=False, partitions=3, config={"topics": topics})

    return make


class Topics:
    """What the broker has of one site, once it knows that many topics: the controller says that
    they are made before the broker has heard of it."""

    def __init__(self, site, count):
        admin = AdminClient({"bootstrap.servers": site.kafka.bootstrap, "log_level": 2})

        def partitions():
            return {name: len(topic.partitions)
                    for name, topic in admin.list_topics(timeout=30).topics.items()
                    if name.startswith(f"{site.name}.")}

        poll(lambda: len(partitions()) >= count, what=f"{count} topics")
        self.partitions = partitions()
        asked = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, name)
                                        for name in self.partitions])
        self.compacted = {resource.name for resource, answer in asked.items()
                          if answer.result(30)["cleanup.policy"].value == "compact"}


def names(site):
    """All that belong to the site, by the contract."""
    return {site.jobs, site.default_topic, *site.retry_topics, site.topic("dlt"),
            site.topic("dlt-done")}


def commands(text):
    """The options of each kafka-topics.sh in a line of the log: a dict."""
    found = []
    for command in re.findall(r"kafka-topics\.sh ([^;\"]*)", text):
        words = shlex.split(command)
        assert words.pop(2) == "--create"
        found.append(dict(zip(words[::2], words[1::2])))
    return found


def test_all_topics_that_are_missing_are_created(site_without_topics):
    site = site_without_topics(retry_delays=["1s", "90s"])
    site.start_worker()
    found = Topics(site, len(names(site)))

    assert len(names(site)) == 7
    assert found.partitions == dict.fromkeys(names(site), 3)
    assert found.compacted == {site.topic("dlt-done")}


def test_topics_that_are_there_stay_and_the_others_are_like_the_jobs_topic(site_without_topics):
    site = site_without_topics()
    site.kafka.topics(site.jobs, partitions=5)
    site.kafka.topics(site.topic("dlt"), partitions=1)
    site.start_worker()

    assert Topics(site, len(names(site))).partitions == {**dict.fromkeys(names(site), 5), site.topic("dlt"): 1}


def test_workers_that_start_together_create_them_together(site_without_topics):
    site = site_without_topics()
    workers = [site.start_worker(is_awaited=False) for _ in range(3)]
    for worker in workers:
        worker.wait_for(r" group\.assigned\b")
        assert "already exists" not in worker.output

    assert Topics(site, len(names(site))).partitions == dict.fromkeys(names(site), 3)


def test_where_it_must_not_create_them_the_commands_are_in_the_error(site_without_topics):
    site = site_without_topics(create=False)
    site.kafka.topics(site.jobs, site.topic("retry-0"), partitions=5)
    worker = site.start_worker(is_awaited=False)
    asked = commands(worker.wait_for(TRYING + ".*topics.create is false").string)

    assert asked == [{"--bootstrap-server": site.kafka.bootstrap, "--topic": name,
                      "--partitions": "5", **more}
                     for name, more in [
                         (site.default_topic, {}), (site.topic("dlt"), {}),
                         (site.topic("dlt-done"), {"--config": "cleanup.policy=compact"})]]
    site.kafka.topics(site.default_topic)
    asked = commands(worker.wait_for(TRYING + ".*dlt' and 1 more: .*").string)
    assert [topic["--topic"] for topic in asked] == [site.topic("dlt"), site.topic("dlt-done")]
    site.kafka.topics(site.topic("dlt"), compacted=[site.topic("dlt-done")])
    worker.wait_for(r" group\.assigned\b")  # it has not given up


def test_commands_that_do_not_fit_the_error_are_logged_once(site_without_topics):
    delays = ["1s", "2s", "3s", "4s", "5s", "6s", "7s", "8s"]
    site = site_without_topics(create=False, retry_delays=delays)
    worker = site.start_worker(is_awaited=False)
    worker.wait_for(TRYING + ".*the log has the commands")
    asked = [topic["--topic"] for topic in commands(worker.output)]

    assert set(asked) == names(site)
    for name in names(site):  # one by one: it looks again meanwhile
        site.kafka.topics(name)
    worker.wait_for(r" group\.assigned\b")
    assert len(asked) == len(re.findall(r" warn topic\.missing ", worker.output)) == 13


def test_a_topic_that_the_broker_refuses_is_named_and_the_others_are_there(site_without_topics):
    """Kafka takes no two names that differ in . and _ alone."""
    site = site_without_topics()
    site.kafka.topics(site.topic("dlt").replace(".", "_"))
    worker = site.start_worker(is_awaited=False)
    line = worker.wait_for(TRYING + ".*collides").string

    assert f"topic '{site.topic('dlt')}': " in line
    assert [topic["--topic"] for topic in commands(line)] == [site.topic("dlt")]
    assert set(Topics(site, len(names(site)) - 1).partitions) == names(site) - {site.topic("dlt")}
