# test_exactly_once.py - with `delivery: exactly-once` a reader that is read_committed sees one
# reply a job, whatever becomes of the process that wrote it.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re
import signal
import threading

import pytest
import yaml
from confluent_kafka import (OFFSET_BEGINNING, Consumer, ConsumerGroupTopicPartitions,
                             IsolationLevel, KafkaError, KafkaException, TopicPartition)
from confluent_kafka.admin import AclOperation, AdminClient, ResourceType

from lib.letters import end_offsets, read_to_end
from lib.process import poll

UNREACHABLE = 6
LENGTHS_MS = {8: 0, 9: 1000, 10: 3600000}  # of a read, by the number of its data source


def simulated(number, length):
    return {"id": number, "name": f"source-{number}", "dialect": "simulated",
            "connection": f"Length={length}", "concurrency": 8, "timeout": "1h"}


def job(number=0, source=8):
    return {"datasource_id": source, "schema": "main", "table": f"table_{number}"}


@pytest.fixture(name="exactly_once")
def site_of_simulated_sources(make_site):
    """exactly_once(config={…}, …) gives a Site whose reads have the lengths of LENGTHS_MS."""
    sources = [simulated(number, length) for number, length in LENGTHS_MS.items()]

    def make(config=None, **options):
        config = {"delivery": "exactly-once", "simulation": True, "log": {"level": "debug"},
                  "catalog": {"driver": "simulated"}, "pool": {"workers": 8}, **(config or {})}
        return make_site(sources, config=config, **options)

    return make


def publish(site, numbers, source=8, topic=None):
    headers = [("kafka_replyTopic", topic.encode())] if topic else []
    for number in numbers:
        site.publisher.publish(job(number, source), correlation=b"%d" % number, headers=headers,
                               is_flushed=False)
    site.publisher.flush()


def await_replies(site, numbers, timeout=60):
    """One reply to each, and no other: by number."""
    wanted = {b"%d" % number for number in numbers}
    site.collector.wait_until(
        lambda: {reply.correlation for reply in site.collector.replies} >= wanted, timeout,
        "a reply to each job")
    while site.collector.poll(0.5):
        pass
    found = [int(reply.correlation) for reply in site.collector.replies]
    assert sorted(found) == sorted(numbers)
    return {int(reply.correlation): reply for reply in site.collector.replies}


def everything_written(site, topic):
    """The values of all records, those of aborted transactions among them."""
    consumer = Consumer({"bootstrap.servers": site.kafka.bootstrap, "group.id": "unused",
                         "enable.auto.commit": False, "isolation.level": "read_uncommitted",
                         "enable.partition.eof": True, "log_level": 2})
    with contextlib.closing(consumer):
        partitions = consumer.list_topics(topic, 30).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
        values, left = [], set(partitions)
        while left:
            message = consumer.poll(30)
            assert message is not None, f"{topic} cannot be read to its end"
            if message.error() is None:
                values.append(message.value())
            elif message.error().code() == KafkaError._PARTITION_EOF:
                left.discard(message.partition())
            else:
                raise KafkaException(message.error())
        return values


def has_open_records(site):
    """Do readers of what is committed wait for the end of a transaction?"""
    where = site.kafka.bootstrap, site.default_topic
    return end_offsets(*where, IsolationLevel.READ_COMMITTED) != end_offsets(*where)


def committed(site):
    """How many jobs the group has committed; None where some of its offsets are neither committed
    nor aborted."""
    admin = AdminClient({"bootstrap.servers": site.kafka.bootstrap, "log_level": 2})
    group = site.config["kafka"]["group.id"]
    partitions = [TopicPartition(site.jobs, number) for number in range(4)]
    asked = admin.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group, partitions)], require_stable=True)[group]
    places = asked.result(30).topic_partitions
    if any(place.error for place in places):
        return None
    return sum(max(place.offset, 0) for place in places)


def aborted(worker):
    return len(re.findall(r" transaction\.aborted\b", worker.output))


def refused(worker):
    """Transactions that failed before they were aborted."""
    return len(re.findall(r"\bfacility=TXNERR\b", worker.output))


def test_a_reply_is_seen_once_it_is_committed_and_not_before(exactly_once):
    site = exactly_once()
    worker = site.start_worker()
    publish(site, range(300))
    await_replies(site, range(300))
    assert aborted(worker) == 0
    # The offsets went along: nothing is run again.
    worker.stop()
    after = site.start_worker()
    publish(site, [300])
    await_replies(site, range(301))
    assert len(re.findall(r" job\.done\b", after.output)) == 1


def test_reply_topics_that_cannot_take_it_abort_nothing(exactly_once, kafka):
    """One was never there; one takes small batches only, whatever their number."""
    site = exactly_once(config={"topics": {"reply_allow": ["eo.missing", "eo.small"]}})
    kafka.topics("eo.small", config={"max.message.bytes": "1500"})
    worker = site.start_worker()
    publish(site, range(100), topic="eo.missing")
    publish(site, range(1000, 1200), topic="eo.small")
    publish(site, range(100, 200))
    replies = await_replies(site, range(200))
    assert any("eo.missing" in warning for warning in replies[0].value["warnings"])
    poll(lambda: len(everything_written(site, "eo.small")) == 200, what="the small replies")
    assert aborted(worker) == 0


def test_a_reply_topic_that_is_deleted_is_left_out(exactly_once, kafka):
    """Its reply goes to the default topic, as does the next; the others are answered."""
    site = exactly_once(config={"topics": {"reply_allow": ["eo.gone"]}})
    kafka.topics("eo.gone")
    worker = site.start_worker()
    publish(site, [0], topic="eo.gone")
    poll(lambda: everything_written(site, "eo.gone"), what="a reply")
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 2})
    admin.delete_topics(["eo.gone"])["eo.gone"].result(30)
    # The controller says so before the broker knows it, which takes replies until then.
    poll(lambda: "eo.gone" not in admin.list_topics(timeout=30).topics, what="the end of eo.gone")
    publish(site, [1], topic="eo.gone")
    publish(site, range(2, 20))
    replies = await_replies(site, range(1, 20))
    assert any("eo.gone" in warning for warning in replies[1].value["warnings"])
    publish(site, range(20, 30), topic="eo.gone")
    await_replies(site, range(1, 30))
    assert refused(worker) <= 1  # the others were foreseen


def test_a_reply_topic_that_is_forbidden_is_left_out(exactly_once, guarded_kafka):
    site = exactly_once(kafka=guarded_kafka,
                        config={"topics": {"reply_allow": ["eo.free", "eo.forbidden"]}})
    guarded_kafka.topics("eo.free", "eo.forbidden")
    guarded_kafka.allow_all_but(ResourceType.TOPIC, "eo.forbidden", AclOperation.WRITE)
    worker = site.start_worker()
    publish(site, range(1000, 1020), topic="eo.free")
    publish(site, range(20), topic="eo.forbidden")
    publish(site, range(20, 40))
    replies = await_replies(site, range(40))
    assert any("eo.forbidden" in warning for warning in replies[0].value["warnings"])
    poll(lambda: len(read_to_end(guarded_kafka.bootstrap, "eo.free")) == 20,
         what="the free topic's replies")
    assert refused(worker) <= 2  # all of them at once, and the one alone; then it is known


def stop_in_a_transaction(site, worker, batch=2000):
    """SIGSTOP it while records and offsets are written and not committed; how many jobs were
    published until that happened.  A worker may be through with what there is before it was
    stopped in the right moment, so it is given more."""
    published = batch
    publish(site, range(batch))
    site.collector.wait(1)

    def is_stable_soon():
        """A transaction that is being committed is unstable, too, but not for long."""
        never = threading.Event()
        return any(committed(site) is not None or never.wait(0.1) for _ in range(20))

    def is_in_one():
        nonlocal published
        if committed(site) == published:
            publish(site, range(published, published + batch))
            published += batch
        worker.terminate(signal.SIGSTOP)
        # Its offsets may go ahead of its replies.
        if committed(site) is None and not is_stable_soon() and has_open_records(site):
            return True
        worker.terminate(signal.SIGCONT)
        return False

    poll(is_in_one, 120, "an open transaction")
    return published


@pytest.mark.parametrize("settings", [
    # Only the successor's word can end the transaction within the test's time.
    {"instance": "one", "kafka": {"transaction.timeout.ms": "300000"}},
    # Nobody knows of it but the broker, and others wait until it gives it up.
    {"kafka": {"transaction.timeout.ms": "8000", "session.timeout.ms": "2000"}},
], ids=["with an instance", "without"])
def test_a_kill_within_a_transaction_leaves_one_reply(exactly_once, settings):
    site = exactly_once(config=settings)
    worker = site.start_worker()
    published = stop_in_a_transaction(site, worker)
    worker.kill()
    site.start_worker()
    await_replies(site, range(published))
    assert len(everything_written(site, site.default_topic)) > published


def test_the_older_of_two_with_one_instance_is_fenced(exactly_once):
    site = exactly_once(config={"instance": "one"})
    older = site.start_worker()
    publish(site, range(5000))
    site.collector.wait(100)
    site.start_worker()
    code = older.wait(60)
    # What did not end at once was left behind, and ends with it.
    assert code == UNREACHABLE or " worker.thread_left_behind" in older.output, older.tail()
    await_replies(site, range(5000))


def test_a_process_that_was_given_up_for_dead_answers_nothing(exactly_once):
    """Stopped with jobs running, past its session, it comes back with results that others have
    published meanwhile."""
    site = exactly_once(config={"kafka": {"transaction.timeout.ms": "8000",
                                          "session.timeout.ms": "2000"}})
    older = site.start_worker()
    publish(site, range(8), source=9)
    publish(site, range(8, 10), source=8)
    older.wait_for(r" job\.done\b")
    older.terminate(signal.SIGSTOP)
    site.start_worker()
    site.collector.wait(10)
    older.terminate(signal.SIGCONT)
    older.wait_for(r" group\.revoked\b.* lost=yes| level=error|\bfatal\b| worker\.stopped")
    publish(site, range(10, 30))
    await_replies(site, range(30))


def test_a_restart_runs_only_what_was_not_complete(exactly_once):
    """A long job at the head of a partition holds up neither the answers nor the offsets of those
    behind it."""
    site = exactly_once(partitions=1, config={"instance": "one"})
    worker = site.start_worker()
    publish(site, [0], source=10)
    publish(site, range(1, 1000))
    site.collector.wait(999)
    worker.kill()
    site.config["datasources"] = [simulated(number, 0) for number in LENGTHS_MS]
    site.path.write_text(yaml.safe_dump(site.config))
    after = site.start_worker()
    await_replies(site, range(1000))
    assert re.findall(r" job\.done .*job=(\S+)", after.output) == [f"{site.jobs}-0-0"]
