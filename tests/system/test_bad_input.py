# test_bad_input.py - whatever stands on the topic, it is answered and the next job runs.
# SPDX-License-Identifier: Apache-2.0
import struct
import time

import pytest

from cases import corpus
from lib import contract
from lib.messages import Publisher

GOOD = {"datasource_id": 8, "schema": "main", "table": "thing"}
BIG = {"max.message.bytes": "20000000"}


@pytest.fixture(name="site")
def site_with_a_table(make_site, sqlite_file):
    path = sqlite_file("create table thing (id integer primary key)")
    site = make_site([{"id": 8, "name": "file",
                       "connection": f"Driver=SQLite3;Database={path}"}],
                     reply_topics=["allowed"], partitions=2, topic_config=BIG)
    site.start_worker()
    return site


def test_each_entry_of_the_corpus_is_answered_and_the_next_job_runs(site):
    """Bad and good in turn, through one partition: what is bad holds nothing up."""
    cases = list(corpus.load())
    assert len(cases) >= 60
    big = Publisher(site.kafka.bootstrap, site.jobs, **{"message.max.bytes": 20000000})
    for name, data, _ in cases:
        big.publish(data, correlation=name.encode(), key=b"one partition", is_flushed=False)
        big.publish(GOOD, correlation=b"after " + name.encode(), key=b"one partition",
                    is_flushed=False)
    big.flush()

    replies = {reply.correlation.decode(): reply
               for reply in site.collector.wait(2 * len(cases), timeout=120)}
    for name, _, expected in cases:
        reply = replies[name]
        contract.check("reply", reply.value)
        assert reply.topic == site.default_topic
        if expected["verdict"] == "ok":
            # A right job; that its table is not there is another matter.
            assert reply.error in {"datasource_unknown", "schema_not_found", "table_not_found",
                                   "bad_schema_name", None}, (name, reply)
        else:
            assert reply.error == expected["verdict"], (name, reply)
            assert reply.headers["status"] == b"error"
        assert replies[f"after {name}"].status == "ok", name


def test_a_job_of_ten_megabytes_is_answered(site):
    big = Publisher(site.kafka.bootstrap, site.jobs, **{"message.max.bytes": 20000000})
    big.publish(b'{"datasource_id": 8, "schema": "' + b"x" * 10000000 + b'", "table": "t"}',
                correlation=b"big", key=b"same")
    big.publish(GOOD, correlation=b"next", key=b"same")
    assert site.collector.wait_for(b"big").error == "bad_message"
    assert site.collector.wait_for(b"next").status == "ok"


def test_a_message_without_value_or_key_is_answered(site):
    site.publisher.publish(b"", correlation=b"empty")
    assert site.collector.wait_for(b"empty").error == "bad_message"
    assert site.collector.wait_for(b"empty").key is None


@pytest.mark.parametrize("headers", [
    [("kafka_replyPartition", b"abc")],
    [("kafka_replyPartition", struct.pack(">i", 99))],
    [("kafka_replyPartition", struct.pack(">i", -1))],
    [("kafka_replyTopic", b"")],
    [("kafka_replyTopic", None)],
    [("kafka_replyTopic", b"no such topic \xff\x00")],
    [("kafka_replyTopic", b"x" * 5000)],
    [("x-deadline", b"tomorrow")],
    [("x-deadline", b"")],
    [("x-deadline", b"99999999999999999999999999")],
    [("traceparent", b"\x00\xff" * 100)],
    [("x-attempt", b"-7"), ("x-replay-count", b"a")],
    [("kafka_correlationId", None)],
    [(f"header-{number}", b"v" * 50) for number in range(500)],
], ids=lambda headers: f"{headers[0][0]}={str(headers[0][1])[:12]}")
def test_malformed_headers_do_not_keep_a_job_from_its_answer(site, headers):
    site.publisher.publish(GOOD, headers=[*headers, ("correlationId", b"mine")])
    reply = site.collector.wait(1)[0]
    contract.check("reply", reply.value)
    assert reply.status == "ok", reply
    assert reply.topic == site.default_topic
    assert reply.headers["correlationId"] == b"mine"


def test_a_reply_topic_that_is_not_allowed_is_not_written(site):
    for topic in ("__consumer_offsets", site.jobs, "elsewhere"):
        reply = site.ask(GOOD, headers=[("kafka_replyTopic", topic.encode())])
        assert reply.status == "ok"
        assert reply.topic == site.default_topic
        assert any(topic in warning for warning in reply.value["warnings"]), reply


def test_a_reply_goes_where_it_was_asked_for(site):
    allowed = site.reply_topics[0]
    for partition in (1, 0):
        reply = site.ask(GOOD, headers=[("kafka_replyTopic", allowed.encode()),
                                        ("kafka_replyPartition", struct.pack(">i", partition))])
        assert (reply.topic, reply.partition) == (allowed, partition)
        assert reply.value["warnings"] == []


def test_a_deadline_that_has_passed_is_said_to_have(site):
    late = str(int(time.time() * 1000) - 1000).encode()
    reply = site.ask(GOOD, headers=[("x-deadline", late)])
    assert reply.error == "deadline_exceeded"
    early = str(int(time.time() * 1000) + 60000).encode()
    assert site.ask(GOOD, headers=[("x-deadline", early)]).status == "ok"


def test_the_last_of_two_headers_counts(site):
    site.publisher.publish(GOOD, headers=[("kafka_correlationId", b"first"),
                                          ("kafka_correlationId", b"last")])
    assert site.collector.wait(1)[0].correlation == b"last"


def test_a_token_goes_nowhere(site):
    reply = site.ask(GOOD, headers=[("token", b"s3cr3t-canary")])
    assert "token" not in reply.headers
    assert b"s3cr3t-canary" not in reply.text
    assert "s3cr3t-canary" not in site.workers[0].output
