# test_smuggling.py - requests that could be read in two ways, that are far too long, or that
# never end: sent by bare sockets straight at the server.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re
import resource
import socket
import statistics
import time

import pytest

from lib.serve import Serve

TABLES = "/api/v1/catalog/tables"
# Behind a body whose end is in doubt; answered, it would have been smuggled past a proxy.
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
IDLE = 1000
SOON_S = 15  # whoever is shut out waits twice as long, until those that stall are let go


@pytest.fixture(scope="module")
def server(build, tmp_path_factory):
    """One for all tests of this file, which leave it as it was."""
    with contextlib.closing(Serve(build, tmp_path_factory.mktemp("serve"))) as serve:
        yield serve


def request(server, *headers, line=f"PUT {TABLES} HTTP/1.1", body=b'{"tables":[]}'):
    """The bytes of a request that would be right with another head."""
    head = "\r\n".join([line, "Host: x", f"Token: {server.admin}", *headers])
    return head.encode("latin-1") + b"\r\n\r\n" + body


def test_the_same_request_is_taken_when_its_length_is_clear(server):
    answer = server.raw(request(server, "Content-Length: 13") + SMUGGLED)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200"]
    answer = server.raw(request(server, "Transfer-Encoding: chunked",
                                body=b'd\r\n{"tables":[]}\r\n0\r\n\r\n') + SMUGGLED)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200"]


# Lengths in other words than test_catalog_http.py has them.
UNCLEAR = {
    "a list of lengths": ["Content-Length: 13, 13"],
    "a length with a sign": ["Content-Length: +13"],
    "a length below nothing": ["Content-Length: -13"],
    "a length in hexadecimal": ["Content-Length: 0xd"],
    "a length with words behind it": ["Content-Length: 13 bytes"],
    "an empty length": ["Content-Length: "],
    "a length that overflows": ["Content-Length: 18446744073709551629"],
    "a coding that hides chunked": ["Transfer-Encoding: xchunked"],
    "chunked among others": ["Transfer-Encoding: gzip, chunked"],
    "chunked that is not last": ["Transfer-Encoding: chunked, identity"],
    "chunked in quotes": ['Transfer-Encoding: "chunked"'],
    "a length, and chunked that is hidden": ["Content-Length: 13",
                                             "Transfer-Encoding: \x0bchunked"],
    "a blank before the colon": ["Content-Length: 13", "Transfer-Encoding : chunked"],
    "a bare line feed": ["Content-Length: 13", "X: y\nTransfer-Encoding: chunked"],
    "a bare carriage return": ["Content-Length: 13", "X: y\rTransfer-Encoding: chunked"],
}


def is_refusal(data):
    """Is it one refusal, with which the connection ends?  Those that the library makes itself
    have their head twice."""
    heads = re.findall(rb"HTTP/1\.1 (\d+) [^\r]*\r\n.*?\r\n\r\n", data, re.DOTALL)
    return len(set(heads)) == 1 and heads[0][:1] == b"4" and b"\r\nConnection: close\r\n" in data


@pytest.mark.parametrize("what", UNCLEAR)
def test_a_length_in_other_words_lets_nothing_pass(server, what):
    data = server.raw(request(server, *UNCLEAR[what]) + SMUGGLED)
    assert data == b"" or is_refusal(data), data


def test_a_header_that_goes_on_is_one_header(server):
    """As the rules have it for whoever takes it at all."""
    data = server.raw(request(server, "Content-Length: 13", "X: y",
                              " Transfer-Encoding: chunked") + SMUGGLED)
    assert re.findall(rb"HTTP/1\.1 (\d+)", data) in ([b"200", b"200"], [b"400"]), data


CHUNKS = {
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "a size with a sign": b'+d\r\n{"tables":[]}\r\n0\r\n\r\n',
    "a size with 0x": b'0xd\r\n{"tables":[]}\r\n0\r\n\r\n',
    "a size that overflows": b'1000000000000000d\r\n{"tables":[]}\r\n0\r\n\r\n',
    "a chunk that is longer than it says": b'1\r\n{"tables":[]}\r\n0\r\n\r\n',
    "a size without an end of line": b'd {"tables":[]}0\r\n\r\n',
}


@pytest.mark.parametrize("what", CHUNKS)
def test_a_chunk_that_is_not_clear_ends_the_connection(server, what):
    data = server.raw(request(server, "Transfer-Encoding: chunked", body=CHUNKS[what]) + SMUGGLED)
    assert data == b"" or is_refusal(data), data


OVERLONG = {
    "a path": ["GET /" + "a" * 20000 + " HTTP/1.1", []],
    "a query": [f"GET {TABLES}?q=" + "a" * 20000 + " HTTP/1.1", []],
    "a header": [f"GET {TABLES} HTTP/1.1", ["X: " + "a" * 20000]],
    "a token": [f"GET {TABLES} HTTP/1.1", ["Token: " + "a" * 20000]],
    "a header's name": [f"GET {TABLES} HTTP/1.1", ["a" * 20000 + ": x"]],
    "ten thousand headers": [f"GET {TABLES} HTTP/1.1", ["x: y"] * 10000],
    "a method": ["A" * 20000 + f" {TABLES} HTTP/1.1", []],
}


@pytest.mark.parametrize("what", OVERLONG)
def test_what_is_too_long_is_refused_and_costs_nobody_else(server, what):
    line, headers = OVERLONG[what]
    before = server.program.memory_kb("VmRSS")
    with contextlib.suppress(OSError):  # it may close before everything was sent
        data = server.raw(request(server, *headers, line=line, body=b""))
        assert data == b"" or is_refusal(data), data[:200]
    assert server.request("GET", "/healthz").status_code == 200
    assert server.program.memory_kb("VmRSS") - before < 4096


STALLED = {
    "nothing": b"",
    "half a line": b"GET /healthz HT",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ",
    "half a body": b"PUT " + TABLES.encode() + b" HTTP/1.1\r\nHost: x\r\n"
                   b"Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"tab",
}


@pytest.fixture
def many_files():
    """Allows this process the sockets that the tests need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, min(hard, 4 * IDLE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def stalled(server, count, data):
    """Connections on which no more than this is sent."""
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", server.port), timeout=20))
            connection.sendall(data)
            connections.append(connection)
        yield connections


def answered_in(server):
    """The seconds that somebody waits who comes now."""
    began = time.monotonic()
    answer = server.request("GET", TABLES, headers={"Connection": "close"})
    assert answer.status_code == 200
    return time.monotonic() - began


@pytest.mark.parametrize("what", STALLED)
@pytest.mark.usefixtures("many_files")
def test_a_thousand_connections_that_stall_shut_nobody_out(server, what):
    with stalled(server, IDLE, STALLED[what]) as connections:
        took = []
        for number in range(10):  # and a byte now and then from each of some
            for connection in connections[number * 10:(number + 1) * 10]:
                connection.sendall(b"\r" if what == "nothing" else b" ")
            took.append(answered_in(server))
        assert max(took) < SOON_S and statistics.median(took) < 1, took
    assert answered_in(server) < SOON_S


def test_connections_have_a_limit_and_room_again_when_they_end(build, tmp_path):
    with contextlib.closing(Serve(build, tmp_path,
                                  config={"http": {"connections": 16}})) as server:
        with stalled(server, 64, STALLED["half a line"]):
            assert server.program.is_running()
        assert answered_in(server) < SOON_S
