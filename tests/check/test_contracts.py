# test_contracts.py - schemas/*.yaml are right, whole, and say what the sources say.
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import re
import shutil
from pathlib import Path

import pytest

from lib import openapi, route_rows
from lib.process import run
from lib.site import duration_ms

TESTS = Path(__file__).parents[1]
TOOLS = TESTS / ".tools" / "contracts" / "node_modules"
RULES = TESTS / "contracts"

JUDGES = {
    "redocly": ("openapi.yaml", [
        TOOLS / ".bin" / "redocly", "lint", "--config", RULES / "redocly.yaml",
        "--max-problems", "50", "--format", "stylish"]),
    "spectral": ("openapi.yaml", [
        TOOLS / ".bin" / "spectral", "lint", "--ruleset", RULES / "spectral.yaml",
        "--fail-severity", "hint"]),
    "asyncapi": ("asyncapi.yaml", ["node", RULES / "asyncapi.js"]),
}


def judged(judge, folder):
    """(is it without a complaint?, what was said)"""
    name, command = JUDGES[judge]
    ran = run([*command, folder / name], timeout=120, env={
        "PATH": f"{TESTS / '.venv' / 'bin'}:{os.environ['PATH']}", "NODE_PATH": str(TOOLS),
        "REDOCLY_TELEMETRY": "off", "SCARF_ANALYTICS": "false", "NO_COLOR": "1"})
    said = ran.stdout + ran.stderr
    has_complaint = "warning" in said or (judge == "asyncapi" and bool(said))
    return ran.returncode == 0 and not has_complaint, said


@pytest.mark.parametrize("judge", JUDGES)
def test_no_judge_complains_of_the_contract(judge):
    is_right, said = judged(judge, openapi.SCHEMAS)
    assert is_right, said


FAULTS = {
    "redocly": ("openapi.yaml", "operationId: getJob", "operationId: listJobs"),
    "spectral": ("openapi.yaml", "tags: [jobs]", "tags: [job]"),
    "asyncapi": ("asyncapi.yaml", "action: receive", "action: read"),
}


@pytest.mark.parametrize("judge", FAULTS)
def test_a_judge_finds_a_fault(judge, tmp_path):
    name, right, wrong = FAULTS[judge]
    for path in openapi.SCHEMAS.iterdir():
        shutil.copy(path, tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert right in text
    (tmp_path / name).write_text(text.replace(right, wrong), encoding="utf-8")
    is_right, said = judged(judge, tmp_path)
    assert not is_right and said


def test_the_routes_are_documented_and_nothing_else_is(build):
    documented, routes = openapi.documented(), openapi.served(route_rows.routes(build))
    assert set(documented) - set(routes) == set(), "is documented, but no route"
    assert set(routes) - set(documented) == set(), "is a route, but not documented"
    for place, route in routes.items():
        assert documented[place] == route, place


def test_a_route_is_read_as_the_compiler_reads_it():
    source = '''
static const struct ts_route routes[] = {
    {"GET",
     "/api/v1/jobs" "/{name}" "/x", get, TS_ROLES_OPEN, TS_ROUTE_API, 0, 0, {"a", "b"}},
    {"POST", "/y/", post, TS_ROLES_ADMIN, TS_ROUTE_TRIGGER, TS_BODY_JSON | TS_BODY_FORM, 7, {0}},
    {"GET", "/z", show, TS_ROLES_READ, TS_ROUTE_PAGE, 0, 0, {0}},
};'''
    found = route_rows.routes_of(source)
    assert [tuple(route) for route in found] == [
        ("GET", "/api/v1/jobs/{name}/x", "OPEN", "API", set(), {"a", "b"}),
        ("POST", "/y/", "ADMIN", "TRIGGER", {"JSON", "FORM"}, set()),
        ("GET", "/z", "READ", "PAGE", set(), set())]
    assert set(openapi.served(found)) == {("GET", "/api/v1/jobs/{}/x"), ("POST", "/y")}
    with pytest.raises(AssertionError):
        route_rows.routes_of('{"GET", path(), get, TS_ROLES_OPEN, TS_ROUTE_API, 0, 0, {0}}')


def test_every_error_has_an_example_and_a_status_that_is_documented():
    listed, shown = openapi.listed_errors(), openapi.examples()
    assert list(shown) == list(listed)
    assert openapi.load("problems.yaml")["Code"]["enum"] == list(listed)
    for name, (status, sentence) in listed.items():
        body = shown[name]
        phrase = {413: "Content Too Large"}.get(status, http.client.responses[status])
        assert body | {"detail": None} == {
            "type": "about:blank", "title": phrase, "status": status, "code": name,
            "detail": None}
        assert body["detail"].startswith(sentence), name


def test_an_example_stands_where_its_status_does():
    seen = set()
    for _, _, operation in openapi.operations():
        for status, answer in operation["responses"].items():
            for media in openapi.resolved(answer).get("content", {}).values():
                for name, example in media.get("examples", {}).items():
                    seen.add(name)
                    body = openapi.resolved(example)["value"]
                    assert (body["code"], body["status"]) == (name, int(status))
    assert seen == set(openapi.listed_errors())


def test_the_topics_are_those_of_the_configuration():
    readme = (openapi.TOP / "README.md").read_text(encoding="utf-8")
    option = dict(re.findall(r"^\| `topics\.(\w+)` \| `([^`]*)`", readme, re.MULTILINE))
    channels = openapi.load("asyncapi.yaml")["channels"]
    assert {name: channel["address"] for name, channel in channels.items()} == {
        "jobs": option["jobs"], "retries": option["jobs"] + "-retry-{delay_ms}",
        "replies": option["replies"], "repliesElsewhere": None,
        "deadLetters": option["jobs"] + "-dlt", "done": option["jobs"] + "-dlt-done"}
    delays = option["retry_delays"].strip("[]").split(", ")
    assert channels["retries"]["parameters"]["delay_ms"]["examples"] == [
        "0", *(str(duration_ms(delay)) for delay in delays)]


def test_the_headers_of_a_job_are_those_of_the_readme():
    readme = (openapi.TOP / "README.md").read_text(encoding="utf-8")
    table = re.search(r"^\| header of a job .*\n\|[-|]+\n((?:\|.*\n)+)", readme, re.MULTILINE)[1]
    cells = "\n".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))
    described = openapi.load("asyncapi.yaml")["components"]["schemas"]["jobHeaders"]["properties"]
    assert set(re.findall(r"`([\w-]+)`", cells)) == set(described) - {"token"}
