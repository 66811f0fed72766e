# virtuoso.py - a real Virtuoso on 127.0.0.1: the DBMS in Debian with three levels of names.
# SPDX-License-Identifier: Apache-2.0
import shutil
from pathlib import Path

from lib.process import Program, free_port, run, server_folder

DRIVER = Path("/usr/lib/x86_64-linux-gnu/odbc/virtodbc_r.so")

SETTINGS = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{port}
DisableUnixSocket = 1
MaxClientConnections = 20
CheckpointInterval = 0
CaseMode = 2
NumberOfBuffers = 2000
MaxDirtyBuffers = 1500
SchedulerInterval = 10
"""


class Virtuoso:
    """One server; user and password are dba."""

    def __init__(self):
        assert DRIVER.exists(), "no Virtuoso driver: tests/run installs it"
        self.port = free_port()
        self._folder = server_folder("virtuoso")
        self._settings = self._folder / "virtuoso.ini"
        self._settings.write_text(SETTINGS.format(folder=self._folder, port=self.port))
        self._program = None
        self.start()

    @property
    def pid(self):
        return self._program.pid

    def start(self):
        (self._folder / "virtuoso.lck").unlink(missing_ok=True)  # of one that was killed
        self._program = Program(
            "virtuoso", ["virtuoso-t", "+configfile", self._settings, "+foreground"],
            cwd=self._folder, is_unprivileged=True)
        self._program.wait_for(r"Server online at", timeout=120)

    def kill(self):
        """As a crash does."""
        self._program.kill()

    def close(self):
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def connection(self, database=None):
        """The ODBC connection string."""
        text = f"Driver={DRIVER};HOST=127.0.0.1:{self.port};UID=dba;PWD=dba"
        return text + (f";DATABASE={database}" if database else "")

    def execute(self, *statements):
        """Run statements (in one text each, or with ';' at the end of a line); what isql
        prints of the rows."""
        text = "".join(statement.rstrip("; \n") + ";\n" for statement in statements)
        ran = run(["isql-vt", f"127.0.0.1:{self.port}", "dba", "dba", "ERRORS=STDOUT",
                   "VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF"], text=text)
        assert ran.returncode == 0 and "*** Error" not in ran.stdout, ran.stdout + ran.stderr
        return ran.stdout
