# test_faults.py - things that go away, and come back or do not.
# SPDX-License-Identifier: Apache-2.0
import subprocess

import pytest

from lib.process import free_port, poll

LOCK = 42  # the advisory lock that holds a job where the test wants it


def job(table="thing", schema="public", datasource_id=8):
    return {"datasource_id": datasource_id, "schema": schema, "table": table}


def source(postgres, database, **more):
    return {"id": 8, "name": database, "connection": postgres.connection(database),
            "timeout": "20s", **more}


@pytest.fixture(name="things")
def database_with_a_table(postgres, database):
    postgres.execute("create table thing (id integer primary key)", database)
    return database


def test_source_refuses(make_site, postgres, things):
    """Nobody listens, an unknown user, a user without rights: each has its own answer, none
    is in the others' way, no password is in an answer or in the log."""
    postgres.execute("create role without_rights login; create schema vault;"
                     "create table vault.thing (id integer);"
                     "revoke all on schema vault from public", things)
    closed = postgres.connection(things).replace(f"Port={postgres.port}", f"Port={free_port()}")
    site = make_site([
        source(postgres, things),
        {"id": 9, "name": "closed", "connection": f"{closed};PWD=s3cr3t-canary"},
        {"id": 10, "name": "unknown", "connection": postgres.connection(things, "nobody")},
        {"id": 11, "name": "denied", "connection": postgres.connection(things, "without_rights")}])
    worker = site.start_worker()
    refused = site.ask(job(datasource_id=9))
    assert refused.error == "source_unreachable"
    assert refused.value["error"]["retryable"] is True
    assert site.ask(job(datasource_id=10)).error == "source_login_denied"
    denied = site.ask(job(schema="vault", datasource_id=11))
    assert denied.error == "source_denied" and denied.value["code"] == 403
    assert site.ask(job()).status == "ok"
    assert b"s3cr3t-canary" not in b"".join(reply.text for reply in site.collector.replies)
    assert "s3cr3t-canary" not in worker.output


def test_database_gone(own_postgres, make_site):
    """The database restarts under open connections; the next job works at once."""
    own_postgres.execute("create table thing (id integer)")
    site = make_site([source(own_postgres, "postgres")])
    site.start_worker()
    assert site.ask(job()).status == "ok"
    own_postgres.stop()
    assert site.ask(job()).error == "source_unreachable"
    own_postgres.start()
    assert site.ask(job()).status == "ok"


def test_catalog_down(make_site, postgres, things):
    site = make_site([source(postgres, things)])
    site.start_worker()
    number = site.ask(job()).value["table"]["id"]
    site.serve.kill()
    down = site.ask(job())
    assert down.error == "catalog_unreachable"
    assert down.value["error"]["retryable"] is True
    site.serve.start()
    up = site.ask(job())
    assert up.status == "ok" and up.value["table"]["id"] == number


def test_broker_gone_20s(own_kafka, make_site, postgres, things):
    """A broker is killed and comes back 20 s later; jobs from before, from meanwhile and from
    after it are all answered, by the worker that was there all the time."""
    site = make_site([source(postgres, things)], kafka=own_kafka)
    worker = site.start_worker()
    wanted = {b"%d" % number for number in range(900)}

    def publish(first, last):
        for number in range(first, last):
            site.publisher.publish(job(), correlation=b"%d" % number, is_flushed=False)

    publish(0, 300)
    site.publisher.flush()
    site.collector.wait(1)
    own_kafka.kill()
    publish(300, 600)
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(20)
    own_kafka.start()
    publish(600, 900)
    site.publisher.flush()
    replies = site.collector.wait_until(
        lambda: wanted <= {reply.correlation for reply in site.collector.replies}, 120,
        "a reply to each job")
    assert {reply.status for reply in replies} == {"ok"}


def test_kill_worker_mid_job(make_site, postgres, things):
    """SIGKILL while a job runs: nobody has answered it, so another worker does."""
    with postgres.connect(things) as holder:
        holder.execute(f"select pg_advisory_lock({LOCK})")
        site = make_site([source(postgres, things,
                                 init=f"select pg_advisory_lock_shared({LOCK})")],
                         config={"kafka": {"session.timeout.ms": "6000"}})
        victim = site.start_worker()
        site.publisher.publish(job(), correlation=b"held")
        poll(lambda: holder.execute(
            "select 1 from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock'").fetchone(), what="the job waits for the lock")
        victim.kill()
        holder.execute(f"select pg_advisory_unlock({LOCK})")
    assert site.collector.replies == []
    site.start_worker()
    assert site.collector.wait_for(b"held").status == "ok"


def test_a_stop_in_the_middle_of_a_job_answers_it(make_site, postgres, things):
    """SIGTERM while a job runs: it is finished, answered and committed before the end."""
    with postgres.connect(things) as holder:
        holder.execute(f"select pg_advisory_lock({LOCK})")
        site = make_site([source(postgres, things,
                                 init=f"select pg_advisory_lock_shared({LOCK})")])
        worker = site.start_worker()
        site.publisher.publish(job(), correlation=b"held")
        poll(lambda: holder.execute(
            "select 1 from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock'").fetchone(), what="the job waits for the lock")
        worker.terminate()
        worker.wait_for(r" worker\.stopping\b")
        holder.execute(f"select pg_advisory_unlock({LOCK})")
    assert worker.wait() == 0
    assert site.collector.wait_for(b"held").status == "ok"
    site.start_worker()
    assert site.ask(job()).status == "ok"
    assert len(site.collector.replies) == 2
