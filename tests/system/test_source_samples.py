# test_source_samples.py - schemas that other people made, read on every DBMS that they made
# them for, and held against SQLAlchemy's inspector fact by fact.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lib import independent, samples
from lib.process import run
from lib.reading import Reader

NASTY = Path(__file__).parents[1] / "lib" / "nasty.sql"


class Known(NamedTuple):
    """A difference that is right: where it occurs, and what the two values have to be."""
    dbms: str
    samples: str
    path: str  # a regular expression for 'TABLE FACT'
    holds: Callable[[Any, Any], bool]
    why: str


def without_parentheses(text):
    return re.sub(r"[() ]", "", text)


KNOWN = [
    Known("postgresql", "django books nasty", r"\S+ check_constraints/\S+/expression",
          lambda ours, theirs: without_parentheses(ours) == without_parentheses(theirs),
          "the inspector asks for the expression without parentheses that are not needed"),
    Known("postgresql", "books nasty", r".* indexes/.*/columns",
          lambda ours, theirs: ours == [independent.quoted(name) for name in theirs],
          "columns of an index are expressions, in which names are quoted"),
    Known("postgresql", "books information_schema nasty", r"\S+ columns/\S+/default",
          lambda ours, theirs: ours is None and theirs,
          "the default is that of the column's domain"),
    Known("postgresql", "pgbench nasty",
          r"(pgbench_history foreign_keys/pgbench_history_aid_fkey\d"
          r"|to_parted foreign_keys/to_parted_day_n_fkey\d?)/\w+",
          lambda ours, theirs: ours is ...,
          "a key to a partitioned table is told once more for each partition"),
    Known("postgresql", "nasty", r"\w+ foreign_keys/\w+/referenced_schema",
          lambda ours, theirs: ours == independent.quoted(theirs),
          "the name of a schema that holds a dot is printed with quotes"),
    Known("postgresql", "nasty", r"to_unique foreign_keys/one_column/on_delete",
          lambda ours, theirs: (ours, theirs) == ("SET NULL", "SET NULL (x)"),
          "there is no place for the columns that a rule is for"),

    Known("mariadb", "django books batch", r"[\w ]+ primary_key",
          lambda ours, theirs: ours == {**theirs, "name": "PRIMARY"},
          "a primary key always has this name, and the inspector does not tell it"),
    Known("mariadb", "django books batch", r"[\w ]+ foreign_keys/.+/on_(update|delete)",
          lambda ours, theirs: (ours, theirs) == ("RESTRICT", "NO ACTION"),
          "information_schema calls RESTRICT what has no rule, and the inspector leaves it out"),
    Known("mariadb", "django", r"django_admin_log check_constraints/action_flag/expression",
          lambda ours, theirs: ours == "`action_flag` >= 0" and theirs is ...,
          "the inspector does not see a check that stands behind its column"),
    Known("mariadb", "books", r"X_EMPLOYEES columns/(HOURLY_RATE|ACTIVE)/default",
          lambda ours, theirs: f"({ours})" == theirs,
          "the inspector gives the parentheses of the statement too"),
    Known("mariadb", "books", r"AuthorsList view_definition",
          lambda ours, theirs: theirs.endswith(" AS " + ours.replace("`samples_books`.", "")),
          "the inspector gives the whole statement, as told in the database of the view"),
    Known("mariadb", "books", r"AuthorsList columns/\w+/nullable",
          lambda ours, theirs: (ours, theirs) == (False, True),
          "the inspector takes every column of a view to be nullable"),

    Known("sqlite", "django books batch", r"\w+ columns/\w+/identity",
          lambda ours, theirs: (ours, theirs) == ("by default", None),
          "the inspector does not tell AUTOINCREMENT"),
    Known("sqlite", "batch", r"BATCH_\w+_SEQ columns/ID/nullable",
          lambda ours, theirs: (ours, theirs) == (False, True),
          "the rowid is never null"),
    Known("sqlite", "django", r"\w+ unique_constraints/\(\w+\)/columns",
          lambda ours, theirs: len(ours) == 1 and theirs is ...,
          "the inspector does not find UNIQUE behind NOT NULL"),
    Known("sqlite", "django books", r"\w+ indexes/sqlite_autoindex_\w+_1/primary",
          lambda ours, theirs: (ours, theirs) == (True, False),
          "the inspector does not tell which index is that of the primary key"),
    Known("sqlite", "books", r"X_EMPLOYEES columns/ACTIVE/default",
          lambda ours, theirs: ours.startswith("CASE") and theirs == "",
          "the inspector looks for the expression of a generated column in its own line"),
    Known("sqlite", "books", r"Βιβλία foreign_keys/FK_βιβλία_Publishers/\w+",
          lambda ours, theirs: theirs is ...,
          "the inspector does not find the name of a key beside names that are not ASCII"),
    Known("sqlite", "books", r"Βιβλία foreign_keys/\(Εκδότης\)/\w+",
          lambda ours, theirs: ours is ...,
          "so it tells this key as one without a name"),
]


@pytest.fixture
def on_postgresql(postgres):
    """(connection string, schema, independent reader) of a sample."""
    def make(sample):
        schema = {"nasty": "app", "information_schema": "information_schema",
                  "pg_catalog": "pg_catalog"}.get(sample, "public")
        database = f"samples_{sample}"
        postgres.create_database(database)
        if sample == "django":
            samples.migrate_django(ENGINE="django.db.backends.postgresql", HOST="127.0.0.1",
                                   PORT=postgres.port, NAME=database, USER=postgres.user)
        elif sample == "pgbench":
            made = run(["pgbench", "-i", "-I", "dtpf", "--partitions=3", "-h", "127.0.0.1", "-p",
                        postgres.port, "-U", postgres.user, database])
            assert made.returncode == 0, made.stderr
        elif sample == "nasty":
            postgres.execute(NASTY.read_text(encoding="utf-8"), database)
        elif sample in ("books", "batch"):
            postgres.execute(getattr(samples, sample)("postgresql"), database)
        return (postgres.connection(database), schema,
                independent.PostgreSQL(postgres, database, schema))
    return make


@pytest.fixture
def on_mariadb(mariadb):
    def make(sample):
        database = f"samples_{sample}"
        mariadb.create_database(database)
        if sample == "django":
            samples.migrate_django(ENGINE="django.db.backends.mysql", HOST="127.0.0.1",
                                   PORT=mariadb.port, NAME=database, USER=mariadb.user)
        else:
            mariadb.execute(getattr(samples, sample)("mariadb"), database)
        return mariadb.connection(), database, independent.MariaDB(mariadb, database)
    return make


@pytest.fixture
def on_sqlite(tmp_path):
    def make(sample):
        path = tmp_path / "sample.sqlite"
        if sample == "django":
            samples.migrate_django(ENGINE="django.db.backends.sqlite3", NAME=str(path))
        else:
            with contextlib.closing(sqlite3.connect(path)) as database:
                database.executescript(getattr(samples, sample)("sqlite"))
        return f"Driver=SQLite3;Database={path}", "main", independent.SQLite(path)
    return make


@pytest.mark.parametrize("dbms, sample", [
    *[("postgresql", sample) for sample in (
        "django", "books", "batch", "pgbench", "information_schema", "pg_catalog", "nasty")],
    *[("mariadb", sample) for sample in ("django", "books", "batch")],
    *[("sqlite", sample) for sample in ("django", "books", "batch")],
])
def test_a_sample_is_told_as_an_independent_reader_tells_it(
        request, build, tmp_path, dbms, sample):
    connection, schema, other = request.getfixturevalue(f"on_{dbms}")(sample)
    reader = Reader(build, tmp_path, connection=connection)
    names = list(reader.list(schema))
    assert len(names) > 3
    theirs = other.documents(names)
    rules = [rule for rule in KNOWN if rule.dbms == dbms and sample in rule.samples.split()]
    seen, unexplained = set(), {}
    for name, ours in zip(names, reader.read(schema, *names), strict=True):
        for path, pair in independent.differences(ours, theirs[name]).items():
            found = {rule for rule in rules if re.fullmatch(rule.path, f"{name} {path}")
                     and rule.holds(*pair)}
            seen |= found
            if not found:
                unexplained[f"{name} {path}"] = pair
    assert unexplained == {}
    assert [rule.why for rule in rules if rule not in seen] == [], "occurs no more"
