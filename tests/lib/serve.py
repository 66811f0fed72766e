# serve.py - `tablesync serve`, the reference catalog, and a client for it.
# SPDX-License-Identifier: Apache-2.0
import re

import requests
import yaml

from lib.process import Program, free_port

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
    and what it holds."""

    def __init__(self, build, folder, name="serve", config=None):
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.storage = folder / f"{name}.db"
        self._build = build
        self._config = folder / f"{name}.yaml"
        self._config.write_text(yaml.safe_dump({**(config or {}), "http": {
            "listen": f"127.0.0.1:{self.port}",
            "storage": f"Driver=SQLite3;Database={self.storage}"}}))
        self._session = requests.Session()
        self.program = None
        self.start()

    def start(self):
        self.program = Program(self.name,
                               [self._build / "tablesync", "serve", "--config", self._config])
        self.program.wait_for(r" serve\.listening\b")

    def stop(self):
        end(self.program)

    def kill(self):
        self.program.kill()

    def close(self):
        self._session.close()
        if self.program.is_running():
            self.stop()

    def request(self, method, path, **options):
        """One exchange, whatever comes of it: a requests.Response."""
        return self._session.request(method, self.url + path, timeout=30, **options)

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
