# test_source_sqlserver.py - SQL Server's dialect through FreeTDS, on a stand-in for the server.
# SPDX-License-Identifier: Apache-2.0
"""Debian has no SQL Server.  The driver is real, so that what it makes of our statements, names
and rows is; what a server makes of them is not tested anywhere."""
import re
import socket
import struct
import threading
import time

import pytest

from lib import tds
from lib.reading import Reader

STAMP = "2026-11-23 05:59:00.100 77"
NUMBERS = ["total", "nth", "part", "seq", *(f"n{i}" for i in range(1, 9))]
COLUMNS = [(name, int) for name in NUMBERS] + [
    (name, str) for name in ("name", "t1", "t2", "t3", "t4", "t5")]
EMOJI = "t\U0001F600表]'?"


def encoded(text):
    return None if text is None else text.encode("utf-16le").hex().upper()


def row(nth, part, seq, numbers, *texts):
    numbers += [None] * (8 - len(numbers))
    return [nth, part, seq, *numbers, *map(encoded, texts), *[None] * (6 - len(texts))]


def rows_of(name, *, kind="U ", comment=None, number=1):
    """The rows of one table of one column."""
    return [row(number, 1, 0, [1, 0, 0, 0], name, "dbo", kind, comment, None, STAMP),
            row(number, 2, 1, [4, 10, 0, 1, 0, 0, 0, 0], name, "int", "sys", "int")]


class Server:
    """What sqlserver_*.sql are answered with; a value that is an Error is raised."""

    def __init__(self):
        self.answers = {
            "session": b"",
            "catalog": tds.result([("name", str)], [("main",)]),
            "case": tds.result([("is_case_sensitive", str)], [("0",)]),
            "read": self.read(),
            "changed": self.changed(1),
        }

    @staticmethod
    def read(*rows):
        catalog = row(0, 0, 0, [1, 1], "main", "2026-11-23T05:00:00.1234567",
                      "2026-11-23 06:00:00.100")
        whole = [catalog, *rows]
        return tds.result(COLUMNS, [[len(whole), *cells] for cells in whole])

    @staticmethod
    def changed(count):
        return tds.result([("nth", int), ("changed", str)],
                          [(number, STAMP) for number in range(1, count + 1)])

    @staticmethod
    def names(*names):
        return tds.result([("name", str)], [(encoded(name),) for name in names])

    def __call__(self, sql, _):
        found = re.match(r"-- sqlserver_(\w+)\.sql - ", sql)
        assert found, sql
        answer = self.answers[found[1]]
        if isinstance(answer, tds.Error):
            raise answer
        return answer


@pytest.fixture
def told():
    return Server()


@pytest.fixture
def server(told):
    with tds.serving(told) as listening:
        yield listening


def reader_of(build, folder, port, **options):
    return Reader(build, folder, connection=f"Driver=FreeTDS;Server=127.0.0.1;Port={port};UID=sa",
                  **options)


@pytest.fixture
def reader(build, tmp_path, server):
    return reader_of(build, tmp_path, server.port)


def test_names_and_texts_of_every_character_pass_the_driver(reader, told, server):
    comment = "ü\n表\U0001F600" * 1000
    told.answers["read"] = told.read(*rows_of(EMOJI, comment=comment))
    document = reader.table("main.dbo", EMOJI)
    assert document["name"] == document["columns"][0]["name"] == EMOJI
    assert document["db_comment"] == comment
    assert document["observed_at"] == "2026-11-23T05:00:00.123456Z"
    _, values = server.statements[-2]
    assert values == [("varchar", encoded("main").ljust(512)),
                      ("varchar", encoded("[main].[dbo].[t\U0001F600表]]'?]").ljust(512))]


def test_a_batch_takes_two_statements_whatever_its_size(reader, told, server):
    names = [f"t{number}" for number in range(1, 6)]
    told.answers["read"] = told.read(*(
        cells for number, name in enumerate(names, 1) for cells in rows_of(name, number=number)))
    told.answers["changed"] = told.changed(5)
    assert [document["name"] for document in reader.read("dbo", *names)] == names
    asked = [re.match(r"-- sqlserver_(\w+)", sql)[1] for sql, _ in server.statements]
    assert asked == ["session", "case", "catalog", "read", "changed"]
    assert len(server.statements[3][1]) == 1 + 8  # the catalog; rounded up to a power of two
    assert server.statements[3][1][-3:] == [("varchar", " " * 512)] * 3


def test_a_question_mark_in_a_catalog_is_no_parameter(reader, told, server):
    told.answers["read"] = told.read(*rows_of("t"))
    reader.table("\"a]b'c?{x}\".dbo", "t")
    sql, values = server.statements[-2]
    assert "[a]]b'c?{x}].sys.all_columns" in sql and len(values) == 2
    assert re.findall(r"@P\w+", sql) == ["@P1", "@P2"] and "?" not in sql.replace("c?{x}", "")


def test_the_session_is_set_up_before_anything_else(reader, told, server):
    told.answers["read"] = told.read(*rows_of("t"))
    reader.table("dbo", "t")
    assert "set lock_timeout 200" in server.statements[0][0]
    assert "isolation level read committed" in server.statements[0][0]


def test_the_options_of_the_driver_are_set(reader, told, server):
    told.answers["read"] = tds.Error(50000, "kein Platz für 表")
    code, message = reader.error("dbo", "t")
    assert code == "source_error" and "kein Platz für 表" in message
    version, = struct.unpack("<I", server.logins[0][4:8])
    assert version == 0x74000004


ERRORS = {
    "a lock that is held": ("read", 1222, "source_busy"),
    "a deadlock": ("read", 1205, "source_busy"),
    "a database that recovers": ("read", 922, "source_unreachable"),
    "a lock on what tells of changes": ("changed", 1222, "source_busy"),
    "no right to a view": ("read", 229, "source_denied"),
    "no right to the database": ("read", 916, "source_denied"),
    "a statement that is not right": ("read", 207, "source_error"),
    "a session that is refused": ("session", 229, "source_denied"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_what_the_server_refuses_has_its_code(reader, told, case):
    statement, number, expected = ERRORS[case]
    told.answers["read"] = told.read(*rows_of("t"))
    told.answers[statement] = tds.Error(number)
    outcome, = reader.read("dbo", "t")
    assert outcome["error"]["code"] == expected and outcome["document"] is None


@pytest.mark.parametrize("number", [911, 208])  # no such database, no such object in it
def test_a_catalog_that_is_not_there_spoils_no_other_lookup(reader, told, number):
    told.answers["read"] = tds.Error(number)
    told.answers["databases"] = told.names("master", "mine")
    assert reader.error("nine.dbo", "t") == (
        "schema_not_found", "the schema is not valid: no catalog 'nine': did you mean 'mine'?")


LOGINS = {"a wrong password": (18456, "source_login_denied"),
          "no such database": (4060, "schema_not_found")}


@pytest.mark.parametrize("case", LOGINS)
def test_a_login_that_is_refused_has_its_code(reader, server, case):
    number, expected = LOGINS[case]
    server.refusal = tds.Error(number, severity=14)
    assert reader.error("dbo", "t")[0] == expected


def test_a_result_that_ends_with_an_error_is_no_table(reader, told):
    whole = told.read(*rows_of("t"))
    told.answers["read"] = whole[:-13] + tds.Error(1222).token() + b"\xff" + struct.pack(
        "<HHQ", 3, 0xC1, 0)
    assert reader.error("dbo", "t")[0] == "source_busy"


def test_a_result_that_lost_its_end_is_no_table(reader, told):
    cells = [row(0, 0, 0, [1, 1], "main", "2026-11-23T05:00:00", "2026-11-23 06:00:00.100"),
             *rows_of("t")]
    told.answers["read"] = tds.result(COLUMNS, [[4, *line] for line in cells])
    assert reader.error("dbo", "t") == (
        "source_error", "the data source answered with an error: 3 rows came of 4")


def test_absence_is_sure_only_for_who_sees_all(reader, told):
    told.answers["changed"] = told.changed(0)
    told.answers["schemas"] = tds.result([("name", str), ("is_meant", int)],
                                         [(encoded("dbo"), 1), (encoded("sys"), 0)])
    told.answers["near"] = told.names("Orders")
    outcome, = reader.read("dbo", "order")
    assert "did you mean 'Orders'?" in outcome["error"]["message"]
    assert outcome["document"] == {
        "schema_name": "main.dbo", "name": "order", "removed": True, "ignore_case": True,
        "observed_at": "2026-11-23T05:00:00.123456Z"}


def test_a_schema_is_listed(reader, told):
    told.answers["schemas"] = tds.result([("name", str), ("is_meant", int)],
                                         [(encoded("dbo"), 1)])
    told.answers["list"] = tds.result([("name", str), ("is_view", int)],
                                      [(encoded("b"), 1), (encoded("a"), 0)])
    assert reader.list("dbo") == {"a": False, "b": True}


def test_a_server_that_does_not_answer_is_given_up_in_time(build, tmp_path, told):
    end = threading.Event()

    def answer(sql, values):
        if "sqlserver_read" in sql:
            end.wait(30)
        return told(sql, values)

    with tds.serving(answer) as server:
        reader = reader_of(build, tmp_path, server.port, timeout="1s")
        start = time.monotonic()
        assert reader.error("dbo", "t")[0] == "source_timeout"
        assert 0.9 < time.monotonic() - start < 3
        end.set()


def test_a_port_that_is_closed_is_unreachable(build, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert reader_of(build, tmp_path, port).error("dbo", "t")[0] == "source_unreachable"


def test_a_port_that_is_silent_is_given_up_in_time(build, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reader = reader_of(build, tmp_path, silent.getsockname()[1], timeout="1s")
        start = time.monotonic()
        assert reader.error("dbo", "t")[0] == "source_timeout"
        assert 0.9 < time.monotonic() - start < 3
