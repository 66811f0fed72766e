# test_trigger_waits.py - requests that wait for their jobs: many at once, for a long time, in
# vain, and while things around them stop.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import contextlib
import os
import re
import signal
import time

import pytest

from lib.load import percentile
from lib.messages import Collector, Letter
from lib.process import poll
from lib.waiting import TRIGGER, Waiting

MANY = 500
READS = 200
DRAIN_S = 5
WAIT_S = 5  # http.wait, where a test waits for its end
SLACK_S = 10  # of a machine that does other things, too; less than what a test must not wait for


def job(number, source=1):
    return {"datasource_id": source, "schema": "public", "table": f"table_{number}"}


def slow_source(length_ms, **more):
    return {"id": 1, "name": "slow", "dialect": "simulated",
            "connection": f"Length={length_ms}", **more}


def post(site, number=1, **options):
    return site.serve.request("POST", TRIGGER, json=job(number), **options)


@pytest.fixture(name="make_trigger")
def make_site_with_a_trigger(make_site):
    """make_trigger(length_ms=…, …): a site whose only source pretends, no worker yet."""

    def make(length_ms=0, config=None, source=None, **options):
        site = make_site([slow_source(length_ms, **(source or {}))], has_trigger=True,
                         config={"simulation": True, **(config or {})}, **options)
        site.serve.program.wait_for(r" trigger\.ready\b")
        return site

    return make


def deliver_first(site):
    """The first delivery takes a while, for which nobody may want to wait: the producer gets its
    number from Kafka before."""
    answer = post(site, 99, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text


def until_connected(site, count):
    poll(lambda: int(re.search(r"http_connections (\d+)\n",
                               site.serve.request("GET", "/metrics").text)[1]) >= count,
         what=f"{count} connections")


def until_waiting(site, count):
    poll(lambda: f"http_requests_waiting {count}\n" in site.serve.request("GET", "/metrics").text,
         what=f"{count} requests that wait")


def job_at(site, location):
    return site.serve.json("GET", location)


def found(site):
    return site.serve.json("GET", "/api/v1/jobs")["items"]


def test_hundreds_wait_at_once_and_others_are_answered_meanwhile(make_trigger):
    """Four threads answer HTTP; a request that waits costs none."""
    site = make_trigger(length_ms=20, config={"pool": {"workers": 32}, "http": {"threads": 4}},
                        source={"concurrency": 32})
    waiting = [Waiting(site.serve, job(number)) for number in range(MANY)]
    until_waiting(site, MANY)
    site.start_worker(is_awaited=False)
    took = []
    for _ in range(READS):
        begin = time.monotonic()
        site.serve.json("GET", "/api/v1/jobs", params={"limit": 10})
        took.append((time.monotonic() - begin) * 1000)
    assert [request.answer() for request in waiting] == [201] * MANY
    assert len({request.body["id"] for request in waiting}) == MANY
    print(f"GET while {MANY} wait: p50 {percentile(took, 0.5):.1f} ms, "
          f"p99 {percentile(took, 0.99):.1f} ms")
    assert percentile(took, 0.5) < 50


def test_a_job_carries_the_trace_and_the_deadline_and_no_token(make_trigger):
    site = make_trigger()
    site.start_worker()
    trace = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
             "tracestate": "vendor=1,other=2"}
    begin = time.time_ns() // 1000000
    assert post(site, headers={**trace, "Prefer": "wait=15"}).status_code == 201
    end = time.time_ns() // 1000000
    with contextlib.closing(Collector(site.kafka.bootstrap, site.jobs, record=Letter)) as jobs:
        record, = jobs.wait(1)
    headers = {name: value.decode() for name, value in record.header_list}
    assert {name: headers[name] for name in trace} == trace
    assert begin + 30000 <= int(headers["x-deadline"]) <= end + 30000
    assert headers.keys() == {*trace, "x-deadline", "kafka_correlationId", "kafka_replyTopic"}
    reply, = site.collector.wait(1)
    assert reply.headers["traceparent"] == trace["traceparent"].encode()


def test_who_does_not_wait_is_told_where_the_outcome_will_be(make_trigger):
    site = make_trigger(length_ms=50)
    answer = post(site, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Preference-Applied"] == "respond-async"
    place = answer.json()
    assert place == {"job_id": place["job_id"], "state": "pending"}
    assert answer.headers["Location"] == f"/api/v1/jobs/{place['job_id']}"
    pending = job_at(site, answer.headers["Location"])
    assert (pending["state"], pending["job"], pending["answered_at"]) == ("pending", job(1), None)
    site.start_worker()
    done = poll(lambda: (found := job_at(site, answer.headers["Location"]))["state"] != "pending"
                and found, what="the outcome")
    assert (done["state"], done["code"], done["job"]) == ("ok", 201, job(1))
    with contextlib.closing(Collector(site.kafka.bootstrap, site.jobs, record=Letter)) as jobs:
        record, = jobs.wait(1)
    assert record.trail("deadline") is None  # nobody waits, so that nothing is too late


def test_who_waits_a_little_gets_the_answer_or_the_place(make_trigger):
    site = make_trigger(length_ms=300)
    deliver_first(site)
    headers = {"Prefer": "respond-async, wait=1"}
    late = post(site, headers=headers)
    assert late.status_code == 202
    site.start_worker()
    in_time = poll(lambda: (answer := post(site, 2, headers=headers)).status_code == 201 and answer,
                   what="an answer in time")
    assert in_time.json()["name"] == "table_2"
    assert job_at(site, late.headers["Location"])["state"] in ("pending", "ok")


def test_a_wait_that_runs_out_says_where_the_outcome_will_be(make_trigger):
    """The default is the configuration's, and a client may want less; the job has no worker
    yet."""
    site = make_trigger(length_ms=0, config={"http": {"wait": f"{WAIT_S}s"}})
    deliver_first(site)
    requests = [Waiting(site.serve, job(1)), Waiting(site.serve, job(2), {"Prefer": "wait=1"}),
                Waiting(site.serve, job(3), {"Prefer": "wait=0"}),
                Waiting(site.serve, job(4), {"Prefer": "wait=60"})]
    # Who wants less is told before the others.
    for request, least, most in [(requests[2], 0, WAIT_S), (requests[1], 1, WAIT_S),
                                 (requests[0], WAIT_S, WAIT_S + SLACK_S),
                                 (requests[3], WAIT_S, WAIT_S + SLACK_S)]:
        assert request.answer() == 504
        assert least <= request.took < most
        assert request.body["code"] == "wait_expired" and request.body["status"] == 504
        assert request.headers["Content-Type"] == "application/json"
        assert request.headers["Location"].startswith(f"/api/v1/jobs/{site.jobs}-")
        assert request.headers["Location"] in request.body["detail"]
        assert job_at(site, request.headers["Location"])["state"] == "pending"
    site.start_worker()
    outcomes = {}
    for number in (0, 2):
        outcomes[number] = poll(
            lambda number=number: (found := job_at(site, requests[number].headers["Location"]))[
                "state"] != "pending" and found, what="the outcome")
    # After http.wait nobody wants it; who did not wait at all still does.
    assert outcomes[0]["error"]["code"] == "deadline_exceeded"
    assert outcomes[2]["state"] == "ok"


def test_the_job_goes_on_when_a_client_waits_for_less_than_it_takes(make_trigger):
    site = make_trigger(length_ms=3000)
    deliver_first(site)
    site.start_worker()
    request = Waiting(site.serve, job(1), {"Prefer": "wait=1"})
    assert request.answer() == 504
    place = request.headers["Location"]
    done = poll(lambda: (found := job_at(site, place))["state"] != "pending" and found,
                what="the outcome")
    assert (done["state"], done["code"]) == ("ok", 201)


@pytest.mark.parametrize("length_ms, count, status", [(1000, 2, 201), (60000, 4, 504)])
def test_sigterm_cuts_nobody_off(make_trigger, length_ms, count, status):
    """What is answered soon is answered; the others are told where to look.  A source begins with
    two threads.  (The catalog is another one: this one takes no new connection while it
    stops.)"""
    site = make_trigger(length_ms=length_ms, source={"concurrency": 4, "timeout": "300s"},
                        config={"catalog": {"driver": "simulated"}})
    site.start_worker()
    waiting = [Waiting(site.serve, job(number)) for number in range(count)]
    poll(lambda: len(found(site)) == count, what="all jobs")
    begin = time.monotonic()
    site.serve.program.terminate()
    assert [request.answer() for request in waiting] == [status] * count
    assert time.monotonic() - begin < DRAIN_S + SLACK_S
    assert site.serve.program.wait() == 0
    places = [request.headers["Location"] for request in waiting]
    site.workers[0].kill()
    site.serve.start()
    if status == 504:
        site.serve.program.wait_for(r" history\.read\b")
        assert all(job_at(site, place)["state"] == "pending" for place in places)


def test_without_kafka_the_catalog_works_and_the_trigger_says_what_to_do(serve):
    answer = serve.request("POST", TRIGGER, json=job(1))
    assert answer.status_code == 500
    assert answer.json()["code"] == "publish_failed"
    assert "kafka.bootstrap.servers is not set" in answer.json()["detail"]
    assert serve.json("GET", "/api/v1/jobs") == {"items": [], "next": None}
    assert serve.request("GET", "/api/v1/jobs/tablesync.jobs-0-1").status_code == 504
    assert serve.request("GET", "/api/v1/jobs/something").status_code == 404
    assert serve.tables() == []


def assert_unpublished(answer, says):
    assert answer.status_code == 500, answer.text
    assert answer.json()["code"] == "publish_failed"
    assert says in answer.json()["detail"]


def test_kafka_may_go_and_come_and_be_away_at_start_and_at_the_end(make_trigger, own_kafka):
    """The answer comes within the wait, and nothing has to be restarted."""
    settings = {"queue.buffering.max.messages": "1"}
    site = make_trigger(kafka=own_kafka, config={"kafka": settings,
                                                 "http": {"wait": f"{WAIT_S}s"}})
    at_once = {"Prefer": "respond-async"}
    site.publisher.publish(job(1))  # the broker takes records, which it does not from the start
    assert post(site, headers=at_once).status_code == 202
    own_kafka.stop()
    waiting = [Waiting(site.serve, job(number)) for number in range(4)]
    assert sorted(request.answer() for request in waiting) == [429, 429, 429, 500]
    for request in waiting:
        if request.status == 429:
            assert request.body["code"] == "busy" and int(request.headers["Retry-After"]) >= 1
        else:
            assert request.body["code"] == "publish_failed"
            assert "see that Kafka runs" in request.body["detail"]
    assert waiting[0].took < WAIT_S + SLACK_S

    site.serve.stop()
    site.serve.start()
    begin = time.monotonic()
    assert_unpublished(post(site), "there is no connection to Kafka")
    assert time.monotonic() - begin < SLACK_S
    assert found(site) == []
    begin = time.monotonic()
    assert site.serve.request("GET", f"/api/v1/jobs/{site.jobs}-0-1").status_code == 504
    assert time.monotonic() - begin < 5 + SLACK_S
    site.serve.program.wait_for(r" trigger\.waits\b")
    own_kafka.start()
    site.serve.program.wait_for(r" trigger\.ready\b")
    site.serve.program.wait_for(r" history\.read\b")
    site.publisher.publish(job(1))
    answer = post(site, headers=at_once)
    assert answer.status_code == 202 and job_at(site, answer.headers["Location"])
    assert site.serve.program.output.count(" trigger.waits ") == 1

    own_kafka.kill()
    last = Waiting(site.serve, job(1), at_once)
    until_waiting(site, 1)
    begin = time.monotonic()
    site.serve.program.terminate()
    assert last.answer() == 500
    assert site.serve.program.wait() == 0
    assert time.monotonic() - begin < DRAIN_S + SLACK_S


def test_a_broker_that_is_silent_holds_up_neither_a_question_nor_the_end(make_trigger, own_kafka):
    """librdkafka 2.0.2 may wait for it without end, and the library below the server does not
    stop while a request is held."""
    site = make_trigger(kafka=own_kafka)
    site.serve.program.wait_for(r" history\.read\b")
    assert post(site, headers={"Prefer": "respond-async"}).status_code == 202
    place = f"/api/v1/jobs/{site.jobs}-0-99"
    assert site.serve.request("GET", place).status_code == 404
    os.kill(own_kafka.pid, signal.SIGSTOP)
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            begin = time.monotonic()
            assert site.serve.request("GET", place).status_code == 504
            assert time.monotonic() - begin < 3 + SLACK_S
            asked = [pool.submit(site.serve.request, "GET", place) for _ in range(3)]
            until_connected(site, 4)
            site.serve.program.terminate()
            assert {answer.result().status_code for answer in asked} <= {429, 504}
        assert site.serve.program.wait() == 0
        assert time.monotonic() - begin < 2 * DRAIN_S + 3 + SLACK_S
    finally:
        os.kill(own_kafka.pid, signal.SIGCONT)
