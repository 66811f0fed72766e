# conftest.py - what the system tests are given: servers, each started once and only when
# asked for, and the real program.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import itertools
import sqlite3
from pathlib import Path

import pytest

from lib import process
from lib.browser import Browser
from lib.gallery import Gallery
from lib.kafka import Kafka
from lib.mariadb import MariaDB
from lib.postgres import Postgres
from lib.serve import Serve
from lib.site import Site
from lib.virtuoso import Virtuoso

TESTS = Path(__file__).parents[1]
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def kafka():
    """A broker for everybody: .bootstrap, .topics(name, …)."""
    with contextlib.closing(Kafka()) as broker:
        yield broker


@pytest.fixture
def own_kafka():
    """A broker that the test may stop(), kill() and start() again."""
    with contextlib.closing(Kafka()) as broker:
        yield broker


@pytest.fixture(scope="session")
def guarded_kafka():
    """A broker that forbids what it is told to: .allow_all_but(kind, name, operation)."""
    with contextlib.closing(Kafka(is_guarded=True)) as broker:
        yield broker


@pytest.fixture
def own_cluster():
    """Three brokers, of which the test may kill and start one: .nodes."""
    with contextlib.closing(Kafka(3)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres():
    """.port, .user, .connection(database), .execute(sql, database), .create_database(name)."""
    with contextlib.closing(Postgres()) as server:
        yield server


@pytest.fixture
def own_postgres():
    """A server that the test may stop() and start() again."""
    with contextlib.closing(Postgres()) as server:
        yield server


@pytest.fixture(scope="session")
def warehouse(postgres):
    """The name of a PostgreSQL database with the 2,000 tables of lib/warehouse.sql."""
    postgres.create_database("warehouse")
    postgres.execute((TESTS / "lib" / "warehouse.sql").read_text(encoding="utf-8"), "warehouse")
    return "warehouse"


@pytest.fixture
def database(postgres):
    """The name of an empty PostgreSQL database of the test's own."""
    name = f"test_{next(NUMBERS)}"
    postgres.create_database(name)
    return name


@pytest.fixture(scope="session")
def mariadb():
    """.port, .user, .connection(database), .execute(sql, database), .create_database(name)."""
    with contextlib.closing(MariaDB()) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_shop(mariadb):
    """The server with the databases shop and main.dbo of lib/mariadb_nasty.sql."""
    mariadb.create_database("shop")
    mariadb.create_database("main.dbo")
    sql = (TESTS / "lib" / "mariadb_nasty.sql").read_text(encoding="utf-8")
    columns = ", ".join(f"column_{n} int default {n}" for n in range(1000))
    mariadb.execute(f"{sql} create table wide ({columns})", "shop")
    return mariadb


@pytest.fixture
def own_mariadb():
    """A server that the test may stop(), freeze and start() again."""
    with contextlib.closing(MariaDB()) as server:
        yield server


@pytest.fixture(scope="session")
def virtuoso():
    """.connection(database), .execute(sql)."""
    with contextlib.closing(Virtuoso()) as server:
        yield server


@pytest.fixture
def sqlite_file(tmp_path):
    """sqlite_file(sql, name="data") makes a SQLite database; its path."""

    def make(sql, name="data"):
        path = tmp_path / f"{name}.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript(sql)
        return path

    return make


@pytest.fixture
def serve(build, tmp_path):
    """A catalog alone, no Kafka: .url, .put(), .table(), .tables(), .patch()."""
    with contextlib.closing(Serve(build, tmp_path)) as catalog:
        yield catalog


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog(request, build, tmp_path):
    """The same as `serve`, once on each storage."""
    http = {}
    if request.param == "postgresql":
        postgres = request.getfixturevalue("postgres")
        http["storage"] = postgres.connection(request.getfixturevalue("database"))
    with contextlib.closing(Serve(build, tmp_path, config={"http": http})) as served:
        yield served


@pytest.fixture
def make_site(build, kafka, tmp_path):
    """make_site(datasources=[…], …) gives a Site: its own topics and catalog, no worker yet.
    `kafka=` takes another broker than the common one."""
    sites = []

    def make(datasources=(), **options):
        site = Site(build, tmp_path, options.pop("kafka", kafka), datasources, **options)
        sites.append(site)
        return site

    yield make
    for site in sites:
        site.close()


@pytest.fixture(scope="module")
def gallery(build, tmp_path_factory):
    """A catalog with everything that pages can show: a Serve with .ids and .paths."""
    with contextlib.closing(Gallery(build, tmp_path_factory.mktemp("gallery"))) as catalog:
        yield catalog


@pytest.fixture(scope="session")
def chromium():
    """A browser for everybody, as its last user left it."""
    with contextlib.closing(Browser()) as window:
        yield window


@pytest.fixture
def browser(chromium):
    """A browser that is nobody's yet: .open(url), .fill(), .click(), .text(), …  What its
    console says and the test does not ask for is a failure."""
    chromium.reset()
    yield chromium
    assert chromium.complaints() == []


SERVERS = {"chromedriver", "kafka", "mariadb", "postgres", "virtuoso"}
PROGRAMS_BEFORE = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    item.stash[PROGRAMS_BEFORE] = len(process.RUNNING)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A test that fails shows what its programs printed last, and a little of the servers."""
    report = yield
    if report.failed:
        for program in process.RUNNING[item.stash[PROGRAMS_BEFORE]:]:
            count = 5 if program.name in SERVERS else 60
            report.sections.append((f"output of {program.name}", program.tail(count)))
    return report
