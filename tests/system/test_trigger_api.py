# test_trigger_api.py - callers of the trigger API get what they know, from the real parts.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
from typing import NamedTuple

import pytest

from cases import corpus
from lib.process import free_port
from lib.site import Site

PATH = "/api/v1/table/sync/"
TWELVE = ["id", "url", "name", "schema_name", "title", "description", "ds_id", "is_view",
          "custom_fields", "schema_id", "synonyms", "db_comment"]
PROBLEM = ["type", "title", "status", "detail", "code"]

SQL = """
create schema shop; create schema hidden;
create table shop.orders (id integer primary key);
comment on table shop.orders is 'what was bought';
create view shop.recent as select id from shop.orders;
create table hidden.things (id integer);
create role trigger_guest login;
"""


def job(source, schema="shop", table="orders", **more):
    return {"datasource_id": source, "schema": schema, "table": table, **more}


def simulated(number, **script):
    return {"id": number, "name": f"pretended{number}", "dialect": "simulated",
            "connection": ";".join(f"{key}={value}" for key, value in script.items())}


@pytest.fixture(name="site", scope="module")
def site_with_sources_of_every_kind(build, kafka, postgres, tmp_path_factory):
    """1: a database; 2: the same, by an account that may see nothing; 3: nobody listens there;
    from 4 on: sources that only pretend."""
    postgres.create_database("trigger")
    postgres.execute(SQL, "trigger")
    shut = postgres.connection("trigger").replace(f"={postgres.port};", f"={free_port()};")
    sources = [
        {"id": 1, "name": "shop", "connection": postgres.connection("trigger"),
         "exclude_schemas": ["hidden"]},
        {"id": 2, "name": "guest", "connection": postgres.connection("trigger", "trigger_guest")},
        {"id": 3, "name": "shut", "connection": shut},
        simulated(4, Length=0),
        *(simulated(number, Length=0, Fail=name) for number, name in FAILING.items()),
    ]
    config = {"simulation": True, "http": {"wait": "20s"}}
    with contextlib.closing(Site(build, tmp_path_factory.mktemp("site"), kafka, sources,
                                 config=config, has_trigger=True)) as site:
        site.start_worker()
        site.serve.program.wait_for(r" trigger\.ready\b")
        yield site


def post(site, body=None, path=PATH, **options):
    """A request with a JSON body, unless `options` bring another one."""
    if body is not None:
        options["json"] = body
    return site.serve.request("POST", path, **options)


def assert_problem(answer, status, code):
    """An error in the form of the trigger API."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    problem = answer.json()
    assert list(problem) == PROBLEM
    assert (problem["status"], problem["code"]) == (status, code), problem
    return problem["detail"]


# ----------------------------------------------------------------------- what works


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FORMS = {
    "json": {"json": job(1)},
    "form": {"data": job(1)},
    "form of a table": {"data": job(1, table_type="TABLE")},
    "json without a type": {"data": json.dumps(job(1)).encode()},
    "json that says it is a form": {"data": " " + json.dumps(job(1)), "headers": FORM},
    "json in pieces": {"data": [piece.encode() for piece in json.dumps(job(1))]},
}


@pytest.mark.parametrize("path", [PATH, PATH.rstrip("/")])
@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_the_request_gets_the_twelve_members_in_their_order(site, form, path):
    options = dict(FORMS[form])
    if isinstance(options.get("data"), list):
        options["data"] = iter(options["data"])  # a body of unknown length
    answer = site.serve.request("POST", path, **options)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    table = answer.json()
    assert list(table) == TWELVE
    assert {**table, "id": 0, "url": "", "schema_id": 0} == {
        "id": 0, "url": "", "name": "orders", "schema_name": "shop", "title": "",
        "description": "", "ds_id": 1, "is_view": False, "custom_fields": [], "schema_id": 0,
        "synonyms": None, "db_comment": "what was bought"}
    assert table["url"] == f"/table/{table['id']}/"
    held = site.serve.table(table["id"])
    assert {member: held[member] for member in TWELVE} == table


def test_a_view_is_synced_where_a_view_is_asked_for(site):
    answer = post(site, data=job(1, table="recent", table_type="VIEW"))
    assert answer.status_code == 201, answer.text
    assert answer.json()["is_view"] is True


def test_what_people_wrote_comes_back_with_the_table(site):
    number = post(site, job(1)).json()["id"]
    field = {"name": "Owner", "type": "text", "value": "Ann"}
    site.serve.patch(number, title="Orders", custom_fields=[field])
    table = post(site, job(1)).json()
    assert (table["title"], table["custom_fields"]) == ("Orders", [field])
    site.serve.patch(number, title="", custom_fields=[])


# --------------------------------------------------------------------------- errors

FAILING = {10: "source_timeout", 11: "source_busy", 12: "source_error", 13: "source_denied",
           14: "source_login_denied", 15: "source_unreachable"}


class Row(NamedTuple):
    body: dict
    status: int
    code: str
    begins: str  # the API's own sentence
    says: str = ""  # what to do


def missing(member):
    return {key: value for key, value in job(1).items() if key != member}


ERRORS = [
    Row(missing("datasource_id"), 400, "missing_value", "a required value is missing",
        "'datasource_id'"),
    Row(missing("schema"), 400, "missing_value", "a required value is missing", "'schema'"),
    Row(missing("table"), 400, "missing_value", "a required value is missing", "'table'"),
    Row(job(1, table_type="view"), 400, "bad_table_type", "table_type is neither TABLE nor VIEW",
        "upper case"),
    Row(job(1, table_type=None), 400, "bad_table_type", "table_type is neither TABLE nor VIEW"),
    Row(job("1"), 400, "bad_value", "a value is not valid", "'datasource_id'"),
    Row(job(1, schema=""), 400, "bad_value", "a value is not valid", "'schema'"),
    Row(job(1, schema='"shop'), 400, "bad_schema_name", "the schema name is not valid"),
    Row(job(1, schema="hidden", table="things"), 400, "schema_excluded",
        "the schema is excluded from the catalog"),
    Row(job(2), 403, "source_denied", "the service account does not have permission to view the "
        "metadata of the table (may require SELECT)", "'orders'"),
    Row(job(13), 403, "source_denied", "the service account does not have permission"),
    Row(job(14), 403, "source_login_denied", "the data source refused the service account"),
    Row(job(99), 404, "datasource_unknown", "the data source is not valid", "99"),
    Row(job(1, schema="shopp"), 404, "schema_not_found", "the schema is not valid",
        "did you mean 'shop'?"),
    Row(job(1, table="order"), 404, "table_not_found", "the table is not in the data source"),
    Row(job(1, table="recent"), 404, "table_not_found", "the table is not in the data source",
        "ask with table_type VIEW"),
    Row(job(3), 500, "source_unreachable", "connecting to the data source failed"),
    Row(job(10), 500, "source_timeout", "the data source did not answer in time"),
    Row(job(11), 500, "source_busy", "the table is locked in the data source"),
    Row(job(12), 500, "source_error", "the data source answered with an error"),
    Row(job(15), 500, "source_unreachable", "connecting to the data source failed"),
]


@pytest.mark.parametrize("row", ERRORS, ids=[f"{row.code}-{row.body}" for row in ERRORS])
def test_each_error_has_its_status_and_says_what_to_do(site, row):
    detail = assert_problem(post(site, row.body), row.status, row.code)
    assert detail.startswith(row.begins)
    assert len(detail) > len(row.begins) + 2 and row.says in detail


@pytest.mark.parametrize("token, code, begins", [
    (None, "not_authenticated", "you are not authenticated"),
    ("tbs_1_wrong_000000", "not_authenticated", "you are not authenticated"),
    ("viewer", "not_admin", "you are not an admin"),
    ("sync", "not_admin", "you are not an admin"),
])
def test_who_is_no_admin_is_told_so(site, token, code, begins):
    shown = site.serve.token(token) if token in ("viewer", "sync") else token
    assert assert_problem(post(site, job(1), token=shown), 403, code).startswith(begins)


def test_an_admin_with_limits_stays_within_them(site):
    token = site.serve.token("admin", datasource=1, schema="shop")
    assert post(site, job(1), token=token).status_code == 201
    assert_problem(post(site, job(4), token=token), 403, "not_admin")
    assert_problem(post(site, job(1, schema="public"), token=token), 403, "not_admin")


@pytest.mark.parametrize("method, path, options, status", [
    ("GET", PATH, {}, 405),
    ("DELETE", PATH.rstrip("/"), {}, 405),
    ("POST", PATH + "now", {"json": job(1)}, 404),
    ("POST", PATH, {"data": "datasource_id=1", "headers": {"Content-Type": "text/csv"}}, 415),
    ("POST", PATH, {"data": b"{" + b" " * 1024 * 1024}, 413),
    ("POST", PATH, {"json": job(1), "params": {"now": "true"}}, 400),
], ids=lambda value: str(value)[:40])
def test_what_is_no_request_of_the_api_is_told_in_its_form(site, method, path, options, status):
    answer = site.serve.request(method, path, **options)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == PROBLEM


@pytest.mark.parametrize("name, data, expected",
                         [case for case in corpus.load("job") if case[2]["verdict"] != "ok"],
                         ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_body_gets_the_verdict_that_a_worker_gives(site, name, data, expected):
    answer = post(site, data=data, headers={"Content-Type": "application/json"})
    if len(data) > 1024 * 1024:
        assert_problem(answer, 413, "too_large")
    else:
        assert_problem(answer, 400, expected["verdict"])
