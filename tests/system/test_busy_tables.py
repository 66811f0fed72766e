# test_busy_tables.py - a table that somebody is altering is waited for, by nobody else.
# SPDX-License-Identifier: Apache-2.0
import pytest

from lib.load import STAMPED_BY_BROKER, Load

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


def test_a_job_waits_for_an_alter_of_a_second(site, postgres, database):
    """It is tried again until the table may be read.  It was published before the end of the
    ALTER, so it may see the table as it was; the next one may not."""
    load = Load(site)
    with postgres.connect(database) as connection, connection.transaction():
        connection.execute("alter table altered add column name text")
        load.publish(b"meanwhile", job("altered"))
        others_beside(load, 1)
        assert not any(reply.correlation == b"meanwhile" for reply in site.collector.replies)
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
    meanwhile = [load.took_ms(reply) for reply in others
                 if reply.timestamp_ms < busy.timestamp_ms]
    quick = sum(took < 100 for took in meanwhile)
    print(f"{quick} of {len(meanwhile)} took less than 100 ms, the longest "
          f"{max(meanwhile):.0f} ms")
    assert quick > 0.65 * RATE / 2
    assert max(meanwhile) < 1000
    assert site.ask(job("altered")).status == "ok"
