# mariadb.py - a real MariaDB server on 127.0.0.1.
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
from pathlib import Path

import pymysql
from pymysql.constants import CLIENT

from lib.process import Program, free_port, run, server_folder, unprivileged

SETTINGS = """\
[mysqld]
datadir = {folder}/data
socket = {folder}/socket
pid-file = {folder}/pid
tmpdir = {folder}/tmp
port = {port}
bind-address = 127.0.0.1
skip-name-resolve
skip-log-bin
character-set-server = utf8mb4
general-log-file = {folder}/general.log
# Nothing here outlives the tests, so nothing has to reach the disk.
innodb-flush-log-at-trx-commit = 0
innodb-flush-method = nosync
innodb-doublewrite = 0
innodb-log-file-size = 16M
innodb-buffer-pool-size = 64M
innodb-autoextend-increment = 1
table-open-cache = 4000
aria-pagecache-buffer-size = 8M
key-buffer-size = 1M
max-connections = 200
"""


def quoted(name):
    """A name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


class MariaDB:
    """One server, to which everybody on this machine may connect as `user`, without a
    password.  `settings` are more lines for its configuration."""

    user = "root"
    password = ""

    def __init__(self, settings=""):
        self.port = free_port()
        self._folder = server_folder("mariadb")
        # A server that starts removes the temporary tables that it finds, and so those of
        # another one in the same folder, which that one does not survive.
        temporary = self._folder / "tmp"
        temporary.mkdir()
        temporary.chmod(0o777)
        self._file = self._folder / "my.cnf"
        self._file.write_text(SETTINGS.format(folder=self._folder, port=self.port)
                              + settings, encoding="utf-8")
        made = run(unprivileged([
            "mariadb-install-db", f"--defaults-file={self._file}", "--skip-test-db",
            "--auth-root-authentication-method=normal"]), env={"HOME": str(self._folder)})
        assert made.returncode == 0, made.stdout + made.stderr
        self._program = None
        self.start()

    @property
    def pid(self):
        return self._program.pid

    @property
    def general_log(self):
        """What `set global general_log = on` writes to."""
        return self._folder / "general.log"

    def start(self):
        server = shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin")
        assert server, "no MariaDB server: tests/run installs it"
        self._program = Program("mariadb", [server, f"--defaults-file={self._file}"],
                                cwd=self._folder, is_unprivileged=True)
        self._program.wait_for(r"ready for connections", timeout=60)

    def stop(self):
        self._program.stop()

    def kill(self):
        """As a crash does."""
        self._program.kill()

    def close(self):
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def connection(self, database=None, user=user):
        """The ODBC connection string; without a database for all of them."""
        text = f"Driver={{MariaDB Unicode}};Server=127.0.0.1;Port={self.port};UID={user}"
        return text + (f";Database={database}" if database else "")

    def connect(self, database=None, user=user, password=""):
        """A connection of PyMySQL."""
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=user, password=password, database=database,
            charset="utf8mb4", autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS)

    def execute(self, sql, database=None):
        """Run statements; the rows of the last one, where it has any."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            while cursor.nextset():
                pass
            return list(cursor.fetchall()) if cursor.description else []

    def lose(self, database, table):
        """Remove what InnoDB has of a table, while the server is stopped."""
        self.stop()
        (self._folder / "data" / database / f"{table}.ibd").unlink()
        self.start()

    def create_database(self, name):
        self.execute(f"create database {quoted(name)}")
