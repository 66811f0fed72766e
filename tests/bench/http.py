# http.py - how fast serve answers: the trigger API, writes, search, one table.
# SPDX-License-Identifier: Apache-2.0
"""Everything shares this machine: what asks, what answers, and what these ask.  So each row
has a ceiling beside it, or says who used how much of the processor.

The trigger API's data source and catalog only pretend, in no time: what is left is HTTP, the
publishing of the job, the worker's turn and the reply."""
import contextlib
import http.client
import json
import os
import shutil
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.pool import simulated
from lib.load import percentile
from lib.process import poll, run
from lib.serve import Serve

HERE = Path(__file__).parent
TABLES, SYNC = "/api/v1/catalog/tables", "/api/v1/table/sync/"
FIRST = {"datasource_id": 8, "schema": "public", "table": "fact_0"}
CONNECTIONS, SECONDS = 64, 10
LIST_TABLES, LISTS, COLUMNS, WRITERS = 64, 160, 20, 4
SEARCHED_TABLES, SEARCHES = 100000, 40

# Of such words are names and comments made; number n has the word n % 40, and so on.
WORDS = ("account address amount article balance batch booking branch budget campaign carrier"
         " category channel claim contract country currency customer delivery department"
         " discount employee invoice ledger location margin order package payment period"
         " position price product region return shipment stock supplier tax warehouse").split()


def wrk(url, token, *arguments):
    """What wrk measures: rate, p50_ms, p99_ms, max_ms, errors."""
    ran = run(["wrk", "-t", 2, "-c", CONNECTIONS, "-d", f"{SECONDS}s", "--timeout", "10s",
               "-s", HERE / "load.lua", url, "--", *arguments],
              timeout=SECONDS + 60, env={"TS_TOKEN": token})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


class Used:
    """What each program uses of the processor."""

    def __init__(self, **pids):
        self._pids = pids
        self._began, self._before = time.monotonic(), self._now()

    def _now(self):
        """Seconds by name; `clients` are the programs that were run and waited for, and this
        one."""
        used = {"clients": sum(os.times()[:4])}
        for name, pid in self._pids.items():
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2]
            used[name] = sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK")
        return used

    def told(self, rate):
        """Shares of one core, and microseconds for each of `rate` a second."""
        after, taken = self._now(), time.monotonic() - self._began
        shares = {name: (after[name] - self._before[name]) / taken for name in after}
        return ", ".join(f"{name} {share:.0%} {share * 1e6 / rate:.0f} \u00b5s"
                         for name, share in shares.items())


def row(name, result, asked=""):
    print(f"{name:36} {result['rate']:9.0f} {result['p50_ms']:8.1f} {result['p99_ms']:8.1f}"
          f" {result['errors']:8}  {asked}", flush=True)


@contextlib.contextmanager
def catalog(build, name, **options):
    """A serve in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="tablesync-bench-"))
    serve = Serve(build, folder, name, **options)
    try:
        yield serve
    finally:
        serve.close()
        shutil.rmtree(folder)


def trigger(build, kafka):
    print(f"\nhttp: {CONNECTIONS} connections that are kept, {SECONDS} s each; the pool's jobs"
          f"\nthrough Kafka are those of 100,000 that wait; below it what each program takes of one"
          "\ncore, and for one request"
          f"\n{'':36} {'a second':>9} {'p50 ms':>8} {'p99 ms':>8} {'errors':>8}", flush=True)
    with simulated(build, kafka, 16, 0) as running:
        rate, _ = running.work(100000)
        print(f"{'ceiling: jobs of the pool':36} {rate:9.0f}", flush=True)
        site = running.site
        with catalog(build, "trigger", config={
                name: site.config[name] for name in ("kafka", "topics")}) as serve:
            # It connects to Kafka in the background.
            poll(lambda: serve.request("POST", SYNC, json=FIRST).status_code == 201)
            row("ceiling: GET /healthz", wrk(serve.url + "/healthz", serve.admin))
            used = Used(kafka=kafka.pid, worker=running.worker.pid,
                        serve=serve.program.pid)
            result = wrk(serve.url + SYNC, serve.admin, "trigger")
            row(f"POST {SYNC}", result, "asked: 3,000/s, p99 < 50 ms, no errors")
            print(f"  {used.told(result['rate'])}", flush=True)


def column(number, position):
    word, other = WORDS[number % 40], WORDS[(number // 40 + position) % 40]
    return {"name": f"{other}_{position}", "position": position,
            "type": "character varying(40)" if position % 2 else "integer", "nullable": True,
            "default": None, "comment": f"the {other} of a {word}", "generated": None,
            "primary_key_position": 1 if position == 1 else None, "identity": None}


def document(number, columns, moment):
    """A table; only `moment` differs from one observation to the next."""
    word = WORDS[number % 40]
    return {"ds_id": 8, "schema_name": f"schema_{number % 50}", "name": f"{word}_{number}",
            "observed_at": moment, "is_view": False, "synonyms": None,
            "db_comment": f"number{number} holds each {word} of {WORDS[number // 40 % 40]}",
            "kind": "TABLE", "columns": [column(number, n + 1) for n in range(columns)],
            "primary_key": {"name": f"pk_{number}", "columns": [column(number, 1)["name"]]},
            "unique_constraints": [], "check_constraints": [], "foreign_keys": [],
            "indexes": [], "view_definition": None}


def bodies(lists, size, columns, second):
    moment = f"2026-01-01T00:00:{second:02}Z"
    for first in range(0, lists * size, size):
        yield json.dumps({"tables": [document(n, columns, moment)
                                     for n in range(first, first + size)]}).encode()


def put_all(serve, made, size, kind):
    """Write what was made, by several connections; tables a second."""
    waiting, lock = iter(made), threading.Lock()

    def write(_):
        connection, count = http.client.HTTPConnection("127.0.0.1", serve.port, timeout=60), 0
        while True:
            with lock:
                body = next(waiting, None)
            if body is None:
                connection.close()
                return count
            connection.request("PUT", TABLES, body, {"Content-Type": "application/json",
                                                     "Token": serve.admin})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200 and text.count(b'"kind":"%s"' % kind) == size, text[:2000]
            count += size

    began = time.monotonic()
    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(write, range(WRITERS))) / (time.monotonic() - began)


def writes(serve, name):
    """New tables, then the same ones twice, from bodies that were made before."""
    for second, kind in enumerate(("created", "unchanged", "unchanged")):
        made = list(bodies(LISTS, LIST_TABLES, COLUMNS, second + 1))
        used = Used(serve=serve.program.pid)
        rate = put_all(serve, made, LIST_TABLES, kind.encode())
        print(f"{name:12} {kind:10} {rate:9.0f}  {used.told(rate)}", flush=True)


def put(build, storages):
    print(f"\nhttp: PUT of {LISTS} lists of {LIST_TABLES} tables of {COLUMNS} columns over"
          f" {WRITERS} connections; asked for\non SQLite: 1,500 new and 8,000 unchanged a second"
          f"\n{'storage':12} {'tables':10} {'a second':>9}", flush=True)
    for name, options in storages.items():
        with catalog(build, "writes", **options("writes")) as serve:
            writes(serve, name)


NAMED = document(54321, 1, "")["name"]

# What people look for: (what it is, the words, how many tables have them; None: not told).
QUERIES = [
    ("rare", "number98765", 1),
    ("rare, part of a word", "umber9876", 11),
    ("a table's name", NAMED, 1),
    ("common", "customer", None),
    ("common, in all tables", "each", SEARCHED_TABLES),
    ("common, in capitals", "WAREHOUSE", None),
    ("two common words", "customer invoice", None),
    ("a common and a rare word", "holds number4711", None),
    ("three words", "tax ledger order", None),
    ("no match", "zebra", 0),
    ("no match, one word is common", "customer zebra", 0),
    ("two letters", "or", None),
    ("one letter", "x", None),
]


def first_page(connection, token, words):
    """How many tables there are, up to 25; a page may be short, and then the next is asked for."""
    path, count = f"{TABLES}?limit=25&q={words.replace(' ', '+')}", 0
    while path and count < 25:
        connection.request("GET", path, headers={"Token": token})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        assert answer.status == 200, found
        path, count = found["next"], count + len(found["items"])
    return min(count, 25)


def searches(serve, name):
    """Each query again and again on one connection, as a person's pages would be."""
    connection = http.client.HTTPConnection("127.0.0.1", serve.port, timeout=60)
    for what, words, wanted in QUERIES:
        taken = []
        for _ in range(SEARCHES):
            began = time.perf_counter()
            count = first_page(connection, serve.admin, words)
            taken.append((time.perf_counter() - began) * 1000)
        assert wanted is None or count == min(wanted, 25), f"{words}: {count} tables"
        print(f"{name:12} {what:30} {count:6} {percentile(taken, 0.5):8.1f}"
              f" {percentile(taken, 0.99):8.1f} {taken[0]:8.1f}", flush=True)
    connection.close()


def search(build, storages):
    print(f"\nhttp: search in {SEARCHED_TABLES:,} tables of 10 columns, {SEARCHES} times each,"
          " one after the other, the first 25; asked for: below 50 ms"
          f"\n{'storage':12} {'words':30} {'found':>6} {'p50 ms':>8} {'p99 ms':>8} {'first':>8}",
          flush=True)
    for name, options in storages.items():
        with catalog(build, "search", **options("search")) as serve:
            rate = put_all(serve, bodies(SEARCHED_TABLES // 200, 200, 10, 1), 200, b"created")
            searches(serve, name)
            number = serve.tables(name=NAMED)
            print(f"{name:12} filled at {rate:.0f} tables/s; GET of one table by a viewer:",
                  flush=True)
            result = wrk(f"{serve.url}{TABLES}/{number[0]['id']}", serve.token(role="viewer"))
            row("", result)


def http_bench(build, kafka, postgres):
    """The benchmark `http`."""
    def in_postgres(name):
        database = f"bench_{name}_{time.monotonic_ns()}"
        postgres.create_database(database)
        return {"config": {"http": {"storage": postgres.connection(database)}}}

    storages = {"SQLite": lambda name: {}, "PostgreSQL": in_postgres}
    trigger(build, kafka)
    put(build, storages)
    search(build, storages)
