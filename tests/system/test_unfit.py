# test_unfit.py - a process that must not go on ends, for its supervisor to start it anew.
# SPDX-License-Identifier: Apache-2.0
import pytest
from confluent_kafka.admin import AdminClient

from lib.process import poll

UNREACHABLE = 6
GOOD = {"datasource_id": 8, "schema": "main", "table": "thing"}


@pytest.fixture(name="datasources")
def one_table(sqlite_file):
    path = sqlite_file("create table thing (id integer primary key)")
    return [{"id": 8, "name": "file", "connection": f"Driver=SQLite3;Database={path}"}]


def test_a_worker_whose_name_another_took_ends(make_site, datasources):
    site = make_site(datasources, config={"instance": "the-same"})
    older = site.start_worker()
    site.start_worker()
    assert older.wait(60) == UNREACHABLE
    assert site.ask(GOOD).status == "ok"


def test_a_topic_that_is_made_anew_is_read_after_a_restart(make_site, datasources, kafka):
    site = make_site(datasources, partitions=1)
    worker = site.start_worker()
    for _ in range(5):
        assert site.ask(GOOD).status == "ok"
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 2})
    admin.delete_topics([site.jobs])[site.jobs].result(30)
    # The broker learns of it later, and would take what is published for the old topic.
    poll(lambda: not admin.list_topics(site.jobs, 30).topics[site.jobs].partitions,
         what="a broker without the topic")
    kafka.topics(site.jobs, partitions=1)
    # It either sees the new topic's beginning, or is given its partitions once more.  Fewer jobs
    # than the old topic had: what is committed goes by the topic's name, so that a place within
    # the new one, committed for the old one, is taken for its own.
    for number in range(4):
        site.publisher.publish(GOOD, correlation=f"new-{number}".encode())
    worker.terminate()
    assert worker.wait(60) in (0, UNREACHABLE)
    site.start_worker()
    for number in range(4):
        assert site.collector.wait_for(f"new-{number}".encode()).status == "ok"
