# test_health.py - /healthz and /readyz say what a supervisor and a balancer need to know.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import time

import pytest

from lib.figures import LISTEN, Figures
from lib.holding_proxy import HoldingProxy
from lib.process import free_port, poll
from lib.serve import Serve

JOB = {"datasource_id": 8, "schema": "main", "table": "thing"}
HELD_S = 10  # an answer of the storage, which must not be waited for


@pytest.fixture
def site(make_site):
    return make_site([{"id": 8, "name": "pretended", "dialect": "simulated",
                       "connection": "Length=1"}],
                     config={**LISTEN, "simulation": True})


def test_a_worker_is_ready_once_it_has_its_partitions(site):
    figures = Figures(site.start_worker())
    assert "group: ok, " in figures.wait_until_ready()
    healthy = figures.get("/healthz")
    assert healthy.status_code == 200 and "engine: ok" in healthy.text
    assert healthy.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_worker_without_kafka_is_alive_and_not_ready(site):
    """It may be the network: a restart would not help."""
    text = site.path.read_text(encoding="utf-8")
    nobody = f"127.0.0.1:{free_port()}"
    site.path.write_text(text.replace(site.kafka.bootstrap, nobody), encoding="utf-8")
    worker = site.start_worker(is_awaited=False)
    figures = Figures(worker)
    worker.wait_for(r"kafka\.unreachable")
    assert figures.get("/readyz").status_code == 503
    assert figures.get("/healthz").status_code == 200
    worker.stop()


def test_a_worker_whose_catalog_does_not_answer_is_not_ready_until_it_does(site):
    figures = Figures(site.start_worker())
    assert site.ask(JOB).status == "ok"
    site.serve.stop()
    assert site.ask(JOB).error == "catalog_unreachable"
    poll(lambda: (answer := figures.get("/readyz")).status_code == 503
         and "catalog: it did not answer" in answer.text, what="the catalog's line")
    assert figures.get("/healthz").status_code == 200
    site.serve.start()
    assert site.ask(JOB).status == "ok"
    assert "catalog: ok" in figures.wait_until_ready()


def test_serve_is_ready_as_long_as_its_storage_answers_soon(build, tmp_path, own_postgres):
    """One that hangs, one that is gone, one that is back.  It needs no Kafka for that."""
    own_postgres.create_database("catalog")
    connection = own_postgres.connection("catalog")

    def serve(name, storage):
        return contextlib.closing(Serve(build, tmp_path, name,
                                        {**LISTEN, "http": {"storage": storage}}))

    with contextlib.closing(HoldingProxy(own_postgres.port, b"join catalog_version",
                                         HELD_S)) as proxy, \
            serve("plain", connection) as plain, serve("slow", proxy.instead(connection)) as slow:
        before = time.monotonic()
        answer = Figures(slow.program).get("/readyz")
        assert (answer.status_code, answer.text) \
            == (503, "storage: no answer within a second\nkafka: no connection, so no jobs\n")
        assert time.monotonic() - before < HELD_S
        figures = Figures(plain.program)
        assert figures.wait_until_ready().startswith("storage: ok\n")
        own_postgres.stop()
        assert not figures.wait_until_ready(False).startswith("storage: ok\n")
        assert figures.get("/healthz").status_code == 200
        own_postgres.start()
        assert figures.wait_until_ready().startswith("storage: ok\n")


def test_whoever_asks_serve_needs_no_token(serve):
    for path in ("/healthz", "/readyz"):
        answer = poll(lambda path=path: serve.request("GET", path, token=None), what=path)
        assert answer.status_code == 200, path
