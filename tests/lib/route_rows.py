# route_rows.py - the routes of the HTTP server, as the sources have them.
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]

# A row of a table of routes: method, path, handler, roles, kind, bodies, bytes, parameters.
ROW = re.compile(
    r'\{\s*"(?P<method>[A-Z]+)",\s*(?P<path>(?:"[^"]*"\s*)+),\s*\w+,\s*'
    r'TS_ROLES_(?P<roles>\w+),\s*TS_ROUTE_(?P<kind>\w+),\s*(?P<bodies>[^,]+),\s*[^,]+,\s*'
    r'\{(?P<parameters>[^{}]*)\}')
BEGIN = re.compile(r'\{\s*"(?:GET|HEAD|PUT|POST|PATCH|DELETE)"')


class Route(NamedTuple):
    """A row, in the sources' words: OPEN, READ, …; API, TRIGGER, PAGE; JSON, FORM."""
    method: str
    path: str
    roles: str
    kind: str
    bodies: set
    parameters: set


def routes_of(source):
    """The routes in the text of a C file that has no macros any more."""
    rows = list(ROW.finditer(source))
    assert len(rows) == len(BEGIN.findall(source)), "a row of routes that is not understood"
    return [Route(row["method"], "".join(re.findall(r'"([^"]*)"', row["path"])), row["roles"],
                  row["kind"], set(re.findall(r"TS_BODY_(\w+)", row["bodies"])),
                  set(re.findall(r'"(\w+)"', row["parameters"]))) for row in rows]


def routes(build):
    """All routes; one that metrics.listen serves as well has a second row for that."""
    found = []
    for path in sorted((TOP / "src" / "http").glob("*.c")):
        if "struct ts_route " in path.read_text(encoding="utf-8"):
            found += routes_of(subprocess.run(
                ["gcc", "-E", "-P", "-I", "src", "-I", "include", "-I", f"{build}/generated", path],
                cwd=TOP, check=True, timeout=60, capture_output=True, text=True).stdout)
    assert found
    return found
