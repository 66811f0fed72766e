# test_sessions.py - logging in and out, forms of other sites, and what each page says to a
# browser by its headers.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re

import pytest

from lib.serve import Serve
from lib.visitor import Visitor, elements, hidden_fields, parse

COOKIE = "tablesync_session"
FORMS = ["/logout", "/table/{id}/edit", "/table/{id}/sync"]
POLICY = ("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
          "base-uri 'none'; frame-ancestors 'none'")


@pytest.fixture(name="visit")
def make_visit(gallery):
    """visit(token) gives a Visitor, who is logged in where a token is given."""
    with contextlib.ExitStack() as stack:
        yield lambda token=None: stack.enter_context(contextlib.closing(Visitor(gallery, token)))


def test_a_page_without_a_session_leads_to_the_log_in_and_back(gallery, visit):
    visitor = visit()
    for path in gallery.paths:
        answer = visitor.get(path)
        assert answer.status_code == 303, path
        assert answer.text == ""
        there = answer.headers["Location"]
        assert there.startswith("/login"), path
        form = visitor.page(there)
        back = visitor.post("/login", {**hidden_fields(form, "/login"), "token": gallery.admin})
        visitor.session.cookies.clear()
        assert back.headers["Location"] == path


def test_a_form_without_a_session_changes_nothing(gallery, visit):
    visitor = visit()
    for path in FORMS:
        answer = visitor.post(path.format(id=gallery.ids["orders"]), {"title": "x", "version": 0})
        assert answer.status_code == 303, path
        assert answer.headers["Location"] == "/login"
    assert gallery.table(gallery.ids["orders"])["title"] == ""


@pytest.mark.parametrize("token", [
    "", "nonsense", "tbs_1_x", "tbs_1_" + "a" * 43 + "_000000", "'; drop table token; --"])
def test_a_wrong_token_opens_no_session(visit, token):
    visitor = visit()
    answer = visitor.log_in(token)
    assert answer.status_code == 403
    assert COOKIE not in visitor.session.cookies
    tree = parse(answer.text)
    assert token not in [one.get("value") for one in elements(tree, "input")]
    assert visitor.get("/").status_code == 303


def test_a_session_is_a_cookie_that_no_script_and_no_other_site_gets(gallery, visit):
    visitor = visit()
    answer = visitor.log_in(f"  {gallery.admin}\r\n")
    cookie = answer.headers["Set-Cookie"]
    assert re.fullmatch(COOKIE + "=[0-9A-Za-z]{43}; Path=/; HttpOnly; SameSite=Lax; "
                        "Max-Age=43200", cookie)
    assert gallery.admin not in str(answer.headers) and answer.text == ""


def test_a_session_under_tls_is_for_tls_alone(build, tmp_path):
    config = {"http": {"public_url": "https://catalog.example.com"}}
    with contextlib.closing(Serve(build, tmp_path, "secure", config)) as serve:
        with contextlib.closing(Visitor(serve)) as visitor:
            answer = visitor.log_in(serve.admin)
    assert answer.headers["Set-Cookie"].endswith("; Secure")


@pytest.mark.parametrize("next_page", [
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "evil",
    "/\t/evil.example", "/a\r\nX: y", "javascript:alert(1)", "/\u00e9", ""])
def test_the_log_in_leads_to_no_other_site(gallery, visit, next_page):
    visitor = visit()
    answer = visitor.log_in(gallery.admin, next=next_page)
    assert answer.headers["Location"] == "/"
    assert "X" not in answer.headers
    assert hidden_fields(parse(visitor.get("/login", params={"next": next_page}).text),
                         "/login") == {"next": "/"}


def test_who_logs_out_has_ended_the_session(gallery, visit):
    visitor, other = visit(gallery.admin), visit(gallery.admin)
    cookie = visitor.session.cookies[COOKIE]
    answer = visitor.send("/", "/logout")
    assert answer.headers["Location"] == "/login"
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    visitor.session.cookies.clear()
    visitor.session.cookies.set(COOKIE, cookie)
    assert visitor.get("/").status_code == 303
    assert other.get("/").status_code == 200


def test_a_session_ends_with_its_token(gallery, visit):
    token = gallery.token("viewer")
    visitor = visit(token)
    visitor.page("/")
    gallery.revoke(token)
    assert visitor.get("/").headers["Location"] == "/login"


def test_the_api_takes_no_session(gallery, visit):
    visitor = visit(gallery.admin)
    assert visitor.get("/api/v1/catalog/tables").status_code == 403


def test_a_page_takes_the_header_as_well(gallery):
    answer = gallery.request("GET", "/")
    assert answer.status_code == 200
    assert hidden_fields(parse(answer.text), "/logout") == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("forged", ["none", "empty", "another's", "cross-site", "same-site",
                                    "another origin", "no origin"])
def test_a_form_that_was_not_given_to_this_session_is_refused(gallery, visit, form, forged):
    visitor, other = visit(gallery.admin), visit(gallery.admin)
    number = gallery.ids["orders"]
    page, action = f"/table/{number}/", form.format(id=number)
    where = action if form.endswith("edit") else page
    fields = {"title": "stolen", "version": 0, **hidden_fields(visitor.page(where), action)}
    headers = {}
    if forged == "none":
        del fields["csrf"]
    elif forged == "empty":
        fields["csrf"] = ""
    elif forged == "another's":
        fields["csrf"] = hidden_fields(other.page(where), action)["csrf"]
    elif forged == "another origin":
        headers["Origin"] = "https://evil.example"
    elif forged == "no origin":
        headers["Origin"] = "null"
    else:
        headers["Sec-Fetch-Site"] = forged
    answer = visitor.post(action, fields, headers=headers)
    assert answer.status_code == 403, answer.text
    parse(answer.text)
    assert visitor.get("/").status_code == 200
    assert gallery.table(number)["title"] == ""


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://{host}"}, {}])
def test_a_form_of_our_own_is_taken(gallery, visit, headers):
    visitor = visit(gallery.admin)
    host = gallery.url.split("//")[1]
    fields = hidden_fields(visitor.page("/"), "/logout")
    answer = visitor.post("/logout", fields, headers={name: value.format(host=host)
                                                      for name, value in headers.items()})
    assert answer.status_code == 303


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"},
                                     {"Origin": "https://evil.example"}])
def test_no_other_site_logs_somebody_in(gallery, visit, headers):
    visitor = visit()
    answer = visitor.post("/login", {"token": gallery.admin}, headers=headers)
    assert answer.status_code == 403
    assert COOKIE not in visitor.session.cookies


def test_a_viewer_sees_everything_and_changes_nothing(gallery, visit):
    visitor = visit(gallery.token("viewer"))
    number = gallery.ids["orders"]
    tree = visitor.page(f"/table/{number}/")
    assert [form.get("action") for form in elements(tree, "form")] == ["/logout"]
    assert "/letters/" not in [link.get("href") for link in elements(tree, "a")]
    csrf = hidden_fields(tree, "/logout")
    for path in [f"/table/{number}/edit", f"/table/{number}/sync"]:
        assert visitor.post(path, {**csrf, "title": "x", "version": 0}).status_code == 403
    assert visitor.get(f"/table/{number}/edit").status_code == 403
    assert gallery.table(number)["title"] == ""


def test_what_is_outside_a_token_s_limits_is_not_there(gallery, visit):
    visitor = visit(gallery.token("admin", datasource=8, schema="main.parts"))
    csrf = hidden_fields(visitor.page("/"), "/logout")
    for path in [f"/table/{gallery.ids['orders']}/", f"/table/{gallery.ids['orders']}/edit",
                 f"/table/{gallery.ids['orders']}/history/",
                 f"/schema/{gallery.schema_ids['main.dbo']}/", "/datasource/9/"]:
        assert visitor.get(path).status_code == 404, path
    for path in [f"/table/{gallery.ids['orders']}/edit", f"/table/{gallery.ids['orders']}/sync"]:
        assert visitor.post(path, {**csrf, "title": "x", "version": 0}).status_code == 404, path
    for path in ["/", "/?q=orders", "/?q=s", "/datasource/8/"]:
        text = visitor.get(path).text
        assert "main.dbo" not in text and "customers" not in text, path
    visitor.page(f"/table/{gallery.ids['part_01']}/")


def test_each_page_forbids_the_browser_what_it_does_not_need(gallery, visit):
    visitor = visit(gallery.admin)
    refusals = ["/table/999999/", "/jobs/none-0-1/", "/?q=a&after=x", "/static/none.css", "/none"]
    for path in ["/login", *gallery.paths, *refusals]:
        answer = visitor.get(path)
        assert answer.status_code == 200 or path in refusals, f"{path}: {answer.text}"
        assert answer.headers["Content-Security-Policy"] == POLICY, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_each_page_is_well_formed_and_has_no_inline_code(gallery, visit):
    visitor = visit(gallery.admin)
    for path in ["/login", *gallery.paths]:
        tree = visitor.page(path)
        assert not elements(tree, "script") and not elements(tree, "style"), path
        assert not elements(tree, "img"), path
        for element in tree.iter():
            wrong = [name for name in element.keys() if name.startswith(("on", "style"))]
            assert not wrong, f"{path}: {wrong}"
        assert len(elements(tree, "h1")) == 1, path
        assert elements(tree, "title")[0].text.endswith(" – tablesync"), path


def test_the_style_sheet_is_kept_by_the_browser(visit):
    visitor = visit()
    link = elements(visitor.page("/login"), "link")[0].get("href")
    answer = visitor.get(link)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "max-age" in answer.headers["Cache-Control"]
    assert visitor.get("/static/style-000000000000.css").status_code == 404
