# test_retry.py - what fails for now is tried again later; what keeps failing is set aside.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import http.server
import threading
import time

import pytest

from lib import contract
from lib.messages import Collector, Letter
from lib.process import free_port

TABLE = {"datasource_id": 8, "schema": "public", "table": "thing"}
DELAYS = {"topics": {"retry_delays": ["1s", "2s"]}}
CUT_MS = 1  # two clocks, each cut to whole ms, say when a job may begin


def unix_ms():
    return time.time_ns() // 1_000_000


@pytest.fixture(name="things")
def database_with_a_table(postgres, database):
    postgres.execute("create table thing (id integer primary key)", database)
    return database


def closed_source(postgres, database, **more):
    """A data source at whose port nobody listens."""
    closed = postgres.connection(database).replace(f"Port={postgres.port}",
                                                   f"Port={free_port()}")
    return {"id": 9, "name": "closed", "connection": closed, **more}


def source(postgres, database, **more):
    return {"id": 8, "name": database, "connection": postgres.connection(database), **more}


def publish_some(site, count):
    """Jobs that can be done; their correlations."""
    correlations = [b"other-%d" % number for number in range(count)]
    for correlation in correlations:
        site.publisher.publish(TABLE, correlation=correlation, is_flushed=False)
    site.publisher.flush()
    return correlations


def job_that_waits(own_postgres, make_site, delay):
    """The site and its worker; the server is stopped, and the job on its retry topic.  A server
    that takes longer than `delay` to come back has another chance."""
    own_postgres.execute("create table thing (id integer)")
    site = make_site([source(own_postgres, "postgres")],
                     config={"topics": {"retry_delays": [delay, "20s"]}})
    worker = site.start_worker()
    own_postgres.stop()
    site.publisher.publish(TABLE, correlation=b"later")
    worker.wait_for(r" job\.retried\b.* error=source_unreachable\b")
    return site, worker


def test_a_source_that_comes_back_has_its_jobs_done(own_postgres, make_site):
    """The retries in the process are over in two seconds; a retry topic outlasts that."""
    site, _ = job_that_waits(own_postgres, make_site, "3s")
    own_postgres.start()
    reply = site.collector.wait_for(b"later")
    assert reply.status == "ok"
    assert reply.value["job_id"].startswith(f"{site.jobs}-") and reply.value["replay"] == 0
    assert "-retry-" not in reply.value["job_id"]
    assert len(site.collector.records) == 1 and not site.letters.poll(1)


def test_retries_that_are_used_up_end_as_a_dead_letter_and_an_answer(make_site, postgres,
                                                                    things):
    """And nobody else waits: meanwhile jobs of other data sources are done."""
    site = make_site([source(postgres, things), closed_source(postgres, things)], config=DELAYS)
    site.start_worker()
    began = unix_ms()
    headers = [("x-mine", b"\x00\xff"), ("token", b"s3cr3t-canary"), ("x-attempt", b"77"),
               ("x-original-topic", b"forged")]
    site.publisher.publish({**TABLE, "datasource_id": 9}, correlation=b"dead", headers=headers,
                           is_flushed=False)
    others = publish_some(site, 3)
    reply = site.collector.wait_for(b"dead")
    for other in map(site.collector.wait_for, others):
        assert other.status == "ok" and other.timestamp_ms < reply.timestamp_ms
    contract.check("reply", reply.value)
    assert reply.error == "source_unreachable" and reply.value["error"]["retryable"] is True

    [letter] = site.letters.wait(1)
    contract.check("dead_letter", letter.as_written())
    assert letter.job_id == reply.value["job_id"]
    assert letter.error == "source_unreachable" and letter.trail("error-class") == "RETRY"
    assert letter.correlation == b"dead" and letter.headers["x-mine"] == b"\x00\xff"
    assert "token" not in letter.headers and b"s3cr3t-canary" not in letter.value
    assert letter.trail("original-topic") == site.jobs
    assert letter.trail("consumer-group") == site.name
    # At once and after each retry topic: a run and three more, unless the breaker is open.
    assert 4 <= int(letter.trail("attempt")) <= 12
    # The time of the first failure is taken when the job goes to its retry topic: if that was
    # late, only the second delay lies behind it.
    assert began <= int(letter.trail("first-failure")) <= reply.timestamp_ms - 2000
    assert began <= reply.timestamp_ms - 3000
    assert letter.trail("not-before") is None
    assert site.serve.table(1)["name"] == "thing"


def test_a_deadline_ends_the_retries_with_the_last_error(make_site, postgres, things):
    """Nobody is told that it will be tried again after the time for which he waits."""
    site = make_site([closed_source(postgres, things)],
                     config={"topics": {"retry_delays": ["60s"]}})
    site.start_worker()
    until = unix_ms() + 20000
    reply = site.ask({**TABLE, "datasource_id": 9},
                     headers=[("x-deadline", str(until).encode())])
    assert reply.error == "source_unreachable"
    assert reply.timestamp_ms < until
    assert not site.letters.poll(1)


LETTERS = [
    ("a message that is no job", b"{", "bad_message", "REJECT", True),
    ("a login that is refused", {**TABLE, "datasource_id": 10}, "source_login_denied", "REJECT",
     True),
    ("a table that is not there", {**TABLE, "table": "nowhere"}, "table_not_found", None, False),
    ("an unknown data source", {**TABLE, "datasource_id": 77}, "datasource_unknown", None, False),
]


def test_what_is_set_aside_at_once_and_what_is_only_answered(make_site, postgres, things):
    site = make_site([source(postgres, things),
                      {"id": 10, "name": "unknown",
                       "connection": postgres.connection(things, "nobody")}], config=DELAYS)
    site.start_worker()
    for title, job, error, _, _ in LETTERS:
        reply = site.ask(job, timeout=10)
        assert reply.error == error, title
    site.letters.wait(sum(is_letter for *_, is_letter in LETTERS))
    assert not site.letters.poll(1)
    for title, job, error, kind, is_letter in LETTERS:
        found = [letter for letter in site.letters.records if letter.error == error]
        assert len(found) == is_letter, title
        if found:
            contract.check("dead_letter", found[0].as_written())
            assert found[0].trail("error-class") == kind, title
            assert found[0].value == job if isinstance(job, bytes) else b"public" in found[0].value


class Busy(http.server.BaseHTTPRequestHandler):
    """A catalog that says 503 to its first request, and when to come back."""

    protocol_version = "HTTP/1.1"
    requests_ms = []
    retry_after = "4"

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.requests_ms.append(time.monotonic_ns() // 1_000_000)
        self.send_response(503)
        self.send_header("Retry-After", self.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Not on stderr."""


def test_a_catalog_that_says_when_to_come_back_is_left_alone_until_then(make_site, postgres,
                                                                       things):
    Busy.requests_ms = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            site = make_site([source(postgres, things)], config={
                "topics": {"retry_delays": ["1s"]},
                "catalog": {"url": f"http://127.0.0.1:{server.server_port}"}})
            site.start_worker()
            assert site.ask(TABLE).error == "catalog_unreachable"
        finally:
            server.shutdown()
            thread.join()
    first, second = Busy.requests_ms
    assert 4000 <= second - first < 9000


def test_a_job_that_waits_is_run_once_by_whoever_is_there_then(own_postgres, make_site):
    """The worker that failed is gone when its time comes."""
    site, worker = job_that_waits(own_postgres, make_site, "4s")
    assert worker.stop() == 0
    own_postgres.start()
    site.start_worker()
    assert site.collector.wait_for(b"later").status == "ok"
    assert not site.collector.poll(1)


def test_topics_that_are_missing_are_made(kafka, make_site, postgres, things):
    site = make_site([closed_source(postgres, things)], creates_topics=False,
                     config={"topics": {"retry_delays": ["1s"]}})
    site.start_worker()
    assert site.ask({**TABLE, "datasource_id": 9}).error == "source_unreachable"
    assert [letter.error for letter in site.letters.wait(1)] == ["source_unreachable"]
    names = {f"{site.jobs}-retry-0": "delete", f"{site.jobs}-retry-1000": "delete",
             f"{site.jobs}-dlt": "delete", f"{site.jobs}-dlt-done": "compact"}
    assert {name: kafka.topic_setting(name, "cleanup.policy") for name in names} == names


REFUSALS = [
    # Which topic takes little, the length of the job's extra member and of a header, what the
    # letter goes without.
    ("retry-1000", 3000, 0, set()),
    ("dlt", 6000, 0, {"value"}),
    ("dlt", 0, 6000, {"value", "headers"}),
]


@pytest.mark.parametrize(("topic", "more", "header", "missing"), REFUSALS)
def test_a_topic_that_does_not_take_the_job_does_not_hold_it(kafka, make_site, postgres, things,
                                                            topic, more, header, missing):
    """What no retry topic takes is set aside; what the dead letters do not take is cut."""
    site = make_site([closed_source(postgres, things)],
                     config={"topics": {"retry_delays": ["1s"]}})
    kafka.set_topic(site.topic(topic), "max.message.bytes", "2500")
    site.start_worker()
    job = {**TABLE, "datasource_id": 9, "more": "m" * more}
    reply = site.ask(job, headers=[("x-mine", b"h" * header)])
    assert reply.error == "source_unreachable"
    [letter] = site.letters.wait(1)
    assert letter.job_id == reply.value["job_id"] and letter.error == "source_unreachable"
    assert (letter.value == b"") == ("value" in missing)
    assert ("x-mine" not in letter.headers) == ("headers" in missing)
    if "value" in missing:
        assert int(letter.trail("value-bytes")) > len(TABLE)
        contract.check("dead_letter", letter.as_written())


def test_an_answer_that_no_topic_takes_is_set_aside(kafka, make_site, postgres, things):
    """Its headers alone are longer than the default topic takes: the job ends all the same,
    and the next one has its answer."""
    site = make_site([source(postgres, things)])
    kafka.set_topic(site.default_topic, "max.message.bytes", "2000")
    worker = site.start_worker()
    site.publisher.publish(TABLE, correlation=b"c" * 3000)
    [letter] = site.letters.wait(1)
    assert letter.error == "publish_failed" and letter.correlation == b"c" * 3000
    assert site.ask(TABLE).status == "ok"
    assert worker.stop() == 0
    assert "replies_dead_lettered_total=1" in worker.output


def test_records_of_a_retry_topic_wait_without_holding_the_jobs(make_site, postgres, things):
    """A hundred that wait, in every partition, and a job that is done meanwhile at once."""
    site = make_site([source(postgres, things), closed_source(postgres, things)],
                     config={"topics": {"retry_delays": ["5s"]}})
    worker = site.start_worker()
    for number in range(100):
        site.publisher.publish({**TABLE, "datasource_id": 9, "table": f"t{number}"},
                               is_flushed=False)
    site.publisher.flush()
    with contextlib.closing(Collector(site.kafka.bootstrap, site.topic("retry-5000"),
                                      record=Letter)) as waiting:
        not_before = {letter.job_id: int(letter.trail("not-before"))
                      for letter in waiting.wait(100)}
    publish_some(site, 5)
    site.letters.wait(100)
    replies = site.collector.wait(105)
    done_ms = [reply.timestamp_ms for reply in replies if reply.status == "ok"]
    failed = [reply for reply in replies if reply.status == "error"]
    assert len(done_ms) == 5 and len(failed) == 100
    assert max(done_ms) < min(reply.timestamp_ms for reply in failed)
    for reply in failed:
        assert reply.timestamp_ms >= not_before[reply.value["job_id"]] - CUT_MS
    assert worker.is_running()
