# test_one_of_many.py - a job for one table reads that table, however many others there are.
# SPDX-License-Identifier: Apache-2.0
#
# What the database has to do is counted, and is the same among a hundred tables and among
# fifty thousand; how long it takes is for the benchmark to print.
import os
import re
import shutil

from lib.process import UNPRIVILEGED, poll
from lib.serve import end
from lib.statements import Statements

FEW, MANY = 100, 50000

CATALOGS = ["pg_attrdef", "pg_attribute", "pg_class", "pg_constraint", "pg_depend",
            "pg_description", "pg_index", "pg_namespace", "pg_type"]


def job(schema):
    return {"datasource_id": 8, "schema": schema, "table": "wanted"}


def rows_of_catalogs(connection):
    """How many rows of PostgreSQL's catalogs all ended sessions have read."""
    connection.execute("select pg_stat_clear_snapshot()")
    names = ", ".join(f"'pg_catalog.{name}'" for name in CATALOGS)
    return connection.execute(
        "select sum(pg_stat_get_tuples_returned(o) + pg_stat_get_tuples_fetched(o))::bigint"
        f" from unnest(array[{names}]::regclass[]) o").fetchone()[0]


def wait_for_sessions_to_end(connection):
    """Until then they have not told what they read."""
    poll(lambda: connection.execute(
        "select 1 from pg_stat_activity where backend_type = 'client backend'"
        " and pid <> pg_backend_pid()").fetchone() is None, what="the sessions end")


def make_tables(connection, first, last):
    connection.execute(
        f"do $$ begin for number in {first}..{last} loop"
        " execute format('create table other_%s (id integer)', number); end loop; end $$")


def test_postgresql_is_asked_for_one_table_among_50000(make_site, own_postgres):
    own_postgres.execute("alter system set autovacuum = off")
    own_postgres.execute(
        "create table parent (id integer primary key);"
        "create table wanted (id integer primary key, name text not null default 'none',"
        " parent integer references parent); comment on column wanted.name is 'of the thing'")
    statements = Statements(own_postgres)  # and it reads its settings again
    site = make_site([{"id": 8, "name": "many", "timeout": "20s",
                       "connection": own_postgres.connection()}])
    rows = {}
    made = 0
    with own_postgres.connect() as connection:
        for count in (FEW, MANY):
            make_tables(connection, made + 1, count)
            made = count
            wait_for_sessions_to_end(connection)
            before = rows_of_catalogs(connection)
            worker = site.start_worker()
            assert site.ask(job("public")).status == "ok"
            statements.mark()
            reply = site.ask(job("public"))
            assert reply.value["table"]["columns"][1]["comment"] == "of the thing"
            # Once it is connected it asks once, for that table and no other.
            read, = statements.seen()
            assert "wanted" in read and "other_" not in read
            end(worker)
            wait_for_sessions_to_end(connection)
            rows[count] = rows_of_catalogs(connection) - before
    print("rows of the catalogs read:", rows)
    assert 0 < rows[FEW] < MANY / 10  # most of them to begin a session
    assert rows[MANY] < 1.2 * rows[FEW]


# What MariaDB counts when it looks for tables and at them.
WORK = ("Opened_table_definitions", "Opened_tables", "Handler_read_rnd_next",
        "Handler_read_first", "Handler_read_next", "Handler_read_key", "Handler_tmp_write")


def work_of(mariadb):
    found = dict(mariadb.execute("show global status"))
    return {name: int(found[name]) for name in WORK}


def asked(mariadb, start):
    """The statements in the general log, with their parameters in place."""
    text = mariadb.general_log.read_text(encoding="utf-8", errors="replace")[start:]
    return re.findall(r"\t +\d+ (?:Query|Execute)\t(.*(?:\n(?!\d{6} |\t\t *\d).*)*)", text)


def test_mariadb_is_asked_for_one_table_among_50000(make_site, own_mariadb):
    own_mariadb.create_database("many")
    own_mariadb.execute(
        "create table parent (id integer primary key);"
        "create table wanted (id integer primary key, name text not null default 'none'"
        " comment 'of the thing', parent integer, foreign key (parent) references parent (id));"
        "create table other_0 (id integer) engine = memory", "many")
    folder = own_mariadb.general_log.parent / "data" / "many"
    site = make_site([{"id": 8, "name": "many", "timeout": "20s",
                       "connection": own_mariadb.connection()}])
    # On before a statement is prepared: then its parameters are logged, too.
    own_mariadb.execute("set global general_log = on")
    site.start_worker()
    work = {}
    for count in (FEW, MANY):
        for number in range(1, count + 1):  # a table in memory is this one file
            copy = folder / f"other_{number}.frm"
            if not copy.exists():
                shutil.copyfile(folder / "other_0.frm", copy)
                if os.geteuid() == 0:
                    shutil.chown(copy, UNPRIVILEGED)
        assert own_mariadb.execute(f"select count(*) from other_{count}", "many") == [(0,)]
        assert site.ask(job("many")).status == "ok"
        start = len(own_mariadb.general_log.read_text(encoding="utf-8", errors="replace"))
        before = work_of(own_mariadb)
        reply = site.ask(job("many"))
        after = work_of(own_mariadb)
        assert reply.value["table"]["columns"][1]["comment"] == "of the thing"
        texts = asked(own_mariadb, start)
        reads = [text for text in texts if "wanted" in text]
        assert reads and not any("other_" in text for text in texts)
        work[count] = {name: after[name] - before[name] for name in WORK}
    print("work of MariaDB:", work, len(reads), "statements")
    assert work[MANY] == work[FEW]
