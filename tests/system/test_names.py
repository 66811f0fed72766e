# test_names.py - names of one, two and three levels, on DBMSs that have them.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import sqlite3


def columns(reply):
    assert reply.status == "ok", reply
    return [column["name"] for column in reply.value["table"]["columns"]]


def entry(reply):
    return reply.value["table"]["schema_name"], reply.value["table"]["id"]


def job(schema, table="foobar", **more):
    return {"datasource_id": 8, "schema": schema, "table": table, **more}


def test_three_levels_are_kept_apart_on_virtuoso(make_site, virtuoso):
    names = {"main.dbo": "in_main_dbo", "other.dbo": "in_other_dbo", "main.app": "in_main_app"}
    virtuoso.execute(*[f"create table {schema}.foobar (id integer primary key, {column} integer)"
                       for schema, column in names.items()])
    site = make_site([{"id": 8, "name": "virtuoso", "connection": virtuoso.connection()}])
    site.start_worker()

    replies = {schema: site.ask(job(schema)) for schema in names}
    for schema, reply in replies.items():
        assert columns(reply) == ["id", names[schema]]
        assert reply.value["table"]["schema_name"] == schema
    assert len({reply.value["table"]["id"] for reply in replies.values()}) == 3
    assert site.ask(job("other.app")).value["code"] == 404


def test_virtuoso_finds_names_without_regard_to_case(make_site, virtuoso):
    virtuoso.execute("create table mixed.dbo.Foobar (id integer primary key)")
    site = make_site([{"id": 8, "name": "virtuoso", "connection": virtuoso.connection()}])
    site.start_worker()
    exact, other = site.ask(job("mixed.dbo", "Foobar")), site.ask(job("MIXED.DBO", "foobar"))
    assert columns(exact) == columns(other) == ["id"]
    assert entry(exact) == entry(other)
    assert other.value["table"]["name"] == "Foobar"


def test_one_data_source_serves_two_postgresql_databases(make_site, postgres):
    for name in ("alpha", "beta", "secret"):
        postgres.create_database(name)
        postgres.execute(f"create schema dbo; create table dbo.foobar (in_{name} integer)", name)
    site = make_site([{"id": 8, "name": "both", "connection": postgres.connection("{catalog}"),
                       "default_catalog": "alpha", "catalogs": ["alpha", "beta"]}])
    site.start_worker()

    alpha, beta = site.ask(job("alpha.dbo")), site.ask(job("beta.dbo"))
    assert columns(alpha) == ["in_alpha"]
    assert columns(beta) == ["in_beta"]
    assert entry(alpha)[0] == "alpha.dbo" and entry(beta)[0] == "beta.dbo"
    assert entry(alpha) != entry(beta)
    assert entry(site.ask(job("dbo"))) == entry(alpha)
    for schema in ("secret.dbo", '"alpha;UID=evil".dbo', '"{catalog}".dbo'):
        reply = site.ask(job(schema))
        assert reply.value["code"] == 404, reply


def test_a_quoted_name_is_one_name_on_postgresql(make_site, postgres):
    postgres.create_database("main")
    postgres.execute('create schema dbo; create table dbo.foobar (in_dbo integer);'
                     'create schema "main.dbo"; create table "main.dbo".foobar (in_quoted integer)',
                     "main")
    site = make_site([{"id": 8, "name": "main", "connection": postgres.connection("main")}])
    site.start_worker()

    quoted, plain = site.ask(job('"main.dbo"')), site.ask(job("main.dbo"))
    assert columns(quoted) == ["in_quoted"]
    assert columns(plain) == ["in_dbo"]
    assert entry(quoted)[0] == '"main.dbo"'
    assert entry(plain)[0] == "dbo"
    assert columns(site.ask(job("[main.dbo]"))) == ["in_quoted"]
    assert entry(site.ask(job("dbo"))) == entry(plain)
    other = site.ask(job("elsewhere.dbo"))
    assert other.error == "schema_not_found"


def test_an_attached_sqlite_database_has_a_name_with_a_dot(make_site, sqlite_file):
    first = sqlite_file("create table foobar (in_main integer)", "first")
    second = sqlite_file("create table foobar (in_attached integer)", "second")
    site = make_site([{"id": 8, "name": "files", "init": f"attach '{second}' as \"main.dbo\"",
                       "connection": f"Driver=SQLite3;Database={first}"}])
    site.start_worker()

    attached = site.ask(job("main.dbo"))
    assert columns(attached) == ["in_attached"]
    assert entry(attached)[0] == '"main.dbo"'
    assert entry(site.ask(job('"main.dbo"'))) == entry(attached)
    assert columns(site.ask(job("main"))) == ["in_main"]
    assert site.ask(job("main.other")).error == "schema_not_found"


def test_names_in_any_letters_come_back_as_they_are(make_site, postgres, database):
    """Whatever encoding the worker's environment names."""
    names = ["Grüße", "表", 'a "quoted" one', "a.b", "percent_%", "emoji 🦆", "it's", "back\\slash"]
    for number, name in enumerate(names):
        quoted = name.replace('"', '""')
        postgres.execute(f'create table "{quoted}" (column_{number} integer)', database)
    site = make_site([{"id": 8, "name": database, "connection": postgres.connection(database)}])
    site.start_worker({"PGCLIENTENCODING": "none"})
    for number, name in enumerate(names):
        reply = site.ask(job("public", name))
        assert columns(reply) == [f"column_{number}"]
        assert reply.value["table"]["name"] == name


def test_a_table_that_is_gone_is_removed_in_any_spelling(make_site, sqlite_file):
    """Where names compare without case, the catalog knows the table by another spelling."""
    path = sqlite_file("create table Gone (id integer); create table stays (id integer)")
    site = make_site([{"id": 8, "name": "file",
                       "connection": f"Driver=SQLite3;Database={path}"}])
    site.start_worker()
    known = site.ask({"datasource_id": 8, "schema": "main", "table": "gone"}).value["table"]
    assert known["name"] == "Gone"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("drop table Gone")
    reply = site.ask({"datasource_id": 8, "schema": "MAIN", "table": "GONE"})
    assert reply.error == "table_not_found"
    assert site.serve.table(known["id"])["removed"] is True


def test_an_index_on_a_long_expression_is_no_obstacle(make_site, postgres, database):
    long = " || ".join(["a", *["coalesce(a, 'nothing at all to be seen here')"] * 40])
    postgres.execute(f"create table t (a text); create index long_one on t (({long}))", database)
    site = make_site([{"id": 8, "name": "pg", "connection": postgres.connection(database)}])
    site.start_worker()
    reply = site.ask({"datasource_id": 8, "schema": "public", "table": "t"})
    assert reply.status == "ok", reply
    index, = reply.value["table"]["indexes"]
    assert index["name"] == "long_one" and len(index["columns"][0]) > 1024
