# kafka.py - a real Kafka broker (KRaft, one node) on 127.0.0.1.
# SPDX-License-Identifier: Apache-2.0
import shutil
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic

from lib.process import Program, free_port, poll, run, server_folder

JARS = Path(__file__).parents[1] / ".tools" / "kafka"

# A fresh broker takes 3 s to start. After a kill -9 it waits until its old registration has
# expired, hence the short broker session; offsets and transactions need few partitions here.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
log.dirs={folder}/data
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=4194304
"""


def java(heap, *arguments):
    return ["java", "-Xms64m", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-cp", f"{JARS}/*", *arguments]


class Kafka:
    """One broker.  stop(), kill() and start() keep its port and its data."""

    def __init__(self, heap="256m"):
        assert JARS.is_dir(), "no Kafka jars: tests/run installs them"
        self.port = free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._heap = heap
        self._folder = server_folder("kafka")
        self._properties = self._folder / "server.properties"
        self._properties.write_text(
            PROPERTIES.format(port=self.port, controller=free_port(), folder=self._folder))
        formatted = run(java(heap, "kafka.tools.StorageTool", "format", "-t",
                             "5L6g3nShT-eMCtK--X86sw", "-c", self._properties))
        assert formatted.returncode == 0, formatted.stdout + formatted.stderr
        self._program = None
        self.start()

    def start(self):
        self._program = Program("kafka", java(self._heap, "kafka.Kafka", self._properties))
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
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def topics(self, *names, partitions=4, config=None):
        """Create topics, and wait until they are there: the controller says that they are made
        before the broker knows of them, and a reader that asks in between is told of no
        partition."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 2})
        topics = [NewTopic(name, partitions, 1, config=config or {}) for name in names]
        for name, done in admin.create_topics(topics, operation_timeout=30).items():
            done.result(30)
            poll(lambda name=name: admin.list_topics(name, 30).topics[name].partitions,
                 what=f"topic {name}")
