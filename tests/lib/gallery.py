# gallery.py - a catalog with everything that its pages can show, much of it hostile.
# SPDX-License-Identifier: Apache-2.0
from lib.documents import column, document, removal
from lib.serve import Serve

SCRIPT = "<script>alert(1)</script>"
IMAGE = "\"><img src=x onerror=alert(1)>"
NASTY = f"a.b {SCRIPT} & '{IMAGE} {{{{name}}}} \u202e\x01"
CONFIG = {"datasources": [{"id": 8, "name": "warehouse", "connection": "Driver=SQLite3"},
                          {"id": 9, "name": IMAGE, "connection": "Driver=SQLite3"},
                          {"id": 10, "name": "empty", "connection": "Driver=SQLite3"}],
          "kafka": {"bootstrap.servers": "127.0.0.1:1"}}  # nobody listens there

ID = column("id", 1, type="bigint", nullable=False, primary_key_position=1, identity="always")
EMAIL = column("email", 2, type="character varying(200)", nullable=False,
               comment="unique, in lower case")
JOINED = column("joined", 3, type="timestamp with time zone", default="now()")
TOTAL = column("total", 4, type="numeric(12,2)", generated="stored", default="net + tax")
KEYS = {
    "primary_key": {"name": "customers_pkey", "columns": ["id"]},
    "unique_constraints": [{"name": "customers_email_key", "columns": ["email"]}],
    "check_constraints": [{"name": "customers_email_check", "expression": "email = lower(email)"},
                          {"name": None, "expression": None}],
    "indexes": [{"name": "customers_pkey", "unique": True, "primary": True, "columns": ["id"],
                 "definition": "CREATE UNIQUE INDEX customers_pkey ON customers (id)"},
                {"name": "customers_domain", "unique": False, "primary": False,
                 "columns": [None, "joined"], "definition": None}]}


def customers(second, *columns, **members):
    return {**document("customers", "", second, db_comment="Who buys from us."),
            "columns": list(columns), **members}


def foreign_key(table, **members):
    return {"name": f"orders_{table}", "columns": [table], "referenced_schema": "main.dbo",
            "referenced_table": table, "referenced_columns": ["id"], "on_update": "NO ACTION",
            "on_delete": "CASCADE", **members}


def hostile(name):
    """A table that is called `name`, as is everything in it."""
    return {**document(name), "ds_id": 9, "schema_name": SCRIPT, "db_comment": name,
            "is_view": True, "kind": "VIEW", "synonyms": [name], "view_definition": name,
            "columns": [column(name, 1, type=name, default=name, comment=name)],
            "primary_key": {"name": name, "columns": [name]},
            "unique_constraints": [{"name": name, "columns": [name]}],
            "check_constraints": [{"name": name, "expression": name}],
            "foreign_keys": [foreign_key(name, referenced_schema=name)],
            "indexes": [{"name": name, "unique": True, "primary": False, "columns": [name],
                         "definition": name}]}




class Gallery(Serve):
    """.ids: of the tables, by name.  .paths: a page of each kind, as an admin sees them."""

    def __init__(self, build, folder):
        super().__init__(build, folder, "gallery", CONFIG)
        results = self.put(
            customers(1, ID, EMAIL),
            customers(2, ID, {**EMAIL, "type": "text"}, JOINED, TOTAL, **KEYS),
            customers(3, ID, EMAIL, JOINED, TOTAL, db_comment="Who buys from us, and did.",
                      **KEYS),
            document("orders", second=1, foreign_keys=[foreign_key("customers"),
                                                       foreign_key("ghosts")]),
            document("recent_orders", second=1, is_view=True, kind="VIEW",
                     view_definition="SELECT *\n  FROM orders\n WHERE joined > now()"),
            document("old_orders", second=1), removal("old_orders", 2),
            document("old_orders", second=3), removal("old_orders", 4),
            hostile(SCRIPT), hostile(IMAGE), hostile(NASTY),
            *[document(f"part_{number:02}", second=1, schema_name="main.parts")
              for number in range(1, 61)])
        assert all(result["status"] == "ok" for result in results), results
        self.ids = {result["table"]["name"]: result["table"]["id"] for result in results}
        self.schema_ids = {result["table"]["schema_name"]: result["table"]["schema_id"]
                           for result in results}
        for name in (SCRIPT, IMAGE, NASTY):
            self.patch(self.ids[name], title=name, description=name, custom_fields=[
                {"name": name, "type": "text", "value": name},
                {"name": name + "!", "type": "rich_text", "value": name}])
        self.patch(self.ids["customers"], title="Customers",
                   description="<p>One row a customer, <b>never</b> deleted. See the <a href="
                               "\"https://example.com/rules\">rules</a>.</p>",
                   custom_fields=[{"name": "Owner", "type": "text", "value": "billing"}])
        table = f"/table/{self.ids['customers']}/"
        self.paths = [
            "/", "/?q=orders", "/?q=nothing%20like%20it", "/?q=part&datasource_id=8",
            "/?removed=yes", "/datasource/8/", "/datasource/9/", "/datasource/10/",
            f"/schema/{self.schema_ids['main.dbo']}/", f"/schema/{self.schema_ids[SCRIPT]}/",
            f"/schema/{self.schema_ids['main.dbo']}/?removed=yes", table, f"{table}history/",
            f"{table}edit", *[f"/table/{self.ids[name]}/" for name in (
                "orders", "recent_orders", "old_orders", NASTY)],
            f"/table/{self.ids[NASTY]}/history/", f"/table/{self.ids[NASTY]}/edit", "/jobs/",
            "/jobs/?state=error&table=%3Cb%3E"]
