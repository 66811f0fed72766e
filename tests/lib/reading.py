# reading.py - tables read through the program `read_table`: the sources without the rest.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
import subprocess
import threading


class Reader:
    """One data source.  What it answers are documents, or {"error": …, "document": …}."""

    def __init__(self, build, folder, **datasource):
        self._config = folder / f"source-{len(list(folder.glob('source-*')))}.yaml"
        self._config.write_text(json.dumps(
            {"datasources": [{"id": 8, "name": "source", **datasource}]}, ensure_ascii=False))
        self._program = [build / "read_table", self._config, "8"]
        self.warnings = []  # of the last read

    def _run(self, *arguments):
        done = subprocess.run([*self._program, *arguments], capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        # Drivers write there too.
        self.warnings = [text for line in done.stderr.splitlines() if line.startswith("[")
                         for text in json.loads(line)]
        return [json.loads(line) for line in done.stdout.splitlines()]

    def read(self, schema, *tables):
        """The outcomes of one read."""
        outcomes = self._run(schema, *tables)
        assert len(outcomes) == len(tables)
        return outcomes

    def table(self, schema, table):
        """The document of one table that is there."""
        outcome, = self.read(schema, table)
        assert "error" not in outcome, outcome
        return outcome

    def error(self, schema, table):
        """The code and message of a read that fails."""
        outcome, = self.read(schema, table)
        assert "error" in outcome, outcome
        return outcome["error"]["code"], outcome["error"]["message"]

    def list(self, schema):
        """{"name": is_view}, or the error."""
        value, = self._run("--list", schema)
        if isinstance(value, dict):
            return value
        assert value == sorted(value, key=lambda row: row["table"].encode())
        return {row["table"]: row["is_view"] for row in value}

    def time(self, count, schema, *tables):
        """How long reads of `count` tables take: see read.c."""
        times, = self._run("--time", str(count), schema, *tables)
        return times

    @contextlib.contextmanager
    def follow(self):
        """A function that reads as `read`, in one process that keeps its connections."""
        with subprocess.Popen([*self._program, "--follow"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            def read(schema, *tables):
                process.stdin.write("\t".join([schema, *tables]) + "\n")
                process.stdin.flush()
                killer = threading.Timer(60, process.kill)  # a read that never ends
                killer.start()
                try:
                    return [json.loads(process.stdout.readline()) for _ in tables]
                finally:
                    killer.cancel()

            yield read
            process.stdin.close()
            assert process.wait(timeout=30) == 0
