# test_publish.py - libtablesync and `tablesync publish` against a real broker, with a fake
# worker that answers as no real one can be made to.
# SPDX-License-Identifier: Apache-2.0
import itertools
import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from lib import contract
from lib.fake_worker import FakeWorker
from lib.messages import kcat
from lib.process import Program, poll, run

NUMBERS = itertools.count(1)
NO_BROKER = "127.0.0.1:1"  # nobody listens there, and nobody ever will
USAGE, JOB_ERROR, TIMED_OUT, UNREACHABLE = 2, 3, 5, 6


class Topics:
    """Two topics of a test's own, and who publishes to them."""

    def __init__(self, build, kafka, is_made=True):
        name = f"publish{next(NUMBERS)}"
        self.build, self.kafka = build, kafka
        self.jobs, self.replies = f"{name}.jobs", f"{name}.replies"
        if is_made:
            kafka.topics(self.jobs, self.replies)

    def command(self, *arguments):
        """The command line of `tablesync publish`, without a configuration file."""
        return [self.build / "tablesync", "publish", *arguments, "-X",
                f"bootstrap.servers={self.kafka.bootstrap}", "--topics-jobs", self.jobs,
                "--topics-replies", self.replies]

    def publish(self, *arguments, text="", timeout=60):
        return run(self.command(*arguments), text=text, timeout=timeout)

    def client(self, scenario, *arguments, timeout=120, timeout_ms=30000):
        """Run a scenario of tests/system/test_client.c; the lines that it prints."""
        ran = run([self.build / "client_scenarios", scenario, self.kafka.bootstrap, self.jobs,
                   self.replies, *arguments], timeout=timeout,
                  env={"TIMEOUT_MS": str(timeout_ms)})
        assert "Sanitizer" not in ran.stderr, ran.stderr
        return ran.returncode, ran.stdout.splitlines()

    def one(self, table, *timeouts_ms):
        """Publish one job by the library: its delivery, then (status, job_id, error, json) of
        each wait."""
        code, lines = self.client("one", table, *timeouts_ms)
        assert code == 0, lines
        return lines[0], [line.split("\t") for line in lines[1:-1]]


@pytest.fixture(name="topics")
def own_topics(build, kafka):
    return Topics(build, kafka)


@pytest.fixture(name="worker")
def fake_worker(kafka, topics):
    worker = FakeWorker(kafka, topics.jobs, topics.replies)
    yield worker
    worker.close()


def job_file(tmp_path, *lines):
    path = tmp_path / "jobs.jsonl"
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n"
                            for line in lines), encoding="utf-8")
    return path


def job(table, **members):
    return {"datasource_id": 8, "schema": "main.dbo", "table": table, **members}


def murmur2(key):
    """The hash of Java's default partitioner, of which the lowest 31 bits count."""
    mask, length = 0xFFFFFFFF, len(key)
    value = (0x9747B28C ^ length) & mask
    for at in range(0, length - length % 4, 4):
        word = int.from_bytes(key[at:at + 4], "little") * 0x5BD1E995 & mask
        value = value * 0x5BD1E995 & mask ^ (word ^ word >> 24) * 0x5BD1E995 & mask
    if length % 4:
        value ^= int.from_bytes(key[length - length % 4:], "little")
        value = value * 0x5BD1E995 & mask
    value = (value ^ value >> 13) * 0x5BD1E995 & mask
    return (value ^ value >> 15) & 0x7FFFFFFF


def answer_by_hand(kafka, topics, headers, value, partition=0):
    """An ok to the job with these headers."""
    kcat("-P", "-b", kafka.bootstrap, "-t", topics.replies, "-p", partition, "-H",
         f"kafka_correlationId={headers['kafka_correlationId'].decode()}", "-H", "status=ok",
         text=json.dumps(value))


# The library


def test_sixteen_thousand_calls_of_32_threads_each_get_their_own_reply(topics, worker):
    code, lines = topics.client("many", 32, 500)
    assert code == 0 and lines[0].startswith("answered 16000 "), lines
    assert len({headers["kafka_correlationId"] for _, _, headers, _ in worker.jobs}) == 16000


def test_one_thread_can_take_all_calls_as_they_end(topics, worker):
    code, lines = topics.client("next", 5000)
    assert code == 0, lines
    assert sorted(lines[:-1]) == sorted(f"t_0_{i}" for i in range(5000))
    worker.taken(5000)


def test_a_job_is_as_the_contract_says(topics, worker):
    before = time.time()
    ran = topics.publish("8", "main.dbo", "foobar", "--view", "--wait", "--timeout", "20s")
    after = time.time()
    assert ran.returncode == 0, ran.stderr
    (key, value, headers, partition), = worker.jobs
    assert key == b"8.main.dbo.foobar"
    assert json.loads(value) == job("foobar", table_type="VIEW")
    contract.check("job", json.loads(value))
    assert re.fullmatch(rb"[0-9a-f]{32}-1", headers["kafka_correlationId"])
    assert headers["kafka_replyTopic"] == topics.replies.encode()
    assert before + 19.9 < int(headers["x-deadline"]) / 1000 < after + 20
    assert partition == murmur2(key) % 4, "another partition than Java's clients take"


def test_keys_are_spread_as_java_spreads_them(topics, worker):
    lines = [job(f"t{'x' * (number % 7)}{number}") for number in range(40)]
    ran = topics.publish("--from", "-", text="\n".join(map(json.dumps, lines)))
    assert ran.returncode == 0, ran.stderr
    assert len({partition for *_, partition in worker.jobs}) == 4
    assert [key for key, _, _, partition in worker.jobs if partition != murmur2(key) % 4] == []


def test_a_late_reply_reaches_a_call_that_is_awaited_again(topics, kafka, worker):
    client = Program("client", [topics.build / "client_scenarios", "one", kafka.bootstrap,
                                topics.jobs, topics.replies, "never", 100, 200, 60000])
    poll(lambda: client.output.count("timed_out\t") == 2, what="two waits in vain")
    (_, _, headers, partition), = worker.taken(1)
    answer_by_hand(kafka, topics, headers, {"job_id": f"{topics.jobs}-{partition}-0"})
    assert client.wait() == 0
    delivery, *lines = client.output.splitlines()
    assert delivery.startswith("delivery ok")
    waits = [line.split("\t") for line in lines[:-1]]
    assert [status for status, *_ in waits] == ["timed_out", "timed_out", "ok"]
    assert waits[0][1] == waits[2][1] == json.loads(waits[2][3])["job_id"]


@pytest.mark.parametrize("table, status, error, text", [
    ("twice", "ok", "", '"status":"ok"'),
    ("foreign", "ok", "", '"table":"foreign"'),
    ("damaged", "ok", "", '{"status": "ok", "table'),
    ("bare", "job_error", "the reply cannot be read: ", ""),
    ("error", "job_error", "table_not_found: the table is not in", '"status":"error"'),
])
def test_a_reply_is_told_for_what_it_is(topics, worker, table, status, error, text):
    _, ((had, job_id, said, reply),) = topics.one(table, 20000)
    assert (had, said[:len(error)]) == (status, error) and text in reply
    assert job_id.startswith(f"{topics.jobs}-")
    worker.taken(1)


def test_a_client_takes_a_bounded_number_of_calls(topics):
    code, lines = topics.client("full")
    assert code == 0
    assert lines[0] == "taken 20000: 20000 calls have not ended: await or forget some"
    assert lines[1] == "again 1"


def test_closing_delivers_what_nobody_awaited(topics, worker):
    code, lines = topics.client("leave", 3000)
    assert code == 0, lines
    worker.taken(3000)


def test_no_job_is_lost_on_a_topic_that_was_made_just_now(build, kafka):
    reader = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "unused"})
    opened = 0
    for _ in range(30):
        topics = Topics(build, kafka, is_made=False)
        kafka.topics(topics.replies, partitions=1)
        # The client waits a moment for a topic that is not there yet; where that is not
        # enough it says so, and has taken no job.
        client = Program("client", [build / "client_scenarios", "leave", kafka.bootstrap,
                                    topics.jobs, topics.replies, 300])
        kafka.topics(topics.jobs, partitions=12)
        if client.wait() == 1 and f"'{topics.jobs}' does not exist" in client.output:
            continue
        opened += 1
        assert client.wait() == 0, client.output
        ends = [reader.get_watermark_offsets(TopicPartition(topics.jobs, number), 30)[1]
                for number in range(12)]
        assert sum(ends) == 300, ends
    assert opened >= 10
    reader.close()


def test_a_reply_in_a_new_partition_is_not_missed(topics, kafka, worker):
    client = Program("client", [topics.build / "client_scenarios", "one", kafka.bootstrap,
                                topics.jobs, topics.replies, "never", 60000])
    client.wait_for("delivery ok")
    kafka.add_partitions(topics.replies, 6)
    answer_by_hand(kafka, topics, worker.taken(1)[0][2], {"new": "partition"}, partition=5)
    client.wait_for('^ok\t.*{"new": "partition"}')
    assert client.wait() == 0


def test_a_missing_topic_is_named_and_what_to_do(build, kafka):
    topics = Topics(build, kafka, is_made=False)
    code, (line,) = topics.client("one", "t", 100)
    assert code == 1
    assert f"topic '{topics.jobs}' does not exist: start a worker, which creates it" in line
    kafka.topics(topics.jobs)
    _, (line,) = topics.client("one", "t", 100)
    assert f"topic '{topics.replies}' does not exist: start a worker" in line
    assert f"kafka-topics.sh --create --topic {topics.replies}" in line


def test_nobody_at_the_address_is_an_error_within_the_timeout(build, kafka):
    topics = Topics(build, kafka, is_made=False)
    start = time.monotonic()
    ran = run([build / "client_scenarios", "one", NO_BROKER, topics.jobs, topics.replies, "t",
               "100"], env={"TIMEOUT_MS": "2000"})
    assert ran.returncode == 1 and time.monotonic() - start < 10
    said = re.match(r"not open after (\S+) s: no broker answered in time: .*refused", ran.stdout)
    assert said and 2 <= float(said[1]) < 10, ran.stdout


def test_the_broker_is_lost_with_a_job_in_flight(build, own_kafka):
    topics = Topics(build, own_kafka)
    worker = FakeWorker(own_kafka, topics.jobs, topics.replies)
    file = "\n".join(json.dumps(job(f"never_{number}")) for number in range(300))
    program = subprocess.Popen(list(map(str, topics.command("--from", "-", "--timeout", "4s"))),
                               stdin=subprocess.PIPE, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        program.stdin.write(file)
        program.stdin.close()
        program.stdin = None
        worker.taken(256)
        own_kafka.kill()
        out, err = program.communicate(timeout=60)
    finally:
        worker.close()
    assert program.returncode == UNREACHABLE, err
    # That the broker had the last of the 256 may not have been reported when it was killed.
    lost = {int(number) for number in re.findall(r"^unreachable  main\.dbo\.never_(\d+)  ", out,
                                                 re.MULTILINE)}
    waited = out.count("timed out  ")
    assert lost >= set(range(256, 300)) and len(lost) + waited == 300 and waited > 0, out
    assert f"300 jobs: 0 ok, 0 errors, {waited} timed out, {len(lost)} not delivered" in err


def test_the_example_compiles_with_what_is_installed(build, kafka, tmp_path):
    installed = run(["cmake", "--install", build, "--prefix", tmp_path])
    assert installed.returncode == 0, installed.stdout + installed.stderr
    folder = next(tmp_path.rglob("tablesync.pc")).parent
    environment = {"PKG_CONFIG_PATH": str(folder), "LD_LIBRARY_PATH": str(folder.parent)}
    flags = run(["pkg-config", "--cflags", "--libs", "tablesync"], env=environment)
    assert flags.returncode == 0, flags.stderr
    source = build_cache(build, "CMAKE_HOME_DIRECTORY")
    sanitizers = build_cache(build, "TS_SANITIZE")
    program = tmp_path / "publish"
    compiled = run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror",
                    f"{source}/deploy/examples/publish.c", *flags.stdout.split(), "-o", program,
                    *([f"-fsanitize={sanitizers}"] if sanitizers else [])])
    assert compiled.returncode == 0, compiled.stderr
    ran = run([program, kafka.bootstrap, "8", "main.dbo", "foobar"], env=environment)
    assert ran.returncode == 1 and "'tablesync.jobs' does not exist" in ran.stderr, ran.stderr
    exported = run(["nm", "-D", "--defined-only", next(tmp_path.rglob("libtablesync.so.0"))])
    names = {line.split()[-1] for line in exported.stdout.splitlines()}
    assert "tablesync_await" in names
    assert [name for name in names if not name.startswith("tablesync_")] == []


def build_cache(build, key):
    text = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    return re.search(rf"^{key}:\w+=(.*)$", text, re.MULTILINE)[1]


# The command


def test_without_wait_it_prints_where_the_job_is(topics, worker):
    ran = topics.publish("8", "main.dbo", "never")
    assert ran.returncode == 0, ran.stderr
    place = re.fullmatch(r"published  main\.dbo\.never  job (\S+)-(\d+)-(\d+)  topic (\S+), "
                         r"partition (\d+), offset (\d+)\n", ran.stdout)
    assert place and place[1] == place[4] == topics.jobs
    assert (place[2], place[3]) == (place[5], place[6])
    ran = topics.publish("8", "main.dbo", "never", "--json")
    assert json.loads(ran.stdout) == {
        "job_id": f"{topics.jobs}-{place[5]}-{int(place[6]) + 1}", "topic": topics.jobs,
        "partition": int(place[5]), "offset": int(place[6]) + 1}
    worker.taken(2)
    assert "x-deadline" not in worker.jobs[0][2], "nobody waits, so nothing may expire"


def test_without_wait_no_replies_topic_is_needed(build, kafka):
    topics = Topics(build, kafka, is_made=False)
    kafka.topics(topics.jobs)
    ran = topics.publish("8", "main.dbo", "t")
    assert ran.returncode == 0, ran.stderr
    ran = topics.publish("8", "main.dbo", "t", "--wait")
    assert ran.returncode == UNREACHABLE and "does not exist" in ran.stderr


def test_wait_prints_the_reply_on_one_line(topics, worker):
    ran = topics.publish("8", "main.dbo", "foobar", "--wait")
    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"ok  main\.dbo\.foobar  updated \(version 3\)  /table/17194/  \d+ ms\n",
                        ran.stdout)
    assert ran.stderr == ""
    ran = topics.publish("8", "main.dbo", "foobar", "--wait", "--json")
    assert json.loads(ran.stdout)["change"]["kind"] == "updated"
    worker.taken(2)


def test_an_answer_that_is_an_error_is_exit_code_3(topics, worker):
    ran = topics.publish("8", "main.dbo", "error", "--wait")
    assert ran.returncode == JOB_ERROR
    assert re.fullmatch(r"error  main\.dbo\.error  table_not_found: the table is not in the data "
                        r"source  \d+ ms\n", ran.stdout)
    ran = topics.publish("8", "main.dbo", "error", "--wait", "--json")
    assert ran.returncode == JOB_ERROR
    assert json.loads(ran.stdout)["error"]["code"] == "table_not_found"
    worker.taken(2)


def test_no_answer_is_exit_code_5_and_names_the_job(topics, worker):
    start = time.monotonic()
    ran = topics.publish("8", "main.dbo", "never", "--wait", "--timeout", "3s")
    assert ran.returncode == TIMED_OUT and 3 < time.monotonic() - start < 10
    assert re.fullmatch(rf"timed out  main\.dbo\.never  no reply came in time  "
                        rf"\(job {topics.jobs}-\d-0\)  \d+ ms\n", ran.stdout)
    worker.taken(1)


def test_a_name_in_a_line_cannot_move_the_cursor(topics, worker):
    ran = topics.publish("8", "main.dbo", "x\x1b[2Jy\nz", "--wait")
    assert ran.returncode == 0 and ran.stdout.startswith("ok  main.dbo.x?[2Jy?z  "), ran.stdout
    worker.taken(1)


def test_a_file_of_jobs_is_published_and_summed_up(topics, worker, tmp_path):
    path = job_file(tmp_path, *[job(f"t_{number}") for number in range(600)], "\n", "  \r\n",
                    job("error"), job("view", table_type="VIEW", colour="red"))
    ran = topics.publish("--from", path)
    assert ran.returncode == JOB_ERROR
    assert ran.stdout.count("ok  main.dbo.") == 601
    assert ran.stdout.count("error  main.dbo.error  table_not_found") == 1
    assert "602 jobs: 601 ok, 1 errors, 0 timed out, 0 not delivered" in ran.stderr
    assert f"{path}: line 604: " in ran.stderr and "colour" in ran.stderr
    ran = topics.publish("--from", "-", "--json", text=path.read_text())
    assert len([json.loads(line) for line in ran.stdout.splitlines()]) == 602
    worker.taken(1204)


def test_one_bad_line_and_nothing_is_published(topics, worker, tmp_path):
    path = job_file(tmp_path, job("a"), "{\n", job("b"), job("c", table_type="INDEX"),
                    job("d", datasource_id="8"))
    ran = topics.publish("--from", path)
    assert ran.returncode == USAGE and ran.stdout == ""
    for line, code in ((2, "bad_message"), (4, "bad_table_type"), (5, "bad_value")):
        assert f"{path}: line {line}: {code}: " in ran.stderr
    assert "3 of 5 lines are not jobs, nothing is published" in ran.stderr
    ran = topics.publish("--from", path, "--keep-going")
    assert ran.returncode == USAGE and ran.stdout.count("ok  ") == 2
    assert [key for key, *_ in sorted(worker.jobs)] == [b"8.main.dbo.a", b"8.main.dbo.b"]


def test_no_more_than_256_jobs_are_unanswered(topics, worker, tmp_path):
    path = job_file(tmp_path, *[job(f"never_{number}") for number in range(300)])
    start = time.monotonic()
    ran = topics.publish("--from", path, "--timeout", "3s")
    assert ran.returncode == TIMED_OUT
    assert 6 < time.monotonic() - start < 30, "the other 44 were not held back"
    assert ran.stdout.count("timed out  ") == 300
    worker.taken(300)


def test_all_publishes_each_table_and_view_of_a_schema(topics, worker, sqlite_file, tmp_path):
    path = sqlite_file("CREATE TABLE one (id INTEGER); CREATE TABLE two (id INTEGER);"
                       "CREATE VIEW three AS SELECT id FROM one;")
    config = tmp_path / "tablesync.yaml"
    config.write_text(f"""\
kafka: {{bootstrap.servers: "{topics.kafka.bootstrap}", group.id: not-a-client}}
topics: {{jobs: {topics.jobs}, replies: {topics.replies}}}
datasources:
  - {{id: 4, name: files, connection: "Driver=SQLite3;Database={path}"}}
""")
    command = [topics.build / "tablesync", "publish", "--config", config]
    ran = run([*command, "--all", "files", "main"])
    assert ran.returncode == 0, ran.stderr
    assert "3 jobs: 3 ok" in ran.stderr
    values = [json.loads(value) for _, value, _, _ in worker.jobs]
    assert sorted((value["datasource_id"], value["schema"], value["table"],
                   value.get("table_type", "TABLE")) for value in values) == [
        (4, "main", "one", "TABLE"), (4, "main", "three", "VIEW"), (4, "main", "two", "TABLE")]
    ran = run([*command, "--all", "5", "main"])
    assert ran.returncode == USAGE and "no data source 5 is configured" in ran.stderr
    ran = run([*command, "fils", "main", "one"])
    assert ran.returncode == USAGE and "did you mean 'files'?" in ran.stderr
    ran = run([*command, "files", "main", "one", "--wait"])
    assert ran.returncode == 0, ran.stderr
    worker.taken(4)


@pytest.mark.parametrize("arguments, said", [
    ([], "DATASOURCE SCHEMA TABLE"),
    (["8", "main.dbo"], "DATASOURCE SCHEMA TABLE"),
    (["8", "main.dbo", "t", "u"], "unexpected argument 'u'"),
    (["8", "", "t"], "a name is empty"),
    (["--all", "8"], "DATASOURCE SCHEMA"),
    (["--all", "8", "s", "--from", "f"], "exclude each other"),
    (["--from", "f", "--view"], "table_type"),
    (["--all", "8", "s", "--view"], "--view"),
    (["8", "s", "t", "--keep-going"], "--from"),
    (["8", "s", "t", "--timeout", "0s"], "--timeout"),
    (["8", "s", "t", "--timeout", "soon"], "--timeout: 'soon' is not a duration"),
    (["8", "s", "t", "--wiat"], "--wait"),
    (["--from", "/no/such/file"], "/no/such/file: No such file"),
    (["8", "s", "t", "-X", "no.such=1"], "no setting 'no.such'"),
    (["8", "s", "t", "-X", "acks=0"], "acks"),
    (["8", "s", "t", "-X", "security.protocol=hunter2"], "'security.protocol'"),
])
def test_a_wrong_command_line_is_said_and_nothing_is_published(topics, arguments, said):
    ran = topics.publish(*arguments)
    assert ran.returncode == USAGE, ran.stdout + ran.stderr
    assert said in ran.stderr and ran.stdout == "" and "hunter2" not in ran.stderr


def test_nobody_at_the_address_is_exit_code_6(build):
    ran = run([build / "tablesync", "publish", "8", "s", "t", "--timeout", "1s", "-X",
               f"bootstrap.servers={NO_BROKER}"])
    assert ran.returncode == UNREACHABLE and "refused" in ran.stderr and ran.stdout == ""


def unanswered(topics, publisher):
    """Stop it by Ctrl-C; how many unanswered jobs it says the place of."""
    assert publisher.stop(signal.SIGINT) == 1
    assert "stopped: 44 jobs not published, 256 unanswered" in publisher.output
    return len(re.findall(rf"^unanswered  main\.dbo\.never_\d+  job {topics.jobs}-\d-\d+$",
                          publisher.output, re.MULTILINE))


def test_ctrl_c_says_what_is_unanswered(topics, worker, tmp_path):
    path = job_file(tmp_path, *[job(f"never_{number}") for number in range(300)])
    publisher = Program("publish", topics.command("--from", path))
    worker.taken(256)
    assert unanswered(topics, publisher) == 256
    worker.taken(256)


def test_ctrl_c_waits_to_learn_where_the_jobs_on_their_way_come_to_be(topics, worker, tmp_path):
    path = job_file(tmp_path, *[job(f"never_{number}") for number in range(300)])
    # None is sent before 2 s have passed, and the signal comes as soon as it is heard.
    publisher = Program("publish", topics.command("--from", path, "-X", "linger.ms=2000"))
    poll(lambda: hears_signals(publisher.pid), what="a publisher that takes signals")
    assert unanswered(topics, publisher) == 256
    worker.taken(256)


def hears_signals(pid):
    """Is it past the moment from which SIGINT stops it in good order?"""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    blocked = int(re.search(r"SigBlk:\s+(\w+)", status)[1], 16)
    return blocked >> signal.SIGINT - 1 & 1


def test_progress_is_shown_on_a_terminal_only(topics, worker, tmp_path):
    path = job_file(tmp_path, *[job(f"late_{number}") for number in range(0, 1500, 5)])
    master, terminal = pty.openpty()
    with subprocess.Popen(list(map(str, topics.command("--from", path))), stderr=terminal,
                          stdout=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"}) as shown:
        os.close(terminal)
        text = b""
        while True:
            try:
                text += os.read(master, 4096)
            except OSError:  # how a terminal tells that nobody has it open
                break
    os.close(master)
    assert shown.returncode == 0
    assert re.search(rb"\r\x1b\[K\d+ of 300, \d+/s, 0 errors", text), text
    assert text.rstrip().splitlines()[-1].split(b"\x1b[K")[-1].startswith(b"300 jobs: 300 ok")
    ran = topics.publish("--from", path)
    assert ran.returncode == 0 and "\x1b" not in ran.stderr
    worker.taken(600)


def test_a_real_worker_answers_a_whole_schema(make_site, sqlite_file):
    path = sqlite_file("CREATE TABLE one (id INTEGER PRIMARY KEY); CREATE TABLE two (id INTEGER);"
                       "CREATE VIEW three AS SELECT id FROM one;")
    site = make_site([{"id": 8, "name": "files", "connection":
                       f"Driver=SQLite3;Database={path}"}])
    site.start_worker()
    command = [site.build / "tablesync", "publish", "--config", site.path]
    ran = run([*command, "--all", "files", "main"])
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert sorted(line.split()[1:3] for line in ran.stdout.splitlines()) == [
        ["main.one", "created"], ["main.three", "created"], ["main.two", "created"]]
    ran = run([*command, "files", "main", "three", "--view", "--wait", "--json"])
    reply = json.loads(ran.stdout)
    contract.check("reply", reply)
    assert (ran.returncode, reply["change"]["kind"], reply["warnings"]) == (0, "unchanged", [])
    ran = run([*command, "files", "main", "four", "--wait"])
    assert ran.returncode == JOB_ERROR
    assert ran.stdout.startswith("error  main.four  table_not_found: "), ran.stdout
    assert sorted(table["name"] for table in site.serve.tables(ds_id=8)) == [
        "one", "three", "two"]
