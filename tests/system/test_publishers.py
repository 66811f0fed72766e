# test_publishers.py - any Kafka client can ask, and understands the answer.
# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from lib import contract
from lib.messages import kcat

JOB = {"datasource_id": 8, "schema": "main", "table": "thing"}


@pytest.fixture(name="site")
def site_with_a_table(make_site, sqlite_file):
    path = sqlite_file("create table thing (id integer primary key)")
    site = make_site([{"id": 8, "name": "file",
                       "connection": f"Driver=SQLite3;Database={path}"}])
    site.start_worker()
    return site


def test_kcat_asks_and_reads_the_answer(site):
    kcat("-b", site.kafka.bootstrap, "-P", "-t", site.jobs, "-K", "|",
         "-H", "kafka_correlationId=from kcat", text="8/main/thing|" + json.dumps(JOB) + "\n")
    site.collector.wait(1)
    line = kcat("-b", site.kafka.bootstrap, "-C", "-e", "-t", site.default_topic,
                "-f", "%k\\n%h\\n%s\\n")
    key, headers, value = line.splitlines()
    assert key == "8/main/thing"
    assert "status=ok" in headers and "kafka_correlationId=from kcat" in headers
    reply = json.loads(value)
    contract.check("reply", reply)
    assert reply["correlation_id"] == "from kcat"
    assert reply["table"]["name"] == "thing"


def test_headers_are_echoed_byte_by_byte(site):
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    binary = bytes(range(256))
    site.publisher.publish(JOB, headers=[("kafka_correlationId", binary),
                                         ("correlationId", b"\x00"), ("traceparent", trace),
                                         ("tracestate", b"a=1,b=2"), ("mine", b"not echoed")])
    reply = site.collector.wait(1)[0]
    expected = {"kafka_correlationId": binary, "correlationId": b"\x00", "traceparent": trace,
                "tracestate": b"a=1,b=2", "status": b"ok"}
    assert {name: reply.headers.get(name) for name in expected} == expected
    assert reply.headers["job-id"].decode() == reply.value["job_id"]
    assert reply.value["correlation_id"] is None
    assert "mine" not in reply.headers


def test_a_reply_has_the_jobs_key_and_number(site):
    reply = site.ask(JOB, key=b"\x00any key\xff")
    assert reply.key == b"\x00any key\xff"
    topic, partition, offset = reply.value["job_id"].rsplit("-", 2)
    assert topic == site.jobs and partition.isdigit() and offset == "0"
    assert reply.value["replay"] == 0
    assert reply.value["job"] == JOB
    assert all(reply.value["timing"][name] >= 0 for name in ("queued_ms", "read_ms", "write_ms"))
