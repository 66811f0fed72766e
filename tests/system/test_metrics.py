# test_metrics.py - what a worker and serve tell of themselves moves as they work.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import socket

import pytest
import requests

from lib.bad_server import frozen
from lib.figures import LISTEN, Figures, complaints, samples
from lib.process import Program, poll
from lib.serve import Serve

GOOD, DOWN = 8, 9
SOURCES = [
    {"id": GOOD, "name": "good", "connection": "Length=1"},
    {"id": DOWN, "name": "down", "connection": "Length=1;Fail=source_unreachable"},
]


def job(source, table="thing"):
    return {"datasource_id": source, "schema": "main", "table": table}


@pytest.fixture
def observed(make_site):
    """observed(…) gives a Site with a worker, and its Figures."""

    def make(**config):
        site = make_site([{**source, "dialect": "simulated"} for source in SOURCES],
                         config={**LISTEN, "simulation": True, "catalog": {"driver": "simulated"},
                                 **config})
        return site, Figures(site.start_worker())

    return make


def test_values_move_as_jobs_run(observed):
    """A job that is answered, one that is wrong, one that is tried again and then set aside."""
    site, figures = observed(topics={"retry_delays": ["1s"]})
    figures.wait("jobs_answered_total", 0)
    assert site.ask(job(GOOD)).status == "ok"
    assert site.ask(job(77)).error == "datasource_unknown"
    assert site.ask(job(DOWN)).error == "source_unreachable"
    figures.wait("jobs_in_flight", 0)
    value = figures.value
    assert value("jobs_received_total") == 4
    assert value("jobs_answered_total", result="ok", error="") == 1
    assert value("jobs_answered_total", result="error", error="datasource_unknown") == 1
    assert value("jobs_answered_total", result="error", error="source_unreachable") == 1
    assert value("jobs_retried_later_total") == 1
    assert value("jobs_dead_lettered_total") == 1
    assert value("job_duration_seconds_count") == 3
    assert value("job_write_seconds_count") == 1
    assert value("job_read_seconds_sum") > 0
    # A worker that has done all has no lag, once that is committed.
    figures.wait("partition_lag_incomplete_records", 0)
    figures.wait("partition_lag_uncommitted_records", 0)
    assert value("partition_window_fill_ratio") == 0


def test_what_waits_and_what_runs_is_told(observed):
    """A source begins with two threads; the lag is what is open, and falls to 0.  No job ends
    before the catalog goes on."""
    site, figures = observed(pool={"workers": 4, "batch": 1},
                             catalog={"driver": "tablesync", "timeout": "60s"})
    value = figures.value
    figures.wait("pool_threads", 4, state="idle")
    assert value("pool_threads", state="busy") == 0
    with frozen(site.serve.program.pid):
        for number in range(10):
            site.publisher.publish(job(GOOD, f"table_{number}"))
        figures.wait("jobs_in_flight", 10)
        figures.wait("pool_threads", 2, state="busy")
        age = value("jobs_oldest_age_seconds")
        poll(lambda: value("jobs_oldest_age_seconds") >= age + 0.5, what="the oldest job's age")
        assert value("pool_threads", state="busy") == 2
        assert value("source_jobs_waiting", name="good") == value("jobs_waiting") == 8
        assert value("partition_lag_incomplete_records", topic=site.jobs) == 10
        assert value("partition_window_fill_ratio", topic=site.jobs) > 0
    figures.wait("jobs_in_flight", 0)
    assert value("jobs_oldest_age_seconds") == 0
    assert value("job_queued_seconds_sum") > 8 * 0.4
    figures.wait("partition_lag_incomplete_records", 0)


def test_a_breaker_that_opens_is_seen(observed):
    site, figures = observed()
    figures.wait("source_breaker_state", 0, name="down")
    for number in range(6):
        site.ask(job(DOWN, f"down_{number}"))
        if figures.value("source_breaker_state", name="down") == 2:
            break
    assert figures.value("source_breaker_state", datasource=str(DOWN)) == 2
    assert figures.value("source_breaker_state", name="good") == 0


def test_connections_are_told(make_site, sqlite_file):
    path = sqlite_file("create table thing (id integer primary key)")
    site = make_site([{"id": GOOD, "name": "file",
                       "connection": f"Driver=SQLite3;Database={path}"}], config=LISTEN)
    figures = Figures(site.start_worker())
    figures.wait("source_connections", 0)
    assert site.ask(job(GOOD)).status == "ok"
    figures.wait("source_connections", 1, state="idle")
    assert figures.value("source_connections", state="used") == 0


@pytest.mark.parametrize("delivery", ["at-least-once", "exactly-once"])
def test_promtool_has_no_complaint_of_a_worker(observed, delivery):
    """Both kinds of clients tell of themselves, also when there is nothing to do."""
    site, figures = observed(delivery=delivery, kafka={"statistics.interval.ms": "200"})
    assert site.ask(job(GOOD)).status == "ok"
    for client in ("consumer", "producer"):
        poll(lambda client=client: figures.value("kafka_broker_rtt_avg_seconds", client=client),
             what=f"the {client}'s round trip")
    assert figures.value("kafka_sent_bytes_total") > 0
    text = figures.text()
    assert complaints(text) == ""
    names = [(name, *labels.items()) for name, labels, _ in samples(text)]
    assert len(names) == len(set(names))


def test_serve_tells_of_its_requests(build, tmp_path):
    with contextlib.closing(Serve(build, tmp_path, config=LISTEN)) as serve:
        figures = Figures(serve.program)
        serve.tables()
        assert serve.request("GET", "/api/v1/catalog/tables/77").status_code == 404
        serve.request("GET", "/nowhere")
        value = figures.value
        assert value("http_requests_total", route="/api/v1/catalog/tables", status="2xx") == 1
        assert value("http_requests_total", route="/api/v1/catalog/tables/{id}",
                     status="4xx") == 1
        assert value("http_requests_total", route="", status="4xx") == 1
        assert value("http_request_duration_seconds_count", route="/api/v1/catalog/tables") == 1
        assert value("process_resident_memory_bytes") > 1e6
        assert complaints(figures.text()) == ""


def test_where_everything_is_served_metrics_are_for_who_may_read(build, tmp_path):
    with contextlib.closing(Serve(build, tmp_path)) as serve:
        assert serve.request("GET", "/metrics", token=None).status_code == 403
        viewer = serve.token("viewer")
        answer = serve.request("GET", "/metrics", token=viewer)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert complaints(answer.text) == ""


def test_at_the_open_door_there_is_nothing_else(build, tmp_path):
    with contextlib.closing(Serve(build, tmp_path, config=LISTEN)) as serve:
        url = Figures(serve.program).url
        for path, status in (("/metrics", 200), ("/healthz", 200), ("/readyz", 200),
                             ("/", 404), ("/api/v1/catalog/tables", 404), ("/login", 404)):
            answer = requests.get(url + path, headers={"Token": serve.admin}, timeout=30)
            assert (path, answer.status_code) == (path, status)


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_port_in_use_ends_the_process_with_a_word_of_it(make_site, tmp_path, command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        site = make_site([{**SOURCES[0], "dialect": "simulated"}],
                         config={"metrics": {"listen": f"127.0.0.1:{port}"}, "simulation": True,
                                 "http": {"listen": "127.0.0.1:0",
                                          "storage": f"Driver=SQLite3;Database={tmp_path}/c.db"}})
        program = Program(command, [site.build / "tablesync", command, "--config", site.path])
        assert program.wait() == 1
        assert f"metrics.listen: cannot listen at 127.0.0.1:{port}" in program.output
