# kafka.py - real Kafka brokers (KRaft), one or a cluster, on 127.0.0.1.
# SPDX-License-Identifier: Apache-2.0
import shutil
from pathlib import Path

from confluent_kafka import TopicPartition
from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType,
                                   AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource,
                                   NewPartitions, NewTopic, OffsetSpec, ResourcePatternType,
                                   ResourceType)

from lib.process import Program, free_port, poll, run, server_folder

JARS = Path(__file__).parents[1] / ".tools" / "kafka"

# A fresh broker takes 3 s to start. After a kill -9 it waits until its old registration has
# expired, hence the short broker session; offsets and transactions need few partitions here.
# A transaction that somebody left open ends soon after its time is up, not 10 s later.
PROPERTIES = """\
process.roles=broker,controller
node.id={number}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters={voters}
log.dirs={folder}/data
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=4194304
"""

# Everybody may do everything that no rule speaks of.
GUARD = """\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""


def java(heap, *arguments):
    return ["java", "-Xms64m", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-cp", f"{JARS}/*", *arguments]


class Node:
    """One broker of `count`, the first of which has the number 1.  stop(), kill() and start()
    keep its ports and its data."""

    def __init__(self, number, ports, heap, is_guarded):
        count, (self.port, controller) = len(ports), ports[number - 1]
        self.number = number
        self._heap = heap
        self._folder = server_folder("kafka")
        self._properties = self._folder / "server.properties"
        properties = PROPERTIES + GUARD if is_guarded else PROPERTIES
        self._properties.write_text(properties.format(
            number=number, port=self.port, controller=controller, folder=self._folder,
            voters=",".join(f"{n}@127.0.0.1:{port}" for n, (_, port) in enumerate(ports, 1)),
            copies=count, in_sync=count // 2 + 1))
        formatted = run(java(heap, "kafka.tools.StorageTool", "format", "-t",
                             "5L6g3nShT-eMCtK--X86sw", "-c", self._properties))
        assert formatted.returncode == 0, formatted.stdout + formatted.stderr
        self._program = None

    def start(self, is_awaited=True):
        self._program = Program("kafka", java(self._heap, "kafka.Kafka", self._properties))
        if is_awaited:
            self.wait_until_started()

    def wait_until_started(self):
        self._program.wait_for(r"Kafka Server started", timeout=60)

    @property
    def pid(self):
        return self._program.pid

    def stop(self):
        self._program.stop()

    def kill(self):
        self._program.kill()

    def close(self):
        """End it for good."""
        if self._program:
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


class Kafka:
    """One broker, or a cluster of several in which each record has a copy on each node.
    stop(), kill() and start() are for all `nodes`; each has them for itself, too.  A guarded
    one knows allow_all_but()."""

    def __init__(self, count=1, heap="256m", is_guarded=False):
        assert JARS.is_dir(), "no Kafka jars: tests/run installs them"
        ports = [(free_port(), free_port()) for _ in range(count)]
        self.nodes = [Node(number, ports, heap, is_guarded)
                      for number in range(1, count + 1)]
        self.bootstrap = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        self.start()

    def start(self):
        """A node of several is not up before most of them are."""
        for node in self.nodes:
            node.start(is_awaited=False)
        for node in self.nodes:
            node.wait_until_started()

    @property
    def pid(self):
        return self.nodes[0].pid

    def stop(self):
        for node in self.nodes:
            node.stop()

    def kill(self):
        for node in self.nodes:
            node.kill()

    def close(self):
        """End it for good."""
        for node in self.nodes:
            node.close()

    def topics(self, *names, partitions=4, config=None, compacted=()):
        """Create topics, and wait until they are there: the controller says that they are made
        before the broker knows of them, and the broker knows of them before each partition has
        its leader; who asks in between is told of no partition, or refused."""
        admin = self._admin()
        compaction = {"cleanup.policy": "compact"}
        topics = [NewTopic(name, partitions, len(self.nodes),
                           config={**(config or {}), **(compaction if name in compacted else {})})
                  for name in [*names, *compacted]]
        for name, done in admin.create_topics(topics, operation_timeout=30).items():
            done.result(60)  # what the broker says when that time is over, too
            poll(lambda name=name: admin.list_topics(name, 30).topics[name].partitions,
                 what=f"topic {name}")
        poll(lambda: self._has_leaders(admin, [topic.topic for topic in topics], partitions),
             what=f"the leaders of {', '.join(names)}")

    @staticmethod
    def _has_leaders(admin, names, partitions):
        asked = admin.list_offsets({TopicPartition(name, number): OffsetSpec.latest()
                                    for name in names for number in range(partitions)})
        return not any(done.exception(30) for done in asked.values())

    def _admin(self):
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 2})

    def topic_setting(self, name, key):
        admin, resource = self._admin(), ConfigResource(ResourceType.TOPIC, name)
        return admin.describe_configs([resource])[resource].result(30)[key].value

    def set_topic(self, name, key, value):
        """Set it, and wait until the brokers say so."""
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        admin = self._admin()
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
        admin.incremental_alter_configs([resource])[resource].result(30)
        poll(lambda: self.topic_setting(name, key) == value, what=f"{key} of {name}")

    def delete_before(self, topic, partition, offset):
        """As retention does: what stands before `offset` is gone."""
        admin, place = self._admin(), TopicPartition(topic, partition, offset)
        for done in admin.delete_records([place]).values():
            done.result(30)

    def add_partitions(self, topic, count):
        """Until it has `count`."""
        admin = self._admin()
        for done in admin.create_partitions([NewPartitions(topic, count)]).values():
            done.result(30)
        poll(lambda: self._has_leaders(admin, [topic], count), what=f"the leaders of {topic}")

    def allow_all_but(self, kind, name, operation):
        """Forbid one operation on a resource, and wait until the broker says so."""
        rules = [AclBinding(kind, name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*", what,
                            verdict)
                 for what, verdict in ((AclOperation.ALL, AclPermissionType.ALLOW),
                                       (operation, AclPermissionType.DENY))]
        admin = self._admin()
        for done in admin.create_acls(rules).values():
            done.result(30)
        wanted = AclBindingFilter(kind, name, ResourcePatternType.LITERAL, None, None,
                                  AclOperation.ANY, AclPermissionType.ANY)
        poll(lambda: len(admin.describe_acls(wanted).result(30)) == len(rules), what="the rules")
