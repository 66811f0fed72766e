# routes.py - every route of the HTTP server, and who may use it (design.md 4.6).
# SPDX-License-Identifier: Apache-2.0
CATALOG = "/api/v1/catalog"
TABLES = CATALOG + "/tables"
ROLES = ["viewer", "sync", "admin"]
OPEN, READ, WRITE, ADMIN = "anybody", ROLES, ["sync", "admin"], ["admin"]

# Every route, and who may use it.  {id} and {name} are filled in.
ROUTES = {
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/metrics"): READ,
    ("POST", "/api/v1/table/sync"): ADMIN,
    ("GET", "/api/v1/jobs"): READ,
    ("GET", "/api/v1/jobs/{name}"): READ,
    ("GET", TABLES): READ,
    ("PUT", TABLES): WRITE,
    ("GET", TABLES + "/{id}"): READ,
    ("PATCH", TABLES + "/{id}"): ADMIN,
    ("GET", TABLES + "/{id}/versions"): READ,
    ("GET", CATALOG + "/datasources"): READ,
    ("GET", CATALOG + "/schemas"): READ,
    ("GET", CATALOG + "/schemas/{id}"): READ,
}
# Pages lead whoever is not logged in to the log-in.
PAGES = {
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("POST", "/logout"): READ,
    ("GET", "/static/{name}"): OPEN,
    ("GET", "/"): READ,
    ("GET", "/datasource/{name}"): READ,
    ("GET", "/schema/{id}"): READ,
    ("GET", "/table/{id}"): READ,
    ("GET", "/table/{id}/history"): READ,
    ("GET", "/table/{id}/edit"): ADMIN,
    ("POST", "/table/{id}/edit"): ADMIN,
    ("POST", "/table/{id}/sync"): ADMIN,
    ("GET", "/jobs"): READ,
    ("GET", "/jobs/{name}"): READ,
    ("GET", "/letters"): ADMIN,
    ("GET", "/letters/confirm"): ADMIN,
    ("GET", "/letters/run"): ADMIN,
    ("POST", "/letters/run"): ADMIN,
    ("POST", "/letters/stop"): ADMIN,
    ("GET", "/letters/{name}"): ADMIN,
}


def fill(path, table):
    return path.replace("{id}", str(table)).replace("{name}", "x-0-0")


def ask(serve, route, table, **options):
    """Use a route, for a table where it needs one, with a body that says nothing."""
    method, path = route
    body = {"POST": {"data": {}}, "PUT": {"json": {"tables": []}},
            "PATCH": {"json": {}}}.get(method, {})
    return serve.request(method, fill(path, table), allow_redirects=False, **body, **options)
