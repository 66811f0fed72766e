# test_openapi.py - the running server is as schemas/openapi.yaml says, whoever asks what.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re
import shutil
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib import openapi
from lib.bad_server import frozen
from lib.process import run
from lib.serve import Serve
from lib.site import Site

TESTS = Path(__file__).parents[1]
TRIGGER = "/api/v1/table/sync/"
TABLES = "/api/v1/catalog/tables"

# What a worker can answer: a simulated data source fails with it. Not asked for is `internal`,
# which no program of ours may ever say.
FAILURES = [name for name in openapi.listed_errors() if name in """
    bad_schema_name schema_excluded source_denied source_login_denied schema_not_found
    table_not_found source_unreachable source_timeout source_busy source_error catalog_unreachable
    catalog_rejected deadline_exceeded worker_crash""".split()]
FINE = 8


def job(datasource=FINE, **members):
    return {"datasource_id": datasource, "schema": "main", "table": "foobar", **members}


@pytest.fixture(name="site", scope="module")
def site_of_simulated_sources(build, kafka, tmp_path_factory):
    sources = [(FINE, "Length=0"),
               *((100 + i, f"Fail={name}") for i, name in enumerate(FAILURES))]
    with contextlib.closing(Site(
            build, tmp_path_factory.mktemp("site"), kafka,
            [{"id": number, "name": f"source {number}", "dialect": "simulated",
              "connection": connection} for number, connection in sources],
            config={"simulation": True}, has_trigger=True)) as site:
        site.start_worker()
        site.serve.program.wait_for(r" trigger\.ready\b")
        yield site


@pytest.fixture(name="tokens", scope="module")
def tokens_of_all_roles(site):
    return {role: site.serve.token(role) for role in ("viewer", "sync", "admin")}


# the paths

def test_every_documented_path_is_served_with_a_slash_at_its_end_and_without(site):
    def is_there(method, path):
        answer = site.serve.request(method, path, data=b"nonsense")
        return answer.status_code != 405 and "no such path" not in answer.text

    assert not is_there("GET", "/api/v1/nonsense")
    assert not is_there("DELETE", TABLES)
    for method, path, _ in openapi.operations():
        path = re.sub(r"\{(\w+)\}", lambda found: {"id": "1", "job_id": "a-0-0"}[found[1]], path)
        for form in (path.rstrip("/"), path.rstrip("/") + "/"):
            assert is_there(method, form), (method, form)


# the errors

def locked(site):
    """A request for the storage while somebody else holds it."""
    with contextlib.closing(sqlite3.connect(site.serve.storage, isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = site.serve.request("PUT", TABLES, json={"tables": [
            {"ds_id": 1, "schema_name": "s", "name": "t", "observed_at": "2026-01-01T00:00:00Z",
             "removed": True}]})
        other.execute("rollback")
        return answer


def conflicting(site):
    site.serve.request("POST", TRIGGER, json=job())
    return site.serve.request("PATCH", f"{TABLES}/1", json={}, headers={"If-Match": '"99"'})


def unpublished(site):
    with contextlib.closing(Serve(site.build, site.path.parent, "alone")) as serve:
        return serve.request("POST", TRIGGER, json=job())


def post(**options):
    return lambda site: site.serve.request("POST", TRIGGER, **options)


def unanswered(site):
    """A job whose answer comes only after the wait for it."""
    worker, = site.workers
    with frozen(worker.pid):
        return post(json=job(), headers={"Prefer": "wait=0"})(site)


# How each error comes about, and whose it is: the trigger API's, or the catalog's.
REQUESTS = {
    "bad_message": post(json=[]),
    "missing_value": post(json={"datasource_id": 8, "schema": "main"}),
    "bad_value": post(json=job("eight")),
    "bad_table_type": post(json=job(table_type="INDEX")),
    "not_authenticated": post(json=job(), token=None),
    "not_admin": lambda site: post(json=job(), token=site.serve.token("viewer"))(site),
    "datasource_unknown": post(json=job(99)),
    "publish_failed": unpublished,
    "conflict": conflicting,
    "too_large": post(data=b"{" + b" " * 2**21),
    "bad_media_type": post(data=b"<job/>", headers={"Content-Type": "text/xml"}),
    "busy": locked,
    "wait_expired": unanswered,
    **{name: post(json=job(100 + i)) for i, name in enumerate(FAILURES)},
}
# These want the storage, or the worker, for themselves.
ALONE = ("not_admin", "busy", "wait_expired")


@pytest.fixture(name="answers", scope="module")
def answers_to_all_requests(site):
    """{name: answer}; those that wait do so at once, unless they have to be alone."""
    with ThreadPoolExecutor(len(REQUESTS)) as pool:
        begun = {name: pool.submit(request, site) for name, request in REQUESTS.items()
                 if name not in ALONE}
        found = {name: one.result() for name, one in begun.items()}
    return found | {name: REQUESTS[name](site) for name in ALONE}


def test_no_error_is_left_out():
    assert set(openapi.listed_errors()) - set(REQUESTS) == {"internal"}


@pytest.mark.parametrize("name", REQUESTS)
def test_an_error_is_answered_as_its_example_says(answers, name):
    status, sentence = openapi.listed_errors()[name]
    answer, example = answers[name], openapi.examples()[name]
    method, path = answer.request.method, re.sub(r"/\d+$", "/{id}", answer.request.path_url)
    operation = openapi.load()["paths"][path][method.lower()]
    documented = openapi.resolved(operation["responses"][str(status)])
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] in documented["content"]
    assert set(documented.get("headers", {})) <= set(answer.headers)
    body = answer.json()
    assert body | {"detail": None} == example | {"detail": None}
    assert body["detail"].startswith(sentence)


# everything else

def schemathesis(site, token, schemas, *arguments):
    """Let it ask; its exit code and what it says, without the curl commands of many kilobytes."""
    ran = run([Path(sys.executable).with_name("schemathesis"), "--config-file",
               TESTS / "contracts" / "schemathesis.toml", "run", schemas / "openapi.yaml",
               "-u", site.serve.url, "--seed", "1", *arguments], timeout=250,
              env={"TS_TOKEN": token, "PYTHONPATH": str(TESTS / "contracts")})
    return ran.returncode, re.sub(r"(?m)^(.{500}).*", r"\1…", ran.stdout + ran.stderr)


ALL_PHASES = "examples,coverage,fuzzing,stateful"


@pytest.mark.parametrize("role, count, phases", [
    ("admin", 30, ALL_PHASES), ("sync", 5, "examples,fuzzing"), ("viewer", 5, "examples,fuzzing")])
def test_schemathesis_finds_nothing(site, tokens, role, count, phases):
    code, said = schemathesis(site, tokens[role], openapi.SCHEMAS, "-n", str(count),
                              "--phases", phases)
    assert code == 0, said
    everything = len(list(openapi.operations()))
    assert f"Tested: {everything}\n" in said, said
    assert int(re.search(r"(\d+) generated", said)[1]) > count * everything


def test_schemathesis_finds_a_member_that_is_missing(site, tokens, tmp_path):
    for path in openapi.SCHEMAS.iterdir():
        shutil.copy(path, tmp_path)
    text = (tmp_path / "catalog.yaml").read_text(encoding="utf-8")
    assert "required: [id, url," in text
    (tmp_path / "catalog.yaml").write_text(
        text.replace("required: [id, url,", "required: [nonsense, id, url,"), encoding="utf-8")
    code, said = schemathesis(site, tokens["admin"], tmp_path, "--phases", "examples",
                              "--include-operation-id", "syncTable")
    assert code == 1 and "nonsense" in said, said
