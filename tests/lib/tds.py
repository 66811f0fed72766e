# tds.py - a stand-in for SQL Server: it speaks enough of TDS 7.4 for a driver to be driven.
# SPDX-License-Identifier: Apache-2.0
"""No SQL is understood here: a function of the test answers each statement.  What is real is
the driver: how it connects, finds parameters, sends names, takes rows and reports errors."""
import contextlib
import socketserver
import struct
import threading

PRELOGIN, LOGIN, BATCH, RPC, ATTENTION = 0x12, 0x10, 0x01, 0x03, 0x06
ANSWER = 0x04
COLLATION = bytes([0x09, 0x04, 0xD0, 0x00, 0x34])  # SQL_Latin1_General_CP1_CI_AS
NOTHING = struct.pack("<HHQ", 0, 0, 0)
PREPEXEC, EXECUTESQL, EXECUTE, PREPARE = 13, 10, 12, 11


class Error(Exception):
    """What the server says instead of rows: its number, and the class that is its severity."""

    def __init__(self, number, text="as the test says", severity=16):
        super().__init__(text)
        self.number, self.text, self.severity = number, text, severity

    def token(self):
        text = self.text.encode("utf-16le")
        body = (struct.pack("<iBBH", self.number, 1, self.severity, len(text) // 2) + text
                + bytes([0, 0]) + struct.pack("<i", 1))
        return b"\xaa" + struct.pack("<H", len(body)) + body


def b_varchar(text):
    return bytes([len(text)]) + text.encode("utf-16le")


def column(name, kind):
    """COLMETADATA of one column: `kind` int or str (varchar(max))."""
    info = b"\x26\x04" if kind is int else b"\xa7\xff\xff" + COLLATION
    return struct.pack("<IH", 0, 1) + info + b_varchar(name)


def cell(value, kind):
    if kind is int:
        return b"\x00" if value is None else b"\x04" + struct.pack("<i", value)
    if value is None:
        return b"\xff" * 8
    data = value.encode("ascii")
    chunk = struct.pack("<I", len(data)) + data if data else b""
    return struct.pack("<Q", len(data)) + chunk + struct.pack("<I", 0)


def result(columns, rows):
    """columns: [(name, int or str)]."""
    tokens = b"\x81" + struct.pack("<H", len(columns))
    tokens += b"".join(column(name, kind) for name, kind in columns)
    for row in rows:
        tokens += b"\xd1" + b"".join(
            cell(value, kind) for value, (_, kind) in zip(row, columns, strict=True))
    return tokens + b"\xff" + struct.pack("<HHQ", 0x11, 0xC1, len(rows))


class Parameters:
    """The parameters of an RPC, read one by one."""

    def __init__(self, data):
        self._data, self._at = data, 0

    def _take(self, count):
        taken = self._data[self._at:self._at + count]
        assert len(taken) == count, "a parameter that is cut"
        self._at += count
        return taken

    def _number(self, form):
        return struct.unpack("<" + form, self._take(struct.calcsize(form)))[0]

    def next(self):
        """(type, value), or None behind the last."""
        if self._at == len(self._data):
            return None
        self._take(self._number("B") * 2 + 1)  # name and status
        kind = self._number("B")
        if kind == 0x26:
            self._take(1)
            size = self._number("B")
            return "int", int.from_bytes(self._take(size), "little") if size else None
        if kind in (0x63, 0x23):
            self._take(4 + 5)
            size = self._number("i")
            value = None if size < 0 else self._take(size)
            return "text", value and value.decode("utf-16le" if kind == 0x63 else "ascii")
        assert kind in (0xE7, 0xA7), f"a parameter of type {kind:#x}"
        most = self._number("H")
        self._take(5)
        assert most != 0xFFFF, "a parameter of (max)"
        size = self._number("H")
        value = None if size == 0xFFFF else self._take(size)
        if kind == 0xE7:
            return "nvarchar", value and value.decode("utf-16le")
        return "varchar", value and value.decode("ascii")


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):
            while self._serve_one():
                pass

    def _receive(self, count):
        data = b""
        while len(data) < count:
            more = self.request.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def _request(self):
        """The type and bytes of the next request, of all its packets."""
        whole = b""
        while True:
            kind, status, length = struct.unpack(">BBH", self._receive(8)[:4])
            whole += self._receive(length - 8)
            if status & 1:
                return kind, whole

    def _answer(self, tokens):
        size = 4000
        parts = [tokens[i:i + size] for i in range(0, len(tokens), size)] or [b""]
        for number, part in enumerate(parts, 1):
            self.request.sendall(struct.pack(
                ">BBHHBB", ANSWER, int(number == len(parts)), len(part) + 8, 0,
                number & 255, 0) + part)

    def _serve_one(self):
        kind, data = self._request()
        serve = {PRELOGIN: self._prelogin, LOGIN: self._login, BATCH: self._batch,
                 RPC: self._rpc}[kind]
        return serve(data)

    def _prelogin(self, _):
        options = struct.pack(">BHHBHHB", 0, 11, 6, 1, 17, 1, 0xFF)
        self._answer(options + bytes([15, 0, 0x10, 0, 0, 0]) + b"\x02")
        return True

    def _login(self, data):
        self.server.logins.append(data)
        if self.server.refusal:
            self._answer(self.server.refusal.token() + b"\xfd" + struct.pack("<HHQ", 2, 0, 0))
            return False
        name = b"\x01\x74\x00\x00\x04" + b_varchar("Microsoft SQL Server") + bytes([16, 0, 4, 0])
        database = b"\x01" + b_varchar("main") + b_varchar("")
        collation = b"\x07\x05" + COLLATION + b"\x00"
        tokens = b"".join(b"\xe3" + struct.pack("<H", len(change)) + change
                          for change in (database, collation))
        self._answer(tokens + b"\xad" + struct.pack("<H", len(name)) + name + b"\xfd" + NOTHING)
        return True

    def _ask(self, sql, values):
        """The tokens for a statement."""
        self.server.statements.append((sql, values))
        try:
            return self.server.answer(sql, [value for _, value in values])
        except Error as error:
            return error.token() + b"\xff" + struct.pack("<HHQ", 0x03, 0xC1, 0)

    def _batch(self, data):
        sql = data[struct.unpack("<I", data[:4])[0]:].decode("utf-16le")
        tokens = self._ask(sql, [])
        self._answer(tokens + b"\xfd" + NOTHING)
        return True

    def _rpc(self, data):
        data = data[struct.unpack("<I", data[:4])[0]:]
        length, procedure = struct.unpack("<HH", data[:4])
        assert length == 0xFFFF, "a procedure that is called by its name"
        parameters = Parameters(data[6:])
        tokens = b""
        if procedure in (PREPEXEC, EXECUTESQL):
            if procedure == PREPEXEC:
                parameters.next()
                parameters.next()
                sql = parameters.next()[1]
            else:
                sql = parameters.next()[1]
                parameters.next()
            tokens = self._ask(sql, list(iter(parameters.next, None)))
            tokens += b"\x79" + struct.pack("<i", 0)
            if procedure == PREPEXEC:
                tokens += (b"\xac\x00\x00\x00\x01" + struct.pack("<IH", 0, 0)
                           + b"\x26\x04\x04" + struct.pack("<i", 1))
        self._answer(tokens + b"\xfe" + NOTHING)
        return True


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Session)
        self.port = self.server_address[1]
        self.answer = answer
        self.refusal = None  # an Error for whoever logs in
        self.logins, self.statements = [], []


@contextlib.contextmanager
def serving(answer):
    """A server whose statements `answer(sql, values)` answers by `result`, b"" or an Error."""
    with Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
