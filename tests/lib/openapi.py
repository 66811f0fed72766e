# openapi.py - schemas/openapi.yaml as values.
# SPDX-License-Identifier: Apache-2.0
import functools
import operator
import re

import yaml

from lib.route_rows import TOP

SCHEMAS = TOP / "schemas"
METHODS = ("get", "put", "post", "patch", "delete")
MEDIA = {"application/json": "JSON", "application/x-www-form-urlencoded": "FORM"}


@functools.cache
def load(name="openapi.yaml"):
    """A file of schemas/; its references to itself name it."""
    return with_name(yaml.safe_load((SCHEMAS / name).read_text(encoding="utf-8")), name)


def with_name(node, name):
    if isinstance(node, list):
        return [with_name(item, name) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: name + value if key == "$ref" and value[0] == "#" else with_name(value, name)
            for key, value in node.items()}


def resolved(node):
    """What a reference stands for."""
    while "$ref" in node:
        name, _, pointer = node["$ref"].partition("#")
        node = functools.reduce(operator.getitem, pointer.strip("/").split("/"), load(name))
    return node


def operations():
    """Each (METHOD, path, operation) that is documented."""
    for path, item in load()["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def bare(path):
    """A path without the slash at its end and without the names of what varies."""
    return re.sub(r"\{\w+\}", "{}", path.rstrip("/"))


def documented():
    """{(METHOD, path): what the server has to know of it}."""
    return {(method, bare(path)): {
        "parameters": {one["name"] for one in map(resolved, operation.get("parameters", []))
                       if one["in"] == "query"},
        "bodies": {MEDIA[name] for name in operation.get("requestBody", {}).get("content", {})},
        "is_open": operation.get("security") == [],
    } for method, path, operation in operations()}


def served(routes):
    """The same of routes; pages are no API.  Of a route with two rows, the one that asks for a
    token is the documented port's."""
    found = {}
    for route in routes:
        place = route.method, bare(route.path)
        is_open = route.roles == "OPEN" and found.get(place, {"is_open": True})["is_open"]
        if route.kind != "PAGE":
            found[place] = {"parameters": route.parameters, "bodies": route.bodies,
                            "is_open": is_open}
    return found


def listed_errors():
    """{name: (status, sentence)}, from the README's list of errors, which is made from the
    program's (tests/cases/test_generated.py)."""
    text = (TOP / "README.md").read_text(encoding="utf-8")
    rows = re.search(r"<!-- errors -->\n(.*?)<!-- /errors -->", text, re.DOTALL)[1]
    return {name: (int(status), sentence) for name, status, sentence in re.findall(
        r"^\| `(\w+)` \| (\d+) \| \w+ \| (.*) \|$", rows, re.MULTILINE)}


def examples():
    """{name: body} of the errors that are documented."""
    return {name: one["value"] for name, one in load("problems.yaml")["examples"].items()}
