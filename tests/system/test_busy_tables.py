# test_busy_tables.py - a table that somebody is altering is waited for, by nobody else.
# SPDX-License-Identifier: Apache-2.0
import pytest

from lib.load import STAMPED_BY_BROKER, Load
from lib.process import poll

RATE = 50  # jobs a second for the other table


def job(table):
    return {"datasource_id": 8, "schema": "public", "table": table}


@pytest.fixture(name="site")
def site_with_one_thread(make_site, postgres, database):
    """Two tables, and a single thread that reads them."""
    postgres.execute("create table altered (id integer primary key);"
                     "create table other (id integer primary key)", database)
    site = make_site([{"id": 8, "name": "busy", "timeout": "20s",
                       "connection": postgres.connection(database)}],
                     config={"pool": {"workers": 1}}, topic_config=STAMPED_BY_BROKER)
    site.start_worker()
    assert site.ask(job("altered")).status == "ok"
    return site


def others_beside(load, seconds):
    """Jobs for the other table, for so long: their replies."""
    jobs = [(b"other-%d" % number, job("other")) for number in range(int(seconds * RATE))]
    load.publish_steadily(RATE, jobs)
    replies = load.replies(correlation for correlation, _ in jobs)
    assert {reply.status for reply in replies} == {"ok"}
    return replies


def test_a_job_waits_for_an_alter(site, postgres, database):
    """It is tried again until the table may be read.  It was published before the end of the
    ALTER, so it may see the table as it was; the next one may not."""
    def failed():
        return postgres.output.count("canceling statement due to lock timeout")

    load, before = Load(site), failed()
    with postgres.connect(database) as connection, connection.transaction():
        connection.execute("alter table altered add column name text")
        load.publish(b"meanwhile", job("altered"))
        poll(lambda: failed() >= before + 2, what="two tries in vain")
    reply, = load.replies([b"meanwhile"])
    assert reply.status == "ok"
    after = site.ask(job("altered")).value["table"]
    assert [column["name"] for column in after["columns"]] == ["id", "name"]


def test_a_long_alter_is_answered_as_busy_and_holds_no_thread(site, postgres, database):
    """While the job waits to be tried again, the only thread does others' work."""
    load = Load(site)
    with postgres.connect(database) as connection, connection.transaction():
        connection.execute("alter table altered add column name text")
        load.publish(b"busy", job("altered"))
        others = others_beside(load, 3)
        busy, = load.replies([b"busy"])
    assert busy.error == "source_busy" and busy.value["error"]["retryable"] is True
    # Four tries wait 200 ms each for the table, and others that were in a batch with it wait
    # until it has been tried alone, too.  The pauses of 650 ms and more are all theirs.
    assert load.took_ms(busy) > 1200
    meanwhile = sum(reply.timestamp_ms < busy.timestamp_ms for reply in others)
    print(f"{meanwhile} of {len(others)} were answered before it")
    assert meanwhile > 0.65 * RATE / 2
    assert site.ask(job("altered")).status == "ok"
