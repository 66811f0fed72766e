# test_main_job.py - a job becomes an entry in the catalog and a reply.
# SPDX-License-Identifier: Apache-2.0
import random
import threading

from confluent_kafka.admin import AdminClient

from lib import contract
from lib.serve import end

JOBS = 10000

# What PostgreSQL itself says of each fact table, in the catalog's words.
COLUMNS = """
    select c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
        not a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum),
        case a.attgenerated when 's' then 'stored' end,
        case a.attidentity when 'a' then 'always' when 'd' then 'by default' end
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind = 'r' and c.relname like 'fact%' order by c.relname, a.attnum"""
CONSTRAINTS = """
    select c.relname, k.conname, k.contype::text,
        (select array_agg(a.attname::text order by u.place) from unnest(k.conkey)
            with ordinality u(number, place)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number)
    from pg_constraint k join pg_class c on c.oid = k.conrelid where c.relname like 'fact%'"""
INDEXES = """
    select c.relname, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    from pg_index i join pg_class c on c.oid = i.indrelid where c.relname like 'fact%'"""


def source(postgres, database, **more):
    return {"id": 8, "name": database, "connection": postgres.connection(database),
            "concurrency": 4, "timeout": "20s", **more}


def job(table, schema="public", **more):
    return {"datasource_id": 8, "schema": schema, "table": table, **more}


def by_table(rows):
    tables = {}
    for table, *row in rows:
        tables.setdefault(table, []).append(row)
    return tables


def assert_catalog_is_database(catalog, postgres, database):
    """Every fact table is in the catalog exactly as PostgreSQL has it."""
    held = {entry["name"]: catalog.table(entry["id"]) for entry in catalog.tables(ds_id=8)}
    columns = by_table(postgres.execute(COLUMNS, database))
    constraints = by_table(postgres.execute(CONSTRAINTS, database))
    indexes = by_table(postgres.execute(INDEXES, database))
    assert held.keys() == columns.keys()
    for name, table in held.items():
        members = ("name", "position", "type", "nullable", "default", "comment", "generated",
                   "identity")
        assert [[column[member] for member in members] for column in table["columns"]] \
            == columns[name]
        lists = {"p": [table["primary_key"]], "u": table["unique_constraints"],
                 "f": table["foreign_keys"]}
        found = [[entry["name"], kind, entry["columns"]]
                 for kind, entries in lists.items() for entry in entries]
        keys = [row for row in constraints[name] if row[1] in lists]
        assert sorted(found) == sorted(keys)
        assert [check["name"] for check in table["check_constraints"]] \
            == [row[0] for row in constraints[name] if row[1] == "c"]
        assert sorted([index["name"], index["definition"]] for index in table["indexes"]) \
            == sorted(indexes[name])


def test_ten_thousand_jobs_are_answered_while_a_worker_is_stopped(make_site, postgres, warehouse):
    site = make_site([source(postgres, warehouse)], partitions=12)
    site.start_worker()
    leaver = site.start_worker()
    jobs = [job(f"fact_{number % 2000 + 1}") for number in range(JOBS)]
    random.Random(8).shuffle(jobs)

    def publish():
        for number, one in enumerate(jobs):
            site.publisher.publish(one, correlation=b"%d" % number, is_flushed=False)
        site.publisher.flush()

    publishing = threading.Thread(target=publish)
    publishing.start()
    site.collector.wait(JOBS // 2, timeout=120)
    end(leaver)
    publishing.join(60)
    answered = set()
    replies = site.collector.wait_until(
        lambda: answered.update(reply.correlation for reply in site.collector.replies)
        or len(answered) == JOBS, 120, "a reply to each job")

    assert answered == {b"%d" % number for number in range(JOBS)}
    for reply in replies:
        contract.check("reply", reply.value)
        assert reply.status == "ok", reply
        assert reply.value["table"]["name"] == jobs[int(reply.correlation)]["table"]
    # A stop in good order answers what it began, so nothing is done twice.
    assert len(replies) == JOBS
    assert_catalog_is_database(site.serve, postgres, warehouse)


def test_a_second_sync_keeps_the_id_and_what_people_wrote(make_site, postgres, database):
    postgres.execute("create table thing (id integer primary key, name text)", database)
    site = make_site([source(postgres, database)])
    site.start_worker()

    first = site.ask(job("thing")).value
    assert first["change"]["kind"] == "created"
    number = first["table"]["id"]
    curated = {"title": "Things", "description": "all of them",
               "custom_fields": [{"name": "owner", "type": "text", "value": "Ada"}]}
    site.serve.patch(number, **curated)

    again = site.ask(job("thing")).value
    assert again["change"]["kind"] == "unchanged"
    postgres.execute("alter table thing add size integer", database)
    changed = site.ask(job("thing")).value
    assert changed["change"]["kind"] == "updated"
    assert changed["change"]["columns_added"] == ["size"]
    for reply in (again, changed):
        contract.check("reply", reply)
        assert reply["table"]["id"] == number
        assert {name: reply["table"][name] for name in curated} == curated


def test_a_table_that_is_made_again_keeps_its_id(make_site, postgres, database):
    postgres.execute("create table thing (id integer)", database)
    site = make_site([source(postgres, database)])
    site.start_worker()
    number = site.ask(job("thing")).value["table"]["id"]

    postgres.execute("drop table thing", database)
    assert site.ask(job("thing")).error == "table_not_found"
    assert site.serve.tables(ds_id=8) == []

    postgres.execute("create table thing (id bigint)", database)
    reply = site.ask(job("thing")).value
    assert reply["change"]["kind"] == "updated"
    assert reply["table"]["id"] == number
    assert [entry["id"] for entry in site.serve.tables(ds_id=8)] == [number]


def test_a_view_is_asked_for_as_a_view(make_site, postgres, database):
    postgres.execute("create table thing (id integer); create view seen as select id from thing",
                     database)
    site = make_site([source(postgres, database)])
    site.start_worker()

    table = site.ask(job("seen", table_type="VIEW")).value["table"]
    assert table["kind"] == "VIEW" and table["is_view"]
    assert "thing" in table["view_definition"]
    wrong = site.ask(job("seen"))
    assert wrong.error == "table_not_found"
    assert "VIEW" in wrong.value["error"]["message"]


def test_a_sqlite_table_becomes_an_entry(make_site, sqlite_file):
    path = sqlite_file("create table thing (id integer primary key, name text not null)")
    site = make_site([{"id": 8, "name": "file",
                       "connection": f"Driver=SQLite3;Database={path}"}])
    site.start_worker()
    reply = site.ask(job("thing", "main")).value
    contract.check("reply", reply)
    assert [column["name"] for column in reply["table"]["columns"]] == ["id", "name"]
    assert site.serve.table(reply["table"]["id"])["columns"] == reply["table"]["columns"]


def test_an_unknown_data_source_and_schema_and_table_are_named(make_site, postgres, database):
    site = make_site([source(postgres, database)])
    site.start_worker()
    for asked, code, name in [
            ({"datasource_id": 9, "schema": "public", "table": "t"}, "datasource_unknown", "9"),
            (job("t", "nowhere"), "schema_not_found", "nowhere"),
            (job("nothing"), "table_not_found", "nothing")]:
        reply = site.ask(asked)
        contract.check("reply", reply.value)
        assert reply.error == code
        assert reply.value["code"] == 404 and not reply.value["error"]["retryable"]
        assert name in reply.value["error"]["message"]
        assert reply.value["job"] == asked


def test_missing_topics_are_created(make_site, sqlite_file):
    path = sqlite_file("create table thing (id integer primary key)")
    site = make_site([{"id": 8, "name": "file", "connection": f"Driver=SQLite3;Database={path}"}],
                     creates_topics=False, partitions=3)
    site.start_worker()
    assert site.ask(job("thing", "main")).status == "ok"
    found = AdminClient({"bootstrap.servers": site.kafka.bootstrap}).list_topics(timeout=30).topics
    assert len(found[site.jobs].partitions) == 3
    assert len(found[site.default_topic].partitions) == 3
