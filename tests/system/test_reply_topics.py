# test_reply_topics.py - a reply arrives, whatever its topic refuses.
# SPDX-License-Identifier: Apache-2.0
import pytest

from lib import contract

WIDE = "create table wide ({})".format(
    ", ".join(f"a_column_with_a_long_name_{number} text" for number in range(400)))


@pytest.mark.parametrize("max_bytes", [30000, 2000])
def test_a_reply_is_cut_to_what_its_topic_takes(make_site, sqlite_file, max_bytes):
    path = sqlite_file(WIDE + "; create table small (id integer)")
    site = make_site([{"id": 8, "name": "file",
                       "connection": f"Driver=SQLite3;Database={path}"}],
                     topic_config={"max.message.bytes": str(max_bytes)})
    site.start_worker()
    reply = site.ask({"datasource_id": 8, "schema": "main", "table": "wide"})
    contract.check("reply", reply.value)
    assert reply.status == "ok" and reply.value["truncated"] is True
    assert len(reply.text) < max_bytes
    assert "columns" not in reply.value["table"]
    assert reply.value["table"]["name"] == "wide"

    # All of it is where the url leads, and the next job has its answer whole.
    table = site.serve.table(reply.value["table"]["id"])
    assert len(table["columns"]) == 400
    if max_bytes > 2000:
        small = site.ask({"datasource_id": 8, "schema": "main", "table": "small"})
        assert "truncated" not in small.value and small.value["table"]["columns"]


def test_a_reply_topic_that_is_not_there_is_replaced(make_site, sqlite_file):
    path = sqlite_file("create table small (id integer)")
    site = make_site([{"id": 8, "name": "file",
                       "connection": f"Driver=SQLite3;Database={path}"}],
                     config={"topics": {"reply_allow": ["nobody.made.this"]}})
    site.start_worker()
    reply = site.ask({"datasource_id": 8, "schema": "main", "table": "small"},
                     headers=[("kafka_replyTopic", b"nobody.made.this")])
    assert reply.status == "ok" and reply.topic == site.default_topic
    assert any("nobody.made.this" in warning for warning in reply.value["warnings"])
