# source.py - the benchmark of the sources alone: how fast PostgreSQL's tables are read.
# SPDX-License-Identifier: Apache-2.0
"""Tables of 20 columns with keys, indexes, checks and comments (lib/warehouse.sql), read by
one client over one kept connection.  Beside it pgbench, which sends the very same statement
prepared, for the same tables in the same order, with the same session settings, and throws
away what comes: no program can be faster that asks the same.  Each reads all tables once to
warm its session up, and is timed when it reads them again."""
import contextlib
import re
import statistics
import tempfile
from pathlib import Path

from lib.delay_proxy import DelayProxy
from lib.mariadb import MariaDB
from lib.postgres import programs
from lib.process import run
from lib.reading import Reader

TESTS = Path(__file__).parents[1]
SQL = TESTS.parent / "src" / "source" / "sql"
TABLES = 2000
BATCH = 64
ROUNDS = 5
DELAY = 0.01  # each way
OTHERS_AT_ONCE = 2000  # created in one transaction


def names(count):
    return [f"fact_{number}" for number in range(1, count + 1)]


def session_options():
    """What a connection of ours is set to, as options of libpq."""
    text = (SQL / "postgresql_session.sql").read_text(encoding="utf-8")
    settings = re.findall(r"^set (\w+) = '?([^';\n]*)", text, re.MULTILINE)
    assert len(settings) == text.count("\nset "), settings
    return " ".join(f"-c {name}={value}" for name, value in settings).replace(
        "{timeout_ms}", "30000")


def script(batch):
    """For pgbench: the names of one batch more each time, then our statement; twice, of which
    the first is for the first pass."""
    lines = (SQL / "postgresql_read.sql").read_text(encoding="utf-8").splitlines()
    sql = "\n".join(line for line in lines if not line.strip().startswith("--"))
    # pgbench sees variables also in literals.
    sql = re.sub(r"'[^']*'", lambda literal: "E" + literal[0].replace(":", r"\072")
                 if ":" in literal[0] else literal[0], sql)
    assert sql.count("?::") == 2
    sql = sql.replace("?::", ":schemas::", 1).replace("?::", ":tables::", 1)
    passes = -(-TABLES // batch)
    return f"""\\set n :n + 1
select array_agg('public'::text)::text as schemas, array_agg('fact_' || i)::text as tables
from generate_series(mod(:n::int - 1, {passes}) * {batch} + 1,
    least(mod(:n::int - 1, {passes}) * {batch} + {batch}, {TABLES})) i \\gset
\\if :n <= {passes}
{sql};
\\else
{sql};
\\endif
"""


def pgbench(postgres, folder, batch):
    """Milliseconds a table."""
    path = folder / f"batch-{batch}.pgbench"
    path.write_text(script(batch), encoding="utf-8")
    passes = -(-TABLES // batch)
    done = run([programs() / "pgbench", "-h", "127.0.0.1", "-p", postgres.port, "-U",
                postgres.user, "-n", "-M", "prepared", "-c", 1, "-t", 2 * passes, "-r",
                "-D", "n=0", "-f", path, "warehouse"], env={"PGOPTIONS": session_options()})
    # Of each command: milliseconds, failures, its first line.
    taken = re.findall(r"^ +([0-9.]+) +0 +select$", done.stdout, re.MULTILINE)
    assert done.returncode == 0 and len(taken) == 2, done.stdout + done.stderr
    return float(taken[1]) * passes / TABLES


def print_rounds(postgres, folder, reader):
    """Our readers and pgbench in turns, since the machine is not always equally fast; the
    fastest pgbench, with one table a statement."""
    rounds, cpu_ms = [], []
    for _ in range(ROUNDS):
        one, many = (reader.time(batch, "public", *names(TABLES)) for batch in (1, BATCH))
        rounds.append([pgbench(postgres, folder, 1), one["seconds"] * 1000 / TABLES,
                       pgbench(postgres, folder, BATCH), many["seconds"] * 1000 / TABLES])
        cpu_ms.append([0, one["cpu_seconds"] * 1000 / TABLES,
                       0, many["cpu_seconds"] * 1000 / TABLES])
    print(f"{'ms a table':24} {'best':>8} {'/pgbench':>8} {'median':>8} {'/pgbench':>8} {'cpu':>8}")
    for at, name in enumerate(["pgbench, one table", "tablesync, one table",
                               f"pgbench, {BATCH}", f"tablesync, {BATCH}"]):
        ceiling = at - at % 2
        print(f"{name:24} {min(times[at] for times in rounds):8.3f}"
              f" {min(t[at] for t in rounds) / min(t[ceiling] for t in rounds):8.2f}"
              f" {statistics.median(times[at] for times in rounds):8.3f}"
              f" {statistics.median(times[at] / times[ceiling] for times in rounds):8.2f}"
              f" {min(times[at] for times in cpu_ms):8.3f}", flush=True)
    return min(times[0] for times in rounds)


def print_floor(reader, ceiling):
    count = 100
    floor = reader.time(1, "public", *names(count))["seconds"] * 1000 / count
    print(f"{'catalog functions':24} {floor:8.3f} {floor / ceiling:8.2f}", flush=True)


def print_far(make_reader, postgres):
    """A server 20 ms away."""
    with contextlib.closing(DelayProxy(postgres.port, DELAY)) as proxy:
        connection = postgres.connection("warehouse").replace(
            f"Port={postgres.port};", f"Port={proxy.port};")
        reader = make_reader(connection=connection)
        with reader.follow() as read:
            read("public", "fact_1")
            first = proxy.turns
            for count in (1, BATCH):
                before = proxy.turns
                read("public", *names(count))
                turns = proxy.turns - before
                ms = reader.time(count, "public", *names(10 * count))["seconds"] * 100
                print(f"{DELAY * 2000:.0f} ms away, {count:2} tables: {ms:.1f} ms,"
                      f" {turns} round trips")
        ms = reader.time(1, "public", "fact_1")["first"] * 1000
        print(f"{DELAY * 2000:.0f} ms away, first table, with the connection: {ms:.1f} ms,"
              f" {first} round trips and TCP's", flush=True)


def make_others(postgres, first, last):
    columns = ", ".join(f"c{number} integer" for number in range(1, 21))
    for start in range(first, last + 1, OTHERS_AT_ONCE):
        end = min(start + OTHERS_AT_ONCE - 1, last)
        postgres.execute(
            f"do $$ begin for number in {start}..{end} loop"
            f" execute format('create table other_%s ({columns})', number); end loop; end $$",
            "growing")


def work(postgres):
    """(pages touched, tables read) in the database that grows, as PostgreSQL counts them."""
    return postgres.execute(
        "select sum(shared_blks_hit + shared_blks_read)::int, sum(rows)::int"
        " from pg_stat_statements s join pg_database d on d.oid = s.dbid"
        " where datname = 'growing' and query like '-- postgresql_read.sql%'")[0]


def print_growth(make_reader, postgres):
    """The same tables among more and more others."""
    measured = made = 100
    sql = (TESTS / "lib" / "warehouse.sql").read_text(encoding="utf-8")
    assert sql.count("1..2000") == 1
    postgres.create_database("growing")
    postgres.execute(sql.replace("1..2000", f"1..{measured}"), "growing")
    reader = make_reader(connection=postgres.connection("growing"))
    for count in (100, 2000, 50000):
        make_others(postgres, made + 1, count)
        made = count
        postgres.execute("vacuum analyze", "growing")
        ms, pages = {}, {}
        for batch in (1, BATCH):
            reader.time(batch, "public", *names(measured))
            before = work(postgres)
            ms[batch] = min(
                reader.time(batch, "public", *names(measured))["seconds"] * 1000 / measured
                for _ in range(ROUNDS))
            touched, tables = (now - then for now, then in zip(work(postgres), before,
                                                               strict=True))
            pages[batch] = touched / tables
        print(f"{count:8} {ms[1]:8.3f} {pages[1]:8.0f} {ms[BATCH]:14.3f} {pages[BATCH]:8.0f}",
              flush=True)


MARIADB_TABLE = """
create table fact_{number} (
    id bigint primary key auto_increment, region_id integer not null,
    code varchar(12) not null, name varchar(80) not null default 'unnamed',
    amount decimal(12,2) not null default 0 comment 'without tax, table {number}',
    tax decimal(12,2) as (amount * 0.19) stored, currency char(3) not null default 'EUR',
    quantity integer, weight double, is_active boolean not null default true,
    created_at timestamp not null default current_timestamp, changed_at datetime(3), day date,
    span time, details json, labels text, source_ip inet6, checksum blob, reference uuid, note text,
    constraint fact_{number}_region_fk foreign key (region_id) references region (id),
    constraint fact_{number}_amount_check check (amount >= 0),
    unique (region_id, code), index (created_at, currency)) comment 'Facts of stage {number}'
"""


def print_mariadb(make_reader):
    """The same for MariaDB, with fewer tables: it takes longer to make them."""
    count = 4 * BATCH
    with contextlib.closing(MariaDB()) as server:
        server.create_database("warehouse")
        server.execute("create table region (id integer primary key, name text)", "warehouse")
        for number in range(1, count + 1):
            server.execute(MARIADB_TABLE.format(number=number), "warehouse")
        connection = server.connection("warehouse")
        reader = make_reader(connection=connection)
        ms = {batch: min(
            reader.time(batch, "warehouse", *names(count))["seconds"] * 1000 / count
            for _ in range(ROUNDS)) for batch in (1, BATCH)}
        floor = make_reader(connection=connection, dialect="generic").time(
            1, "warehouse", *names(5))["seconds"] * 1000 / 5
    print(f"MariaDB, {count} such tables: {ms[1]:.3f} ms for one, {ms[BATCH]:.3f} ms in batches of"
          f" {BATCH}; catalog functions {floor:.0f} ms", flush=True)


def source(build, _kafka, postgres):
    """PostgreSQL's tables, near and far, among few and many; MariaDB's."""
    print(f"\nsource: {TABLES:,} tables of 20 columns, read in {ROUNDS} rounds: the best and the"
          " median;\nto pgbench with the same statement prepared; cpu: of the reader alone")
    with tempfile.TemporaryDirectory(prefix="tablesync-bench-") as name:
        folder = Path(name)

        def make_reader(**datasource):
            return Reader(build, folder, **datasource)

        connection = postgres.connection("warehouse")
        postgres.execute("vacuum analyze", "warehouse")
        ceiling = print_rounds(postgres, folder, make_reader(connection=connection))
        print_floor(make_reader(connection=connection, dialect="generic"), ceiling)
        print_far(make_reader, postgres)
        print("the same 100 tables among more and more of 20 columns, after vacuum analyze; pages:"
              "\nof the database's that a read of a table touches, by its own count")
        print(f"{'tables':>8} {'ms':>8} {'pages':>8} {'ms, 64 at once':>14} {'pages':>8}")
        print_growth(make_reader, postgres)
        print_mariadb(make_reader)
