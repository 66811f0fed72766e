# test_jobs_api.py - what became of jobs is told by every instance of `serve`, whoever published
# them, also after a restart.
# SPDX-License-Identifier: Apache-2.0
import contextlib

import pytest

from lib.process import poll, run
from lib.serve import Serve
from lib.site import Site
from lib.waiting import TRIGGER

MEMBERS = ["job_id", "replay", "state", "code", "job", "answered_at", "change", "table", "error",
           "timing"]
SOURCES = [
    {"id": 1, "name": "good", "dialect": "simulated", "connection": "Length=0"},
    {"id": 2, "name": "busy", "dialect": "simulated", "connection": "Length=0;Fail=source_busy"},
]
MANY = 300


def job(number, source=1):
    return {"datasource_id": source, "schema": f"schema_{number % 3}", "table": f"table_{number}"}


def sync(serve, number, source=1, **options):
    return serve.request("POST", TRIGGER, json=job(number, source), **options)


def found(serve, **query):
    """The jobs of a list, page by page."""
    items, page = [], serve.json("GET", "/api/v1/jobs", params=query)
    while True:
        items += page["items"]
        if page["next"] is None:
            return items
        assert len(page["items"]) == int(query.get("limit", 100))
        page = serve.json("GET", page["next"])


def until_answered(serve, count):
    poll(lambda: len(found(serve)) == count and not found(serve, state="pending"),
         what=f"{count} outcomes")


@pytest.fixture(name="site", scope="module")
def site_with_jobs(build, kafka, tmp_path_factory):
    """Three jobs that worked, and three that did not."""
    with contextlib.closing(Site(build, tmp_path_factory.mktemp("site"), kafka, SOURCES,
                                 config={"simulation": True}, has_trigger=True)) as site:
        site.start_worker()
        site.serve.program.wait_for(r" trigger\.ready\b")
        for number in range(3):
            assert sync(site.serve, number).status_code == 201
            assert sync(site.serve, number, 2).status_code == 500
        until_answered(site.serve, 6)
        yield site


def test_a_job_is_told_with_its_outcome(site):
    good, bad = (found(site.serve, datasource_id=number, table="table_1")[0] for number in (1, 2))
    assert list(good) == list(bad) == MEMBERS
    table, = site.serve.tables(name="table_1")
    assert good == {
        "job_id": good["job_id"], "replay": 0, "state": "ok", "code": 201, "job": job(1),
        "answered_at": good["answered_at"],
        "change": {"kind": "created", "version": 1, "columns_added": ["id"], "columns_removed": [],
                   "columns_changed": []},
        "table": {"id": table["id"], "url": table["url"]}, "error": None,
        "timing": good["timing"]}
    assert good["timing"].keys() == {"queued_ms", "read_ms", "write_ms"}
    assert (bad["state"], bad["code"], bad["table"], bad["change"], bad["timing"]) == \
        ("error", 500, None, None, None)
    assert bad["error"]["code"] == "source_busy" and bad["error"]["retryable"] is True
    assert site.serve.json("GET", f"/api/v1/jobs/{good['job_id']}") == good
    assert site.serve.json("GET", f"/api/v1/jobs/{bad['job_id']}/") == bad


@pytest.mark.parametrize("query, count", [
    ({}, 6), ({"limit": 4}, 6), ({"limit": 1}, 6), ({"state": "ok"}, 3), ({"state": "error"}, 3),
    ({"state": "pending"}, 0), ({"datasource_id": 2}, 3), ({"schema": "schema_1"}, 2),
    ({"table": "table_2"}, 2), ({"error": "source_busy"}, 3), ({"error": "source_error"}, 0),
    ({"schema": "schema_1", "state": "ok"}, 1), ({"state": "ok", "limit": 1}, 3),
    ({"limit": 100000}, 6),
], ids=str)
def test_the_list_has_the_jobs_that_match_newest_first(site, query, count):
    jobs = found(site.serve, **query)
    assert len(jobs) == len({one["job_id"] for one in jobs}) == count
    times = [one["answered_at"] for one in jobs]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("query", [
    {"state": "done"}, {"limit": 0}, {"limit": "x"}, {"datasource_id": -1}, {"before": "x"},
    {"before": "12"}, {"page": 2}], ids=str)
def test_a_wrong_condition_is_told(site, query):
    answer = site.serve.request("GET", "/api/v1/jobs", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert repr(list(query)[0]) in answer.json()["detail"]


@pytest.mark.parametrize("name", ["jobs-0-999", "jobs-99-0", "jobs-0", "jobs-0-x", "jobs--0",
                                  "jobs-0--1", "replies-0-0", "x", "jobs-9999999999-0",
                                  "jobs-0-99999999999999999999"])
def test_a_job_that_there_never_was_is_not_found(site, name):
    answer = site.serve.request("GET", f"/api/v1/jobs/{site.name}.{name}")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_everybody_may_read_and_nobody_beyond_the_limits(site):
    limited = site.serve.token("viewer", datasource=2)
    for role in ("viewer", "sync", "admin"):
        assert len(found(site.serve)) == 6
        assert site.serve.request("GET", "/api/v1/jobs",
                                  token=site.serve.token(role)).status_code == 200
    assert site.serve.request("GET", "/api/v1/jobs", token=None).status_code == 403
    seen = site.serve.request("GET", "/api/v1/jobs", token=limited).json()["items"]
    assert {one["job"]["datasource_id"] for one in seen} == {2} and len(seen) == 3
    beyond = found(site.serve, datasource_id=1)[0]["job_id"]
    within = seen[0]["job_id"]
    for name, status in ((beyond, 404), (within, 200), (f"{site.jobs}-0-999", 404)):
        answer = site.serve.request("GET", f"/api/v1/jobs/{name}", token=limited)
        assert answer.status_code == status


def test_a_replay_takes_the_place_of_the_first_outcome(site):
    site.publisher.publish(b"this is no job", correlation=b"letter")
    letter = site.collector.wait_for(b"letter").value["job_id"]
    site.letters.wait_for(b"letter")
    first = poll(lambda: (answer := site.serve.request("GET", f"/api/v1/jobs/{letter}").json())
                 .get("state") == "error" and answer, what="the first outcome")
    assert (first["replay"], first["job"], first["error"]["code"]) == (0, None, "bad_message")
    replayed = run([site.build / "tablesync", "dlq", "replay", "--config", site.path,
                    "--error", "bad_message"])
    assert replayed.returncode == 0, replayed.stderr
    poll(lambda: site.serve.json("GET", f"/api/v1/jobs/{letter}")["replay"] == 1,
         what="the outcome of the replay")
    assert [one["job_id"] for one in found(site.serve)].count(letter) == 1


def test_every_instance_knows_all_jobs_and_again_after_a_restart(site, tmp_path):
    """Two instances on one storage; the jobs are published through both."""
    config = {**{name: site.config[name] for name in ("kafka", "topics")},
              "http": {"storage": f"Driver=SQLite3;Database={site.serve.storage}"}}
    before = len(found(site.serve))
    with contextlib.closing(Serve(site.build, tmp_path, "other", config)) as other:
        other.program.wait_for(r" trigger\.ready\b")
        for number in range(10, 10 + MANY):
            serve = site.serve if number % 2 else other
            assert sync(serve, number, headers={"Prefer": "respond-async"}).status_code == 202
        for serve in (site.serve, other):
            until_answered(serve, before + MANY)
        assert found(site.serve) == found(other)
        other.stop()
        other.start()
        other.program.wait_for(r" history\.read\b.*records=")
        assert found(site.serve) == found(other)


def test_a_job_of_another_instance_is_pending_until_it_is_answered(make_site, tmp_path):
    site = make_site(SOURCES, config={"simulation": True}, has_trigger=True)
    config = {name: site.config[name] for name in ("kafka", "topics")}
    site.serve.program.wait_for(r" trigger\.ready\b")
    place = sync(site.serve, 1, headers={"Prefer": "respond-async"}).headers["Location"]
    with contextlib.closing(Serve(site.build, tmp_path, "other", config)) as other:
        other.program.wait_for(r" history\.read\b")
        pending = other.json("GET", place)
        assert (pending["state"], pending["job"], pending["code"]) == ("pending", None, None)
        assert list(pending) == MEMBERS
        assert site.serve.json("GET", place)["job"] == job(1)
        assert [one["state"] for one in found(site.serve)] == ["pending"]
        site.start_worker()
        for serve in (other, site.serve):
            # An instance that knows nothing of the job asks Kafka, which may be late.
            done = poll(lambda serve=serve: (one := serve.request("GET", place).json())
                        .get("state") not in (None, "pending") and one, what="the outcome")
            assert done["state"] == "ok"


def test_a_job_whose_answer_is_gone_is_too_old(make_site):
    """The replies topic has lost its beginning, the jobs topic has not."""
    site = make_site(SOURCES, config={"simulation": True}, has_trigger=True, partitions=1)
    site.start_worker()
    site.serve.program.wait_for(r" trigger\.ready\b")
    for number in range(4):
        assert sync(site.serve, number).status_code == 201
    until_answered(site.serve, 4)
    site.serve.stop()
    site.kafka.delete_before(site.default_topic, 0, 2)
    site.serve.start()
    site.serve.program.wait_for(r" history\.read\b")
    statuses = [site.serve.request("GET", f"/api/v1/jobs/{site.jobs}-0-{offset}").status_code
                for offset in range(5)]
    assert statuses == [404, 404, 200, 200, 404]
    answer = site.serve.request("GET", f"/api/v1/jobs/{site.jobs}-0-0")
    assert "too old" in answer.json()["detail"]


def test_an_added_partition_is_read_as_well(make_site):
    site = make_site(SOURCES, config={"simulation": True}, has_trigger=True, partitions=1)
    site.serve.program.wait_for(r" history\.read\b")
    site.kafka.add_partitions(site.default_topic, 3)
    site.start_worker()
    for number in range(20):
        site.publisher.publish(job(number))
    until_answered(site.serve, 20)
