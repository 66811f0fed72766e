# serve.py - `tablesync serve`, the reference catalog, and a client for it.
# SPDX-License-Identifier: Apache-2.0
import re
import socket

import requests
import yaml

from lib.process import Program, free_port
from lib.tokens import create_token, revoke_token

# What no program of ours may ever print.
TROUBLE = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:"
                     r"|Assertion .* failed| error internal\b|code=internal\b")


def end(program):
    """Stop one of our programs; it must end as it should, and have had no trouble."""
    code = program.stop()
    assert code == 0, f"{program.name} ended with {code}\n{program.tail()}"
    trouble = TROUBLE.search(program.output)
    assert not trouble, f"{program.name} printed '{trouble[0]}'\n{program.tail()}"


class Serve:
    """A running catalog with a storage of its own.  stop() and start() keep both the port
    and what it holds.  Requests show the token of an admin, unless they are told another one,
    or none with `token=None`."""

    def __init__(self, build, folder, name="serve", config=None, storage=None):
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.storage = folder / f"{name}.db"
        self._build = build
        self.path = folder / f"{name}.yaml"
        config = config or {}
        self.path.write_text(yaml.safe_dump({**config, "http": {
            "listen": f"127.0.0.1:{self.port}",
            "storage": f"Driver=SQLite3;Database={self.storage}", **config.get("http", {})}}))
        self._session = requests.Session()
        self.admin = self.token("admin")
        self.program = None
        self.start()

    def token(self, role, **limits):
        """One more token, as create_token makes it."""
        return create_token(self._build, self.path, role, **limits)

    def revoke(self, token):
        revoke_token(self._build, self.path, token)

    def start(self):
        self.program = Program(self.name,
                               [self._build / "tablesync", "serve", "--config", self.path])
        self.program.wait_for(r" serve\.listening\b")

    def stop(self):
        end(self.program)

    def kill(self):
        self.program.kill()

    def close(self):
        self._session.close()
        if self.program.is_running():
            self.stop()

    def request(self, method, path, headers=None, **options):
        """One exchange, whatever comes of it: a requests.Response."""
        token = options.pop("token", self.admin)
        shown = {"Token": token} if token else {}
        return self._session.request(method, self.url + path, timeout=30,
                                     headers={**shown, **(headers or {})}, **options)

    def raw(self, data):
        """Send bytes as they are; everything that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer

    def json(self, method, path, **options):
        """One exchange that must succeed: its JSON."""
        answer = self.request(method, path, **options)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def put(self, *documents):
        """Write documents; an outcome for each."""
        return self.json("PUT", "/api/v1/catalog/tables", json={"tables": documents})["results"]

    def table(self, number):
        return self.json("GET", f"/api/v1/catalog/tables/{number}")

    def patch(self, number, **members):
        return self.json("PATCH", f"/api/v1/catalog/tables/{number}", json=members)

    def versions(self, number):
        return list(self._items(f"/api/v1/catalog/tables/{number}/versions", {}))

    def tables(self, **query):
        """All tables that the search finds, page by page."""
        return list(self._items("/api/v1/catalog/tables", query))

    def _items(self, path, query):
        page = self.json("GET", path, params=query)
        while True:
            yield from page["items"]
            if page["next"] is None:
                return
            page = self.json("GET", page["next"])
