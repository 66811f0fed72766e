# samples.py - schemas that other people made, on the DBMS that they made them for; each is
# taken out of a package when it is needed.
# SPDX-License-Identifier: Apache-2.0
import json
import re
import sys
import zipfile
from pathlib import Path

from lib.process import run

TESTS = Path(__file__).parents[1]
JARS = TESTS / ".tools" / "samples"

# SchemaCrawler's own test schema says of each DBMS which of its files are for it.  Of these
# only what makes tables and views is taken: no users, no routines, no rows.
BOOKS_LISTS = {"postgresql": "postgresql", "mariadb": "mysql", "sqlite": "sqlite"}
BOOKS_FILES = re.compile(r"^[;@],(/db/books/(?:1|2|3|80_remarks_0[12])\S*)$", re.MULTILINE)


def jar(name):
    found = sorted(JARS.glob(f"{name}-*.jar"))
    assert found, f"no {name} in {JARS}: tests/run fetches it"
    return zipfile.ZipFile(found[-1])


def books(dbms):
    """The SQL of SchemaCrawler's schema of books, whose names are as people write them."""
    with jar("schemacrawler-testdb") as archive:
        listed = archive.read(f"{BOOKS_LISTS[dbms]}.scripts.txt").decode()
        return "\n".join(archive.read(path.lstrip("/")).decode().rstrip().rstrip(";") + ";"
                         for path in BOOKS_FILES.findall(listed))


def batch(dbms):
    """The SQL of Spring Batch's tables."""
    with jar("spring-batch-core") as archive:
        return archive.read(f"org/springframework/batch/core/schema-{dbms}.sql").decode()


def migrate_django(**database):
    """Let Django make the tables of the applications that it comes with."""
    done = run([sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"],
               timeout=120, env={"PYTHONPATH": str(TESTS), "TS_DATABASE": json.dumps(database),
                                 "DJANGO_SETTINGS_MODULE": "lib.django_settings"})
    assert done.returncode == 0, done.stdout + done.stderr
