# test_storage.py - what is under the reference catalog: SQLite or PostgreSQL, several instances,
# servers that go away, storages of older programs.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import random
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from pathlib import Path

import pytest
import yaml

from lib.bad_server import signal_family
from lib.documents import document, moment, removal
from lib.process import poll, run
from lib.serve import Serve

SQL = Path(__file__).parents[2] / "src" / "store" / "sql"
TABLES = "/api/v1/catalog/tables"


def storage(postgres, database="postgres"):
    return {"http": {"storage": postgres.connection(database)}}


# the rules, against a model

class Model:
    """The reference catalog's rules once more, in a few lines: one table."""

    def __init__(self):
        self.number = self.columns = self.title = self.seen = None
        self.version, self.is_removed = 0, False

    def put(self, second, columns):
        """`columns` None: it is gone.  What kind of change that is."""
        if self.number is None and columns is None:
            return "unchanged"
        if self.number is None:
            kind, self.title = "created", ""
        elif second < self.seen:
            return "superseded"
        elif self.is_removed == (columns is None) and columns in (None, self.columns):
            kind = "unchanged"
        else:
            kind = "updated"
        self.seen, self.is_removed = second, columns is None
        self.columns = columns or self.columns
        self.version += kind != "unchanged"
        return kind

    def told(self, table):
        """Is this what the catalog has to tell?"""
        return (table["id"], "".join(one["name"] for one in table["columns"]), table["title"],
                table["observed_at"], table.get("removed", False)) == (
                    self.number, self.columns, self.title, moment(self.seen), self.is_removed)


def test_random_work_ends_as_a_model_of_it_does(catalog):
    dice, models = random.Random(6), {name: Model() for name in "abcde"}
    for _ in range(40):
        batch = []
        for _ in range(dice.randint(1, 12)):
            name, second = dice.choice("abcde"), dice.randint(1, 59)
            columns = dice.choice(["xyz", "xy", "zyx", None])
            batch.append((name, second, columns))
        results = catalog.put(*[
            removal(name, second) if columns is None else document(name, columns, second)
            for name, second, columns in batch])
        for (name, second, columns), result in zip(batch, results, strict=True):
            model, table = models[name], result["table"]
            kind = model.put(second, columns)
            if model.number is None and table:
                model.number = table["id"]
            assert result["change"]["kind"] == kind
            assert result["change"]["version"] == (model.version or None)
            assert table is None if model.number is None else model.told(table)
        name = dice.choice("abcde")
        if models[name].number:
            models[name].title = f"title {dice.random()}"
            catalog.patch(models[name].number, title=models[name].title)
    for model in models.values():
        assert model.told(catalog.table(model.number))
        versions = [one["version"] for one in catalog.versions(model.number)]
        assert versions == list(range(model.version, 0, -1))
        for is_removed in (False, True):
            found = catalog.tables(q=model.title, removed=str(is_removed).lower())
            assert len(found) == (model.is_removed == is_removed)


# what is there

def test_data_sources_and_schemas_are_listed_with_what_they_hold(catalog):
    catalog.put(document("a"), document("b", second=4), document("c", schema_name="Main.app"),
                document("a", ds_id=3, schema_name="x", second=2), removal("a", second=5))
    assert catalog.json("GET", "/api/v1/catalog/datasources") == {"next": None, "items": [
        {"id": 3, "schemas": 1, "tables": 1, "removed": 0, "observed_at": moment(2)},
        {"id": 8, "schemas": 2, "tables": 2, "removed": 1, "observed_at": moment(5)}]}
    page = catalog.json("GET", "/api/v1/catalog/schemas?limit=2")
    rest = catalog.json("GET", page["next"])
    schemas = page["items"] + rest["items"]
    assert [(one["ds_id"], one["name"], one["tables"], one["removed"]) for one in schemas] == [
        (3, "x", 1, 0), (8, "Main.app", 1, 0), (8, "main.dbo", 1, 1)]
    assert rest["next"] is None
    assert catalog.json("GET", "/api/v1/catalog/schemas?ds_id=8")["items"] == schemas[1:]
    assert catalog.json("GET", f"/api/v1/catalog/schemas/{schemas[2]['id']}") == schemas[2]
    answer = catalog.request("GET", "/api/v1/catalog/schemas/999")
    assert (answer.status_code, answer.json()["code"]) == (404, "schema_not_found")


def test_a_token_sees_only_what_is_within_its_limits(catalog):
    catalog.put(document("a"), document("b", schema_name="main.app"), document("c", ds_id=9),
                document("d", ds_id=9, schema_name="it's, \"x\""))
    for limits, names in [
            ({"datasource": 9}, "cd"), ({"schema": "main.dbo"}, "ac"),
            ({"datasource": [8, 9], "schema": ["main.app", "it's, \"x\""]}, "bd"),
            ({"datasource": 7}, "")]:
        token = catalog.token("viewer", **limits)
        for query in ("?limit=2", "?q=main.dbo", "?ds_id=9", "?schema=main.app"):
            everything = {table["name"] for table in catalog.json("GET", TABLES + query)["items"]}
            seen = catalog.json("GET", TABLES + query.replace("limit=2", "limit=9"),
                                token=token)["items"]
            assert {table["name"] for table in seen} == (
                set(names) if query == "?limit=2" else set(names) & everything), (limits, query)
        schemas = catalog.json("GET", "/api/v1/catalog/schemas", token=token)["items"]
        assert sum(one["tables"] for one in schemas) == len(names)
        sources = catalog.json("GET", "/api/v1/catalog/datasources", token=token)["items"]
        assert sum(one["tables"] for one in sources) == len(names)


def test_a_search_reads_on_where_a_page_ends(catalog):
    numbers = range(250)
    catalog.put(*[document(f"t{i}", [f"column_{i % 7}", "every"]) for i in numbers])
    for text, fits in [("every", lambda i: True), ("column_3", lambda i: i % 7 == 3),
                       ("t2 every column_3", lambda i: i % 7 == 3 and str(i)[0] == "2"),
                       ("7", lambda i: "7" in str(i)), ("t249", lambda i: i == 249)]:
        found = [table["name"] for table in catalog.tables(q=text, limit=10)]
        assert found == [f"t{i}" for i in numbers if fits(i)], text


def test_a_removal_in_other_letters_finds_the_table(catalog):
    catalog.put(document("Orders"))
    for name, ignores_case, kind in [("ORDERS", False, "unchanged"), ("ORDER_", True, "unchanged"),
                                     ("ORDERS", True, "updated")]:
        result, = catalog.put(removal(name, second=2, schema_name="MAIN.dbo",
                                      ignore_case=ignores_case))
        assert result["change"]["kind"] == kind, name
    assert result["table"]["removed"]


@pytest.mark.parametrize("sql, index", [
    ((SQL / "find_any_case.sql").read_text(encoding="utf-8"), "catalog_table_any_case"),
    ("select t.id from catalog_table t where t.removed = cast(? as bigint) and t.ds_id = "
     "cast(? as bigint) order by t.observed_at desc, t.id desc limit cast(? as bigint)",
     "catalog_table_ds_seen")])
def test_what_is_asked_often_goes_along_an_index(serve, sql, index):
    with contextlib.closing(sqlite3.connect(serve.storage)) as connection:
        plan = str(connection.execute(f"explain query plan {sql}", (1, 8, 3)).fetchall())
    assert index in plan
    assert "SCAN" not in plan


# several instances

def put_when_free(serve, *documents):
    """Write documents, and ask again where the other instance has the storage for too long."""
    def ask():
        answer = serve.request("PUT", TABLES, json={"tables": documents})
        return None if answer.status_code == 429 else [answer]

    answer, = poll(ask, what="a storage that is free")
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_instances_that_share_a_storage_never_lose_an_update(build, tmp_path, postgres, database):
    with contextlib.ExitStack() as stack:
        both = [stack.enter_context(contextlib.closing(
            Serve(build, tmp_path, name, config=storage(postgres, database))))
            for name in ("one", "two")]

        def write(second):
            """One table that all write, and one that is written once."""
            return put_when_free(
                both[second % 2], document("shared", "ab" if second % 3 else "abc", second),
                document(f"own_{second}", schema_name=f"schema_{second % 5}"))

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(write, range(1, 60)))
        assert {one["status"] for pair in results for one in pair} == {"ok"}
        assert len({pair[0]["table"]["id"] for pair in results}) == 1
        assert len({pair[1]["table"]["id"] for pair in results}) == 59
        assert len({pair[1]["table"]["schema_id"] for pair in results}) == 5
        number = results[0][0]["table"]["id"]
        assert both[0].table(number) == both[1].table(number)
        assert both[0].table(number)["observed_at"] == moment(59)
        kinds = [pair[0]["change"]["kind"] for pair in results]
        versions = [one["version"] for one in both[1].versions(number)]
        assert versions == list(range(len(versions), 0, -1))
        assert (kinds.count("created"), kinds.count("updated")) == (1, len(versions) - 1)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_programs_that_start_at_once_make_the_tables_once(build, tmp_path, request, kind):
    text = f"Driver=SQLite3;Database={tmp_path}/new.db"
    if kind == "postgresql":
        text = request.getfixturevalue("postgres").connection(request.getfixturevalue("database"))
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"http": {"storage": text}}))
    with ThreadPoolExecutor(6) as pool:
        ended = list(pool.map(lambda _: run(
            [build / "tablesync", "token", "list", "--config", config]), range(6)))
    assert [one.returncode for one in ended] == [0] * 6, [one.stderr for one in ended]


def test_an_error_in_a_transaction_takes_all_of_it_back(build, tmp_path, postgres, database):
    with contextlib.closing(Serve(build, tmp_path, config=storage(postgres, database))) as serve:
        serve.put(document("before"))
        postgres.execute(
            "create function refuse() returns trigger language plpgsql as "
            "$$begin raise exception 'no' using errcode = 'lock_not_available'; end$$; "
            "create trigger refuse before insert on catalog_table for each row "
            "when (new.name = 'wrong') execute function refuse()", database)
        answer = serve.request("PUT", TABLES, json={
            "tables": [document(name) for name in ("first", "wrong", "last")]})
        assert answer.status_code == 429
        assert [table["name"] for table in serve.tables()] == ["before"]
        assert serve.put(document("after"))[0]["change"]["kind"] == "created"
        assert [table["name"] for table in serve.tables()] == ["before", "after"]
        postgres.execute("drop trigger refuse on catalog_table", database)
        assert serve.put(document("wrong"))[0]["change"]["kind"] == "created"


def test_a_program_that_starts_waits_for_the_upgrade_of_another(build, serve):
    with contextlib.closing(sqlite3.connect(serve.storage, isolation_level=None)) as other, \
            ThreadPoolExecutor(1) as pool:
        other.execute("begin immediate")
        ended = pool.submit(run, [build / "tablesync", "token", "list", "--config", serve.path])
        with pytest.raises(TimeoutError):
            ended.result(timeout=3)  # a lock alone is waited for 2 s
        other.execute("rollback")
        assert ended.result().returncode == 0, ended.result().stderr


# a server that goes away

def test_a_storage_that_comes_back_is_used_again(build, tmp_path, own_postgres):
    with contextlib.closing(Serve(build, tmp_path, config=storage(own_postgres))) as serve:
        number = serve.put(document(second=1))[0]["table"]["id"]
        own_postgres.stop()
        for method, path, body in [("GET", f"{TABLES}/{number}", None), ("GET", TABLES, None),
                                   ("PUT", TABLES, {"tables": [document(second=2)]})]:
            answer = serve.request(method, path, json=body)
            assert answer.status_code in (429, 500), answer.text
        own_postgres.start()
        result, = serve.put(document(second=3))
        assert (result["change"]["kind"], result["table"]["id"]) == ("unchanged", number)
        assert serve.table(number)["observed_at"] == moment(3)


def test_a_storage_that_stands_still_holds_nobody_for_long(build, tmp_path, own_postgres):
    with contextlib.closing(Serve(build, tmp_path, config=storage(own_postgres))) as serve:
        serve.put(document(second=1))
        signal_family(own_postgres.pid, signal.SIGSTOP)
        try:
            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(lambda call: serve.request(*call, json={
                    "tables": [document(second=2)]}), [("GET", TABLES), ("PUT", TABLES)]))
        finally:
            signal_family(own_postgres.pid, signal.SIGCONT)
        assert [answer.status_code for answer in answers] == [429, 429]
        assert serve.put(document(second=3))[0]["status"] == "ok"


def test_the_password_of_a_storage_comes_from_a_file(build, tmp_path, own_postgres):
    own_postgres.execute("create role keeper login password 'it''s {right};'")
    own_postgres.execute("create database catalog owner keeper")
    (hba,), = own_postgres.execute("show hba_file")
    own_postgres.execute("copy (values ('host all keeper 127.0.0.1/32 scram-sha-256'), "
                         f"('host all all 127.0.0.1/32 trust')) to '{hba}'")
    own_postgres.stop()
    own_postgres.start()
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text("it's {right};\n")
    config = {"http": {"storage": own_postgres.connection("catalog", "keeper"),
                       "storage_password_file": str(password)}}
    with contextlib.closing(Serve(build, tmp_path, config=config)) as serve:
        assert serve.put(document())[0]["status"] == "ok"
        assert "right" not in serve.program.output
    password.write_text("wrong\n")
    ended = run([build / "tablesync", "serve", "--config", serve.path])
    assert ended.returncode == 2
    assert "password authentication failed" in ended.stderr


# storages of older programs

def test_a_storage_of_version_1_is_brought_along(build, tmp_path):
    old = document("Orders", ["customer_id"], db_comment="What was sold")
    with contextlib.closing(Serve(build, tmp_path, "new")) as serve:
        serve.put(old)
    with contextlib.closing(sqlite3.connect(serve.storage)) as new, \
            contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as first:
        versions = new.execute("select * from catalog_version").fetchall()
        first.executescript(
            "create table storage (version bigint not null); insert into storage values (1);"
            + (SQL / "sqlite_1.sql").read_text(encoding="utf-8"))
        first.execute("insert into catalog_schema values (1, 8, 'main.dbo')")
        first.execute("insert into catalog_table values (1, 1, 8, 'main.dbo', 'Orders', 1, "
                      "1767225601000007, 0, 1, 'Old title', '<p>old</p><script>x', '[]', 'x')")
        first.executemany("insert into catalog_version values (?, ?, ?, ?, ?, ?)", versions)
        first.commit()
    with contextlib.closing(Serve(build, tmp_path, "old")) as serve:
        for text in ["orders", "customer_id", "sold", "old title", "dbo"]:
            assert [table["id"] for table in serve.tables(q=text)] == [1], text
        assert serve.put(old)[0]["change"]["kind"] == "unchanged"
        assert serve.put(document("Orders", second=2))[0]["table"]["title"] == "Old title"
        assert serve.tables(q="customer_id") == []


def test_a_database_that_cannot_hold_every_text_is_refused(build, tmp_path, postgres):
    postgres.execute("create database latin_storage encoding 'LATIN1' locale 'C' template template0")
    ended = run([build / "tablesync", "serve", "--http-listen", "127.0.0.1:0", "--http-storage",
                 postgres.connection("latin_storage")])
    assert ended.returncode == 2
    assert "LATIN1" in ended.stderr
