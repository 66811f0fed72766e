# test_brokers.py - brokers that die and come back under load; the short forms.
# SPDX-License-Identifier: Apache-2.0
"""Long forms as in test_chaos.py.  Workers of exactly-once may end with a failure where Kafka
leaves no other way, and are started again as a supervisor would; those of at-least-once do
not need that."""
import time

import pytest
from confluent_kafka.admin import AdminClient

from lib.process import poll
from system.chaos.checks import contradictory
from system.chaos.conftest import load
from system.chaos.scene import check
from system.chaos.test_chaos import FACTOR


def broken_off(scenes, begin, end):
    """From `begin` on the brokers are not what they were; the load goes on after `end`, by
    itself."""
    for scene in scenes:
        scene.begin_disturbance()
    begin()
    end()
    restarted = time.monotonic()
    for scene in scenes:
        scene.wait_until_all_goes_on()
        scene.end_disturbance()
        print(f"{scene.delivery}: goes on after {time.monotonic() - restarted:.1f} s")


@pytest.mark.timeout(200 * FACTOR)
def test_kill_9_of_the_broker(own_kafka, make_scenes):
    """Nothing is lost, and all goes on by itself when the broker is back."""
    scenes = make_scenes(kafka=own_kafka, supervised=True)
    for scene in scenes:
        scene.start()
        scene.start()
    with load(scenes, None, 50):
        for _ in scenes[0].pauses(2 * FACTOR, 2):
            broken_off(scenes, own_kafka.kill, own_kafka.start)
    check(scenes, contradictory)


class Roles:
    """Which node of a cluster does what for a site."""

    def __init__(self, cluster, site):
        self._cluster, self._site = cluster, site
        self._admin = AdminClient({"bootstrap.servers": cluster.bootstrap, "log_level": 2})

    def leader(self):
        """Of a partition of the jobs topic."""
        return self._node(self._admin.list_topics(self._site.jobs).topics[self._site.jobs]
                          .partitions[0].leader)

    def coordinator(self):
        """Of the group."""
        described = self._admin.describe_consumer_groups([self._site.name])
        return self._node(described[self._site.name].result(30).coordinator.id)

    def _node(self, number):
        return self._cluster.nodes[number - 1]

    def are_all_copies_there(self):
        return all(len(partition.isrs) == len(self._cluster.nodes)
                   for topic in self._admin.list_topics(timeout=30).topics.values()
                   for partition in topic.partitions.values())


@pytest.mark.timeout(200 * FACTOR)
def test_a_node_of_a_cluster_is_killed(own_cluster, make_scenes):
    """One that leads partitions, then the one that coordinates the group: nothing is lost, and
    all goes on without it."""
    scenes = make_scenes(kafka=own_cluster, supervised=True)
    for scene in scenes:
        scene.start()
        scene.start()
    roles = Roles(own_cluster, scenes[0].site)
    with load(scenes, None, 50):
        for role in (roles.leader, roles.coordinator) * FACTOR:
            poll(roles.are_all_copies_there, timeout=60, what="copies of everything on each node")
            node = role()
            broken_off(scenes, node.kill, lambda: None)
            node.start()
    check(scenes, contradictory)
