# postgres.py - a real PostgreSQL server on 127.0.0.1.
# SPDX-License-Identifier: Apache-2.0
import shutil
import signal
from pathlib import Path

import psycopg

from lib.bad_server import signal_family
from lib.process import Program, free_port, run, server_folder, unprivileged


def programs():
    """Where Debian keeps initdb and postgres: the newest version that is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                     key=lambda path: int(path.parts[-3]))
    assert folders, "no PostgreSQL server: tests/run installs it"
    return folders[-1].parent


class Postgres:
    """One server, to which everybody may connect as `user`."""

    user = "postgres"

    def __init__(self):
        self.port = free_port()
        self._folder = server_folder("postgres")
        self._data = self._folder / "data"
        made = run(unprivileged([programs() / "initdb", "-D", self._data, "-U", self.user, "-A",
                                 "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]))
        assert made.returncode == 0, made.stdout + made.stderr
        self._program = None
        self.start()

    def start(self):
        # Nothing here outlives the tests, so nothing has to reach the disk; thousands of
        # tables are made in one transaction.
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "",
                    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
                    "max_connections": "200", "max_locks_per_transaction": "512"}
        options = [text for key, value in settings.items() for text in ("-c", f"{key}={value}")]
        self._program = Program(
            "postgres", [programs() / "postgres", "-D", self._data, "-p", self.port, *options],
            cwd=self._folder, is_unprivileged=True)
        self._program.wait_for(r"database system is ready to accept connections", timeout=60)

    @property
    def pid(self):
        return self._program.pid

    @property
    def output(self):
        """Its log."""
        return self._program.output

    def stop(self):
        self._program.stop(signal.SIGINT)  # without waiting for the clients to go

    def kill(self):
        """As a crash does."""
        signal_family(self.pid, signal.SIGKILL)
        self._program.wait()

    def close(self):
        self._program.stop(signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def connection(self, database="postgres", user=user):
        """The ODBC connection string; `database` may be {catalog}."""
        return (f"Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={self.port};"
                f"Database={database};UID={user}")

    def connect(self, database="postgres"):
        """A connection of psycopg."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user=self.user, dbname=database,
                               autocommit=True)

    def execute(self, sql, database="postgres"):
        """Run statements; the rows of the last one, where it has any."""
        with self.connect(database) as connection:
            cursor = connection.execute(sql)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def create_database(self, name):
        quoted = name.replace('"', '""')
        self.execute(f'create database "{quoted}"')
