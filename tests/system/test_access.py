# test_access.py - who may do what over HTTP, on the real server.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import itertools
from types import SimpleNamespace

import pytest
import requests

from lib import route_rows
from lib.documents import document, removal
from lib.routes import CATALOG, OPEN, PAGES, ROLES, ROUTES, TABLES, ask, fill
from lib.serve import Serve
from lib.tokens import spell


@pytest.fixture(scope="module")
def site(build, tmp_path_factory):
    """A server with one table, and tokens of every kind: .serve, .tokens, .table."""
    folder = tmp_path_factory.mktemp("access")
    with contextlib.closing(Serve(build, folder)) as serve:
        table, = [result["table"] for result in serve.put(document())]
        tokens = {role: serve.token(role) for role in ROLES}
        number, secret = tokens["admin"].split("_")[1:3]
        wrong_sum = tokens["admin"][:-1] + ("0" if tokens["admin"][-1] != "0" else "1")
        tokens |= {
            "none": None, "nonsense": "let me in",
            "cut": tokens["admin"][:-7], "checksum": wrong_sum,
            "secret": spell(number, secret[::-1]), "id": spell(99999, secret),
            "other": spell(number, tokens["viewer"].split("_")[2]),
            "revoked": serve.token("admin"), "expired": serve.token("admin", expires="1ms")}
        serve.revoke(tokens["revoked"])
        yield SimpleNamespace(serve=serve, tokens=tokens, table=table)


def test_no_route_is_forgotten_here(build):
    found = {(route.method, route.path) for route in route_rows.routes(build)}
    assert found == set(ROUTES) | set(PAGES)


@pytest.mark.parametrize("route", [*ROUTES, *PAGES], ids=" ".join)
def test_a_route_opens_to_its_roles_and_to_nobody_else(site, route):
    path = route[1]
    roles = {**ROUTES, **PAGES}[route]
    refusals = set()
    for name, token in site.tokens.items():
        answer = ask(site.serve, route, site.table["id"], token=token)
        leads_to_login = answer.headers.get("Location", "").startswith("/login")
        if roles == OPEN or name in roles:
            # A form of the log-in without a token in it is refused, whoever sends it.
            assert answer.status_code != 403 or path == "/login", f"{name}: {answer.text}"
            assert not leads_to_login or path == "/logout", name
        elif name in ROLES:
            assert answer.status_code == 403, f"{name}: {answer.status_code} {answer.text}"
            assert "you are not an admin" in answer.text
        elif route in PAGES:
            assert answer.status_code == 303 and leads_to_login, f"{name}: {answer.text}"
        else:
            assert answer.status_code == 403, f"{name}: {answer.status_code} {answer.text}"
            assert answer.json()["code"] == "not_authenticated"
            refusals.add(answer.text)
    assert len(refusals) <= 1, "the words tell what is wrong with a token"


@pytest.mark.parametrize("place", [
    {"params": {"token": "TOKEN"}}, {"params": {"Token": "TOKEN"}},
    {"headers": {"Authorization": "TOKEN"}}, {"headers": {"Authorization": "Bearer TOKEN"}},
    {"headers": {"Authorization": "Token TOKEN"}}, {"headers": {"X-Token": "TOKEN"}},
    {"headers": {"Cookie": "Token=TOKEN"}}, {"headers": {"Cookie": "tablesync_session=TOKEN"}},
    {"headers": {"Token": "Bearer TOKEN"}}, {"headers": {"Token": "TOKEN, TOKEN"}},
], ids=str)
def test_a_token_counts_nowhere_but_in_its_header(site, place):
    shown = {kind: {name: text.replace("TOKEN", site.tokens["admin"])
                    for name, text in values.items()} for kind, values in place.items()}
    answer = site.serve.request("GET", TABLES, token=None, **shown)
    assert answer.status_code == 403 and answer.json()["code"] == "not_authenticated"
    assert site.tokens["admin"] not in answer.text


def test_a_session_opens_the_pages_of_its_role_and_not_the_api(site):
    with requests.Session() as browser:
        browser.post(f"{site.serve.url}/login", data={"token": site.tokens["viewer"]}, timeout=30)
        assert len(browser.cookies) == 1
        for method, path in [*ROUTES, *PAGES]:
            roles = {**ROUTES, **PAGES}[method, path]
            if method != "GET" or roles == OPEN:
                continue
            answer = browser.get(site.serve.url + fill(path, site.table["id"]), timeout=30)
            is_opened = (method, path) in PAGES and "viewer" in roles
            assert (answer.status_code != 403) == is_opened, f"{path}: {answer.text}"
            assert "/login" not in answer.url


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_one_instance_revokes_is_refused_by_all_at_once(build, tmp_path, kind, request):
    """Also a token, and a session of it, that each of them has just taken."""
    storage = f"Driver=SQLite3;Database={tmp_path}/shared.db"
    if kind == "postgresql":
        storage = request.getfixturevalue("postgres").connection(
            request.getfixturevalue("database"))
    config = {"http": {"storage": storage}}
    with contextlib.closing(Serve(build, tmp_path, "one", config=config)) as one, \
            contextlib.closing(Serve(build, tmp_path, "other", config=config)) as other, \
            requests.Session() as browser:
        for role in ROLES:
            token = one.token(role)
            browser.post(f"{one.url}/login", data={"token": token}, timeout=30)
            for serve in (one, other, one, other):
                assert serve.request("GET", TABLES, token=token).status_code == 200
                assert browser.get(serve.url, timeout=30).url == serve.url + "/"
            one.revoke(token)
            for serve in (other, one):
                assert serve.request("GET", TABLES, token=token).status_code == 403
                assert browser.get(serve.url, timeout=30).url == serve.url + "/login"


LIMITS = {  # the limits of a token, and of which of the five places it sees the table
    "datasource": ({"datasource": 8}, {(8, "main.dbo"), (8, "main"), (8, "other")}),
    "datasources": ({"datasource": [8, 9]}, {(8, "main.dbo"), (8, "main"), (8, "other"),
                                             (9, "main"), (9, "other")}),
    "schema": ({"schema": "main"}, {(8, "main"), (9, "main")}),
    "schemas": ({"schema": ["main", "main.dbo"]}, {(8, "main.dbo"), (8, "main"), (9, "main")}),
    "both": ({"datasource": 9, "schema": "other"}, {(9, "other")}),
    "neither": ({"datasource": 7}, set()),
}


@pytest.fixture(scope="module")
def places(site):
    """A table in each place: {(ds_id, schema): id}."""
    wanted = list(itertools.product((8, 9), ("main", "other")))
    results = site.serve.put(*[document(ds_id=ds_id, schema_name=schema)
                               for ds_id, schema in wanted])
    ids = [result["table"]["id"] for result in results]
    return {(8, "main.dbo"): site.table["id"], **dict(zip(wanted, ids, strict=True))}


def seen(site, token, **query):
    answer = site.serve.request("GET", TABLES, token=token, params=query)
    assert answer.status_code == 200, answer.text
    return {table["id"] for table in answer.json()["items"]}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_what_is_outside_a_tokens_limits_is_not_there_for_it(site, places, limits):
    within = {number for place, number in places.items() if place in limits[1]}
    token = site.serve.token("admin", **limits[0])
    assert seen(site, token, name="foobar") == within
    assert seen(site, token, q="foobar") == within
    gone = site.serve.request("GET", f"{TABLES}/999999", token=token)
    for number in places.values():
        for route in (("GET", TABLES + "/{id}"), ("GET", TABLES + "/{id}/versions"),
                      ("PATCH", TABLES + "/{id}")):
            answer = ask(site.serve, route, number, token=token)
            if number in within:
                assert answer.status_code == 200, answer.text
            else:
                assert answer.status_code == 404
                assert answer.text == gone.text.replace("999999", str(number))


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
@pytest.mark.usefixtures("places")
def test_data_sources_and_schemas_outside_a_tokens_limits_are_not_there(site, limits):
    token = site.serve.token("viewer", **limits[0])

    def items(name, token):
        return site.serve.json("GET", f"{CATALOG}/{name}", token=token)["items"]

    assert {one["id"] for one in items("datasources", token)} == {
        ds_id for ds_id, _ in limits[1]}
    for schema in items("schemas", site.serve.admin):
        is_within = (schema["ds_id"], schema["name"]) in limits[1]
        answer = site.serve.request("GET", f"{CATALOG}/schemas/{schema['id']}", token=token)
        assert answer.status_code == (200 if is_within else 404), answer.text
        assert (schema in items("schemas", token)) == is_within


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_a_document_outside_a_tokens_limits_is_not_written(site, places, limits):
    token = site.serve.token("sync", **limits[0])
    documents = [document(f"new_{token[:6]}", ds_id=ds_id, schema_name=schema)
                 for ds_id, schema in places]
    answer = site.serve.request("PUT", TABLES, token=token, json={"tables": documents})
    assert answer.status_code == 200
    for place, result in zip(places, answer.json()["results"], strict=True):
        if place in limits[1]:
            assert result["change"]["kind"] == "created"
        else:
            assert result["error"]["code"] == "not_admin", result
            assert site.serve.tables(name=f"new_{token[:6]}", ds_id=place[0],
                                     schema=place[1]) == []


def test_a_removal_in_another_case_reaches_nothing_outside_the_limits(site, places):
    token = site.serve.token("sync", schema="MAIN")
    gone = removal("FOOBAR", second=2, schema_name="MAIN", ignore_case=True)
    answer = site.serve.request("PUT", TABLES, token=token, json={"tables": [gone]})
    assert answer.json()["results"][0]["table"] is None, answer.text
    assert not site.serve.table(places[8, "main"]).get("removed")
