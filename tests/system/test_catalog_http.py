# test_catalog_http.py - the reference catalog over HTTP, rule by rule, with the real program.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import datetime
import json
import re
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from lib.documents import column, document, moment, removal
from lib.process import free_port, run

TABLES = "/api/v1/catalog/tables"
MEMBERS = ["id", "url", "name", "schema_name", "title", "description", "ds_id", "is_view",
           "custom_fields", "schema_id", "synonyms", "db_comment", "observed_at", "kind",
           "columns", "primary_key", "unique_constraints", "check_constraints", "foreign_keys",
           "indexes", "view_definition"]


def put(serve, one, kind, version):
    """Write one document, look at what it was, and return the table."""
    result, = serve.put(one)
    assert result["status"] == "ok", result
    assert (result["change"]["kind"], result["change"]["version"]) == (kind, version)
    return result["table"]


def problem(answer, status, code):
    """The answer is a problem of this kind; its detail."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert (body["status"], body["code"]) == (status, code)
    return body["detail"]


# what a table is

def test_a_new_table_is_answered_whole_and_in_order(catalog):
    view = document("v", "a", kind="VIEW", is_view=True, db_comment="\u00e9 \"x\" \\ \n",
                    synonyms=["w"], view_definition="SELECT 1,\"kind\":",
                    primary_key={"name": None, "columns": ["a"]})
    result, = catalog.put(view)
    table = result["table"]
    assert list(table) == MEMBERS
    assert table["url"] == f"/table/{table['id']}/"
    assert (table["title"], table["description"], table["custom_fields"]) == ("", "", [])
    for name in MEMBERS[12:]:
        assert table[name] == view[name], name
    assert (table["db_comment"], table["synonyms"]) == (view["db_comment"], ["w"])
    assert result["change"] == {"kind": "created", "version": 1, "columns_added": ["a"],
                                "columns_removed": [], "columns_changed": []}
    assert catalog.table(table["id"]) == table


def test_schemas_keep_an_id_of_their_own(catalog):
    first, second, third = catalog.put(
        document("a"), document("b"), document("a", schema_name="main.app"))
    assert first["table"]["schema_id"] == second["table"]["schema_id"]
    assert first["table"]["schema_id"] != third["table"]["schema_id"]
    other = put(catalog, document("a", ds_id=9), "created", 1)
    assert other["schema_id"] != first["table"]["schema_id"]


def test_names_differ_by_case_and_by_every_byte(catalog):
    names = ["t", "T", "t ", "\u00e9", "e\u0301", "a.b", '"a.b"', "%", "t'--", "\U0001f600"]
    ids = {put(catalog, document(name), "created", 1)["id"] for name in names}
    assert len(ids) == len(names)
    for name in names:
        found, = catalog.tables(name=name)
        assert found["name"] == name


# the rules

def test_the_same_document_again_makes_no_new_version(catalog):
    table = put(catalog, document(second=1), "created", 1)
    again = put(catalog, document(second=2), "unchanged", 1)
    assert again == {**table, "observed_at": moment(2)}
    # Neither the order of members nor what is unknown makes a difference.
    mixed = dict(reversed(document(second=3).items()), x_unknown=1)
    put(catalog, mixed, "unchanged", 1)
    assert len(catalog.versions(table["id"])) == 1


def test_an_id_never_changes_whatever_becomes_of_the_table(catalog):
    number = put(catalog, document(second=1), "created", 1)["id"]
    assert put(catalog, document(columns="abc", second=2), "updated", 2)["id"] == number
    gone = put(catalog, removal(second=3), "updated", 3)
    assert (gone["id"], gone["removed"]) == (number, True)
    assert put(catalog, removal(second=4), "unchanged", 3)["id"] == number
    assert catalog.tables() == []
    assert [table["id"] for table in catalog.tables(removed="true")] == [number]
    back = put(catalog, document(columns="abc", second=5), "updated", 4)
    assert back["id"] == number
    assert "removed" not in back
    assert [table["id"] for table in catalog.tables()] == [number]


def test_an_older_observation_changes_nothing(catalog):
    newer = put(catalog, document(columns="abc", second=5), "created", 1)
    assert put(catalog, document(columns="a", second=4), "superseded", 1) == newer
    assert put(catalog, removal(second=4), "superseded", 1) == newer
    assert catalog.table(newer["id"]) == newer


def test_an_observation_from_the_future_is_cut_to_now(catalog):
    table = put(catalog, document(observed_at="2999-01-01T00:00:00Z"), "created", 1)
    seen = datetime.datetime.fromisoformat(table["observed_at"].replace("Z", "+00:00"))
    assert abs(datetime.datetime.now(datetime.timezone.utc) - seen).total_seconds() < 60
    put(catalog, document(columns="abc", observed_at="2998-01-01T00:00:00Z"), "updated", 2)


def test_removing_what_was_never_there_creates_nothing(catalog):
    result, = catalog.put(removal())
    assert result == {"status": "ok", "table": None, "change": {
        "kind": "unchanged", "version": None, "columns_added": [], "columns_removed": [],
        "columns_changed": []}}
    assert catalog.tables() + catalog.tables(removed="true") == []


def test_what_people_wrote_is_never_touched_by_a_sync(catalog):
    number = put(catalog, document(second=1), "created", 1)["id"]
    written = {"title": "Title", "description": "<p>text</p>", "custom_fields": [
        {"name": "owner", "type": "text", "value": "me <i>\u20ac \"\\"},
        {"name": "notes", "type": "rich_text", "value": "<b>x</b> \u20ac \\"}]}
    assert {**catalog.patch(number, **written), **written} == catalog.table(number)
    for second, one in enumerate([document(columns="xyz", second=2), removal(second=3),
                                  document(second=4), document(second=5)]):
        catalog.put(one)
        table = catalog.table(number)
        assert {name: table[name] for name in written} == written, second
    # Each is written alone.
    assert catalog.patch(number, title="")["description"] == written["description"]


def test_a_change_names_the_columns(catalog):
    put(catalog, document(second=1, columns="abc"), "created", 1)
    columns = [column("c", 1), column("b", 2, type="text"), column("d", 3)]
    result, = catalog.put(document(second=2, columns="") | {"columns": columns})
    assert result["change"] == {"kind": "updated", "version": 2, "columns_added": ["d"],
                                "columns_removed": ["a"], "columns_changed": ["b"]}


def test_versions_keep_what_the_table_was_the_newest_first(catalog):
    number = put(catalog, document(second=1, columns="a"), "created", 1)["id"]
    put(catalog, document(second=2, columns="a"), "unchanged", 1)
    put(catalog, document(second=3, columns="ab"), "updated", 2)
    put(catalog, removal(second=4), "updated", 3)
    versions = catalog.versions(number)
    assert [(one["version"], one["observed_at"], one["removed"]) for one in versions] == [
        (3, moment(4), True), (2, moment(3), False), (1, moment(1), False)]
    assert versions[1]["change"]["columns_added"] == ["b"]
    assert [len(one["document"]["columns"]) for one in versions] == [2, 2, 1]
    path = f"{TABLES}/{number}/versions"
    first = catalog.json("GET", path, params={"limit": 2})
    second = catalog.json("GET", first["next"])
    assert first["items"] + second["items"] == versions
    assert second["next"] is None


# lists

def test_a_list_is_paged_and_every_condition_narrows_it(catalog):
    catalog.put(*[document(f"t{i:03}", db_comment="Comment" if i == 7 else None)
                for i in range(250)])
    catalog.put(*[document(f"u{i:03}", ds_id=10) for i in range(10)])
    assert len(catalog.json("GET", TABLES + "?limit=1000")["items"]) == 256
    assert len(catalog.tables(limit=1000)) == 260
    catalog.put(*[{key: value for key, value in document(f"u{i:03}", ds_id=10).items()
                 if key in ("ds_id", "schema_name", "name", "observed_at")} | {"removed": True}
                for i in range(10)])
    catalog.put(document("t001", ds_id=9, schema_name="a&b=\u00e9"))
    page = catalog.json("GET", TABLES)
    assert len(page["items"]) == 100
    assert page["next"].startswith(TABLES + "?")
    assert len(catalog.tables()) == 251
    assert len({table["id"] for table in catalog.tables(limit=7)}) == 251
    assert len(catalog.tables(ds_id=8)) == 250
    assert len(catalog.tables(name="t001")) == 2
    assert len(catalog.tables(schema="a&b=\u00e9", limit=1)) == 1
    assert len(catalog.tables(ds_id=9, schema="main.dbo")) == 0
    assert len(catalog.tables(q="T00", limit=3)) == 11
    assert [table["name"] for table in catalog.tables(q="cOMMENT")] == ["t007"]


def test_a_search_looks_into_names_comments_and_what_people_wrote(catalog):
    one = document("Orders", columns="", db_comment="Remark 100%") | {
        "columns": [column("customer_id", 1, comment="who bought, where")]}
    number = put(catalog, one, "created", 1)["id"]
    put(catalog, document("other", schema_name="main.app"), "created", 1)
    catalog.patch(
        number, title="The \u00c4Title", description="<p>Some</p><b>pro</b>se", custom_fields=[
            {"name": "Steward", "type": "text", "value": "Ann <b>"},
            {"name": "notes", "type": "rich_text", "value": "<i>weekly</i>"}])
    for text in ["order", "CUSTOMER_ID", "who bought", "bought  who", "100%", "the \u00e4title",
                 "prose", "rde", "dbo", "steward ann", "<b>", "weekly", "or", "o d", "RS remark"]:
        assert [table["id"] for table in catalog.tables(q=text)] == [number], text
    for text in ["100_", "nothing", "orders%", "customerXid", "!", "order nothing", "strong", "id",
                 "cust*", "\"order\"", "order OR other", "someprose", "<p>", "who\u00a0b"]:
        assert catalog.tables(q=text) == [], text
    assert len(catalog.tables(q="")) == len(catalog.tables(q="  ")) == 2
    assert len(catalog.tables(q="o", schema="main.app")) == len(catalog.tables(q="o", ds_id=8)) - 1
    assert catalog.tables(q="order", ds_id=7) == catalog.tables(q="dbo", schema="main.app") == []


def test_a_search_finds_what_is_true_now(catalog):
    number = put(catalog, document(columns=["first_column"]), "created", 1)["id"]

    def found(text, **more):
        return [table["id"] for table in catalog.tables(q=text, **more)]

    assert found("first_column") == [number]
    put(catalog, document(columns=["second_column"], second=2), "updated", 2)
    assert (found("first_column"), found("second_column")) == ([], [number])
    catalog.patch(number, title="written")
    catalog.patch(number, title="rewritten text")
    assert (found("text"), found("second_column written")) == ([number], [number])
    put(catalog, removal(second=3), "updated", 3)
    assert (found("second_column"), found("text", removed="true")) == ([], [number])
    put(catalog, document(columns=["third_column"], second=4), "updated", 4)
    assert (found("third_column text"), found("text", removed="true")) == ([number], [])


# what is wrong

@pytest.mark.parametrize("change, code, name", [
    ({"ds_id": "8"}, "bad_value", "ds_id"),
    ({"observed_at": "now"}, "bad_value", "observed_at"),
    ({"name": ""}, "bad_value", "name"),
    ({"name": "n" * 1025}, "bad_value", "name"),
    ({"columns": [column("a", 1), column("a", 2)]}, "bad_value", "columns"),
    ({"columns": [{"name": "a"}]}, "missing_value", "position"),
    ({"kind": "SOMETHING"}, "bad_value", "kind"),
    ({"indexes": None}, "bad_value", "indexes"),
    ({"removed": 1}, "bad_value", "removed"),
])
def test_a_wrong_document_fails_alone(serve, change, code, name):
    first, wrong, last = serve.put(document("a"), document("b") | change, document("c"))
    assert (first["status"], last["status"]) == ("ok", "ok")
    assert wrong["status"] == "error"
    assert wrong["error"]["code"] == code
    assert f"'{name}'" in wrong["error"]["message"]
    assert wrong["error"]["retryable"] is False
    assert [table["name"] for table in serve.tables()] == ["a", "c"]


def test_what_is_no_object_fails_alone_too(serve):
    results = serve.put(7, None, [], document())
    assert [result["status"] for result in results] == ["error", "error", "error", "ok"]


@pytest.mark.parametrize("body, code", [
    (b"", "bad_message"), (b"{", "bad_message"), (b"[]", "bad_message"),
    (b"null", "bad_message"), (b'{"tables":[]} x', "bad_message"),
    (b'{"tables":[],"tables":[]}', "bad_message"), (b'{"tables":"\xff"}', "bad_message"),
    (b'{"tables":' + b"[" * 70 + b"]" * 70 + b"}", "bad_message"),
    (b'{"tables":["\\u0000"]}', "bad_message"),
    (b"{}", "missing_value"), (b'{"tables":{}}', "bad_value"),
    (json.dumps({"tables": [removal()] * 257}).encode(), "bad_value"),
])
def test_a_wrong_list_is_refused_whole(serve, body, code):
    answer = serve.request("PUT", TABLES, data=body,
                           headers={"Content-Type": "application/json"})
    problem(answer, 400, code)
    assert serve.put() == []


def test_a_list_of_256_wide_tables_is_taken(catalog):
    wide = [document(f"t{i}", columns="") | {
        "columns": [column(f"column_{k}", k + 1, comment="x" * 20) for k in range(400)]}
        for i in range(256)]
    results = catalog.put(*wide)
    assert {result["change"]["kind"] for result in results} == {"created"}
    page = catalog.json("GET", TABLES, params={"limit": 256})
    assert page["next"], "a page ends early where its documents are long"
    assert len(catalog.tables(limit=256)) == 256


@pytest.mark.parametrize("patch, code", [
    ({"name": "x"}, "bad_value"), ({"title": None}, "bad_value"),
    ({"title": "x" * 1025}, "bad_value"), ({"custom_fields": "x"}, "bad_value"),
    ({"custom_fields": [{"name": "a", "type": "text"}]}, "missing_value"),
    ({"custom_fields": [{"name": "a", "type": "html", "value": ""}]}, "bad_value"),
    ([], "bad_message"),
])
def test_a_wrong_patch_changes_nothing(serve, patch, code):
    table = put(serve, document(), "created", 1)
    problem(serve.request("PATCH", f"{TABLES}/{table['id']}", json=patch), 400, code)
    assert serve.table(table["id"]) == table


def test_a_patch_of_what_somebody_else_changed_is_a_conflict(catalog):
    path = f"{TABLES}/{put(catalog, document(second=1), 'created', 1)['id']}"
    tag = catalog.request("GET", path).headers["ETag"]
    put(catalog, document(columns="xyz", second=2), "updated", 2)  # is no conflict
    answer = catalog.request("PATCH", path, json={"title": "1"}, headers={"If-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag
    for stale in [tag, '"x"', "1"]:
        problem(catalog.request("PATCH", path, json={"title": "2"}, headers={"If-Match": stale}),
                412, "conflict")
    catalog.json("PATCH", path, json={"title": "3"}, headers={"If-Match": "*"})


@pytest.mark.parametrize("method, path, status, code", [
    ("GET", "/api/none", 404, "bad_value"),
    ("GET", TABLES + "/x", 404, "bad_value"),
    ("GET", TABLES + "/999", 404, "table_not_found"),
    ("PATCH", TABLES + "/999", 404, "table_not_found"),
    ("GET", TABLES + "/999/versions", 404, "table_not_found"),
    ("GET", TABLES + "/99999999999999999999", 404, "bad_value"),
    ("POST", TABLES, 405, "bad_value"),
    ("DELETE", TABLES + "/1", 405, "bad_value"),
    ("GET", TABLES + "?limit=0", 400, "bad_value"),
    ("GET", TABLES + "?limit=99999999999", 400, "bad_value"),
    ("GET", TABLES + "?ds_id=x", 400, "bad_value"),
    ("GET", TABLES + "?removed=maybe", 400, "bad_value"),
    ("GET", TABLES + "?nmae=t", 400, "bad_value"),
    ("GET", TABLES + "?q=a&q=b", 400, "bad_value"),
    ("GET", TABLES + "?q=%ff", 400, "bad_value"),
])
def test_a_wrong_request_is_a_problem(serve, method, path, status, code):
    answer = serve.request(method, path, json={})
    assert problem(answer, status, code)
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_a_body_of_another_type_is_refused(serve):
    answer = serve.request("PUT", TABLES, data="tables=1")
    assert answer.request.headers.get("Content-Type") is None
    problem(answer, 400, "bad_message")
    answer = serve.request("PUT", TABLES, data={"tables": 1})
    problem(answer, 415, "bad_media_type")


def test_a_body_that_is_too_large_is_refused_and_answered(serve):
    table = put(serve, document(), "created", 1)
    path = f"{TABLES}/{table['id']}"
    problem(serve.request("PATCH", path, json={"description": "x" * 1100000}), 413, "too_large")
    chunks = (b"x" * 100000 for _ in range(20))
    problem(serve.request("PATCH", path, data=chunks,
                          headers={"Content-Type": "application/json"}), 413, "too_large")
    # One that is announced far too large is not waited for.
    head = f"PUT {TABLES} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
    assert serve.raw(head.encode()).startswith(b"HTTP/1.1 413 ")
    assert serve.table(table["id"]) == table


@pytest.mark.parametrize("headers", [
    "Content-Length: 13\r\nContent-Length: 13\r\n",
    "Content-Length: 13\r\ncontent-length: 0\r\n",
    "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: identity\r\n",
])
def test_a_body_whose_length_is_not_clear_is_refused(serve, headers):
    smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = serve.raw((f"PUT {TABLES} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"
                        f'{{"tables":[]}}{smuggled}').encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1, "what follows must not be taken for a request"


@pytest.mark.parametrize("junk", [
    b"\r\n\r\n", b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + b"a" * 100000, b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 10000,
    b"PUT /api/v1/catalog/tables HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
])
def test_junk_does_not_stop_the_server(serve, junk):
    with contextlib.suppress(OSError):
        serve.raw(junk)
    assert serve.request("GET", "/healthz").status_code == 200


def test_a_slash_at_the_end_and_head_are_served(serve):
    number = put(serve, document(), "created", 1)["id"]
    assert serve.json("GET", f"{TABLES}/{number}/") == serve.table(number)
    assert serve.json("PUT", TABLES + "/", json={"tables": []}) == {"results": []}
    answer = serve.request("HEAD", f"{TABLES}/{number}")
    assert (answer.status_code, answer.text) == (200, "")


# many at once, restarts, the storage

def test_writers_of_one_table_are_put_in_order(catalog):
    def write(second):
        one = document(columns="ab" if second % 2 else "abc", second=second)
        answer = requests.put(catalog.url + TABLES, json={"tables": [one]}, timeout=30,
                              headers={"Token": catalog.admin})
        return answer.json()["results"][0]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(write, range(1, 60)))
    assert {result["status"] for result in results} == {"ok"}
    assert len({result["table"]["id"] for result in results}) == 1
    number = results[0]["table"]["id"]
    assert catalog.table(number)["observed_at"] == moment(59)
    versions = [one["version"] for one in catalog.versions(number)]
    assert versions == list(range(len(versions), 0, -1))
    kinds = [result["change"]["kind"] for result in results]
    assert kinds.count("created") == 1
    assert kinds.count("created") + kinds.count("updated") == len(versions)


def test_a_restart_keeps_everything(catalog):
    number = put(catalog, document(second=1), "created", 1)["id"]
    put(catalog, document(columns="x", second=2), "updated", 2)
    catalog.patch(number, title="kept")
    before = catalog.table(number), catalog.versions(number)
    catalog.stop()
    catalog.start()
    assert (catalog.table(number), catalog.versions(number)) == before
    put(catalog, document("more"), "created", 1)
    catalog.kill()
    catalog.start()
    assert (catalog.table(number), catalog.versions(number)) == before
    assert put(catalog, document("more", second=2), "unchanged", 1)["id"] != number


def test_stop_finishes_what_was_begun(serve):
    number = put(serve, document(), "created", 1)["id"]
    body = b'{"title": "late"}'
    with socket.create_connection(("127.0.0.1", serve.port), timeout=20) as idle:
        idle.sendall(f"PATCH {TABLES}/{number} HTTP/1.1\r\nHost: x\r\n"
                     f"Content-Length: {len(body)}\r\n\r\n".encode())
        serve.stop()  # neither a connection that is idle nor one half-way holds it up
    serve.start()
    assert serve.table(number)["title"] == ""


def test_a_locked_storage_is_busy_and_recovers(serve):
    number = put(serve, document(second=1), "created", 1)["id"]
    with contextlib.closing(sqlite3.connect(serve.storage, isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = serve.request("PUT", TABLES, json={"tables": [document("x")]})
        problem(answer, 429, "busy")
        assert int(answer.headers["Retry-After"]) >= 1
        assert serve.table(number)["id"] == number, "readers do not wait for a writer"
        other.execute("rollback")
    put(serve, document("x"), "created", 1)


def refused(build, storage, port=0):
    """`tablesync serve` with such a storage ends at once; exit code and what it says."""
    ended = run([build / "tablesync", "serve", "--http-listen", f"127.0.0.1:{port}",
                 "--http-storage", storage])
    return ended.returncode, ended.stderr


def test_a_storage_that_cannot_be_used_is_refused_at_start(build, tmp_path):
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"no database at all, whatever its name may say " * 100)
    newer = tmp_path / "newer.db"
    with contextlib.closing(sqlite3.connect(newer)) as connection:
        connection.executescript("create table storage (version bigint not null);"
                                 "insert into storage values (99)")
    for storage, words in [
            (f"Driver=SQLite3;Database={damaged}", "http.storage"),
            (f"Driver=SQLite3;Database={newer}", "version 99"),
            (f"Driver=SQLite3;Database={tmp_path}/none/x.db", "No such file or directory"),
            ("Driver=SQLite3;Database=:memory:", "write-ahead"),
            ("Driver=NoSuchDriver;Database=x", "NoSuchDriver")]:
        code, said = refused(build, storage)
        assert code == 2, said
        assert words in said
        assert len(said.splitlines()) == 1


def test_a_port_in_use_is_told(build, serve, tmp_path):
    code, said = refused(build, f"Driver=SQLite3;Database={tmp_path}/other.db", serve.port)
    assert code not in (0, 2)
    assert re.search(rf"127\.0\.0\.1:{serve.port}: Address already in use", said)


def test_it_listens_on_this_machine_only(build, tmp_path):
    ended = run([build / "tablesync", "serve", "--http-listen", f"0.0.0.0:{free_port()}",
                 "--http-storage", f"Driver=SQLite3;Database={tmp_path}/x.db"])
    assert ended.returncode == 2
    assert "http.listen" in ended.stderr
