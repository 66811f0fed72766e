# test_clients.py - each client of the README gets the table, by the README's very text.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lib import contract
from lib.process import Program, poll, run
from lib.site import Site

TOP = Path(__file__).parents[2]
JARS = TOP / "tests" / ".tools" / "spring"
BLOCK = re.compile(r"<!-- example: (\w+) -->\n((?:```\w+\n.*?^```\n)+)", re.DOTALL | re.MULTILINE)
TWELVE = ["id", "url", "name", "schema_name", "title", "description", "ds_id", "is_view",
          "custom_fields", "schema_id", "synonyms", "db_comment"]


def examples():
    """{name: [the code of a block, …]} of the README, in their order."""
    found = {}
    for name, blocks in BLOCK.findall((TOP / "README.md").read_text(encoding="utf-8")):
        found.setdefault(name, []).extend(
            re.findall(r"```\w+\n(.*?)^```\n", blocks, re.DOTALL | re.MULTILINE))
    return found


@pytest.fixture(name="site", scope="module")
def site_with_the_table_of_the_readme(build, kafka, tmp_path_factory):
    """Table `foobar` in a schema called `main.dbo`, of data source 8."""
    folder = tmp_path_factory.mktemp("site")
    run(["sqlite3", folder / "data.sqlite", "create table foobar (id integer primary key)"])
    source = {"id": 8, "name": "file", "connection": "Driver=SQLite3;Database=:memory:",
              "init": f"attach database '{folder}/data.sqlite' as \"main.dbo\""}
    with contextlib.closing(Site(build, folder, kafka, [source], has_trigger=True)) as site:
        site.start_worker()
        site.serve.program.wait_for(r" trigger\.ready\b")
        yield site


@pytest.fixture(name="client")
def client_of_the_site(site, tmp_path):
    return Client(site, tmp_path)


class Client:
    """Somebody who has typed what stands in the README, but for the names of the servers and
    topics, in a folder of his own."""

    def __init__(self, site, folder):
        self.site, self.folder = site, folder
        self.environment = {"TS_CONFIG": str(site.serve.path),
                            "PATH": f"{site.build}:{os.environ['PATH']}"}

    def here(self, text):
        """The text with the names of this site."""
        for name, ours in [("http://127.0.0.1:8080", self.site.serve.url),
                           ("localhost:9092", self.site.kafka.bootstrap),
                           ("tablesync.jobs", self.site.jobs),
                           ("tablesync.replies", self.site.default_topic)]:
            text = text.replace(name, ours)
        return text

    def run(self, *argv):
        """Run a command; what it prints."""
        ran = subprocess.run([str(one) for one in argv], cwd=self.folder, timeout=100, check=False,
                             env={**os.environ, **self.environment}, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def shell(self, text):
        return self.run("sh", "-euc", self.here(text))

    def python(self, text):
        return self.run(sys.executable, "-c", self.here(text))


def is_the_table(value):
    """These are the twelve members of the README's table.  SQLite has one level above a table, so
    that the name of this schema has a dot in it and is told in quotes."""
    return list(value) == TWELVE and (value["name"], value["schema_name"], value["ds_id"]) == (
        "foobar", '"main.dbo"', 8)


def check_reply(text):
    reply = json.loads(text)
    contract.check("reply", reply)
    assert reply["status"] == "ok" and reply["warnings"] == []
    assert is_the_table(dict(list(reply["table"].items())[:12]))
    return reply


def test_curl_gets_the_table_and_looks_at_the_catalog(client):
    ask, ask_and_look_later, look = examples()["curl"]
    assert is_the_table(json.loads(client.shell(ask)))
    for name in ("token", "header"):
        assert (client.folder / name).stat().st_mode & 0o077 == 0, "others may read the token"

    job = json.loads(client.shell(ask_and_look_later))
    assert job["state"] in ("pending", "ok")
    pending = json.loads((client.folder / "answer").read_text(encoding="utf-8"))
    assert pending == {"job_id": job["job_id"], "state": "pending"}

    def lists():
        tables, jobs = client.shell(look.replace("\n", "\necho\n", 1)).splitlines()
        return [json.loads(text)["items"] for text in (tables, jobs)]

    # The list of jobs learns of a reply as everybody does who reads the topic: a little later.
    tables, jobs = poll(lambda: lists() if lists()[1] else None, what="a job in the list")
    assert [table["name"] for table in tables] == ["foobar"]
    assert {one["job"]["table"] for one in jobs} == {"foobar"}


@pytest.mark.parametrize("encoding", ["json=", "data="])
def test_requests_gets_the_table(client, encoding):
    text, = examples()["requests"]
    (client.folder / "token").write_text(client.site.serve.token("admin") + "\n", encoding="ascii")
    status, table = client.python(text.replace("json=", encoding)).split(maxsplit=1)
    assert status == "201"
    printed = client.run(sys.executable, "-c", f"import json; print(json.dumps({table}))")
    assert is_the_table(json.loads(printed))


def test_kcat_publishes_the_job_and_reads_the_reply(client):
    read, publish = examples()["kcat"]
    reader = Program("kcat", ["sh", "-euc", "exec " + client.here(read)])
    for partition in range(4):
        reader.wait_for(rf"Reached end of topic \S+ \[{partition}\]")
    client.shell(publish)
    assert reader.wait() == 0, reader.output
    line = next(line for line in reader.output.splitlines() if "{" in line)
    headers, value = line.split(" ", maxsplit=1)
    assert "status=ok" in headers and "correlationId=my-1" in headers
    assert check_reply(value)["correlation_id"] == "my-1"


def test_confluents_client_gets_the_reply(client):
    text, = examples()["confluent"]
    printed = client.python(text.replace("print(json.loads(reply.value()))",
                                         "print(reply.value().decode())"))
    check_reply(printed)


def test_spring_gets_the_reply(client):
    """The program has the text of the README in it."""
    core, = examples()["spring"]
    program = (TOP / "deploy" / "examples" / "SyncTable.java").read_text(encoding="utf-8")
    assert textwrap.indent(core, "\t\t") in program
    path = client.folder / "SyncTable.java"
    path.write_text(client.here(program), encoding="utf-8")
    check_reply(client.run("java", "-Xmx128m", "-XX:TieredStopAtLevel=1",
                           "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                           "-cp", f"{JARS}/*", path))


def test_no_example_is_without_its_test():
    """Each block of a language that somebody would copy has a mark, and a test above."""
    text = (TOP / "README.md").read_text(encoding="utf-8")
    assert set(examples()) == {"curl", "requests", "kcat", "confluent", "spring"}
    rest = BLOCK.sub("", text)
    assert not re.findall(r"^```(sh|python|java)$", rest, re.MULTILINE)
