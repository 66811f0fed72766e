# test_log.py - every line of the log can be read by a program, and says whose it is.
# SPDX-License-Identifier: Apache-2.0
import json

import pytest

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = [("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())]
EVENTS = {"job.done", "job.failed", "job.retried", "reply.diverted"}


def fields(line):
    """What a line in logfmt says, as far as it has no quotes."""
    return dict(word.split("=", 1) for word in line.split() if "=" in word)


@pytest.fixture
def logged(make_site):
    """logged(format) gives the lines of a worker that had a job of each kind, and the ids of
    those jobs that had a trace."""

    def run(form):
        site = make_site(
            [{"id": 8, "name": "good", "dialect": "simulated", "connection": "Length=1"},
             {"id": 9, "name": "down", "dialect": "simulated",
              "connection": "Length=1;Fail=source_busy"}],
            config={"kafka": {"topic.metadata.propagation.max.ms": "500"},
                    "simulation": True, "catalog": {"driver": "simulated"},
                    "log": {"format": form, "level": "debug"},
                    "topics": {"retry_delays": ["1s"], "reply_allow": ["missing"]}})
        worker = site.start_worker(is_awaited=False)
        worker.wait_for(r"group\.assigned")
        site.ask({"datasource_id": 8, "schema": "main", "table": "thing"})
        elsewhere = [("kafka_replyTopic", b"missing")]
        traced = [site.ask({"datasource_id": source, "schema": "main", "table": "m\u00fc \"\\\n"},
                           headers=TRACEPARENT + more)
                  for source, more in ((8, []), (8, elsewhere), (9, []), (77, []))]
        site.publisher.publish(b"\xff\xfe", headers=TRACEPARENT)
        worker.wait_for(r"job\.failed.*bad_message")
        worker.stop()
        return worker.output.splitlines(), {reply.headers["job-id"].decode() for reply in traced}

    return run


def assert_each_job_has_its_trace(events, traced):
    """`events`: (name, fields) of all lines."""
    jobs = [(name, row) for name, row in events if "job" in row]
    assert EVENTS <= {name for name, _ in jobs}
    assert {row["job"] for _, row in jobs} > traced
    for name, row in jobs:
        has_one = row["job"] in traced or row.get("error") == "bad_message"
        assert row.get("trace_id") == (TRACE if has_one else None), (name, row)


def test_json_is_an_object_a_line_with_each_value_in_its_type(logged):
    lines, traced = logged("json")
    rows = [json.loads(line) for line in lines]
    for row in rows:
        assert list(row)[:3] == ["time", "level", "event"], row
    assert_each_job_has_its_trace([(row["event"], row) for row in rows], traced)
    failed, = (row for row in rows if row["event"] == "job.failed" and row["error"] == "source_busy")
    assert isinstance(failed["attempts"], int) and isinstance(failed["text"], str)


def test_logfmt_says_the_same(logged):
    lines, traced = logged("logfmt")
    assert_each_job_has_its_trace([(line.split()[2], fields(line)) for line in lines], traced)
