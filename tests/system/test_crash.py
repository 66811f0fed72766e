# test_crash.py - a job whose driver crashes the process: it alone pays for it.
# SPDX-License-Identifier: Apache-2.0
import re
import resource
import signal

import pytest

from lib import crashing_driver
from lib.load import Load

CRASHES = 3  # and no more
SHAKY, STEADY = 8, 9
TABLES = 40
FATAL = {"datasource_id": SHAKY, "schema": "main", "table": "fatal"}


def job(datasource_id, number):
    return {"datasource_id": datasource_id, "schema": "main", "table": f"thing_{number % TABLES}"}


@pytest.fixture(autouse=True)
def no_core_files():
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.fixture(name="site")
def site_with_a_driver_that_crashes(make_site, sqlite_file, tmp_path):
    """A data source that is read by it, and one that is not."""
    names = [f"thing_{number}" for number in range(TABLES)] + ["fatal"]
    sql = "".join(f"create table {name} (id integer primary key);" for name in names)
    shaky, steady = sqlite_file(sql, "shaky"), sqlite_file(sql, "steady")
    driver = crashing_driver.make(tmp_path)
    return make_site(
        [{"id": SHAKY, "name": "shaky", "connection": f"Driver={driver};Database={shaky}"},
         {"id": STEADY, "name": "steady", "connection": f"Driver=SQLite3;Database={steady}"}],
        config={"instance": "one", "log": {"level": "debug"}})


def end_of(worker):
    """Wait until it has crashed: by its signal, or as a sanitizer tells of that signal."""
    code = worker.wait(60)
    assert code == -signal.SIGSEGV or re.search(r"ERROR: \w+Sanitizer: SEGV", worker.output), \
        worker.tail()


def suspects(worker):
    """Which jobs it was told to be careful with, and how often each had crashed before."""
    return {job_id: int(crashes) for job_id, crashes in re.findall(
        r" job\.suspect\b.* job=(\S+) crashes=(\d+)", worker.output)}


def done(worker):
    return re.findall(r" job\.done\b.* job=(\S+)", worker.output)


def test_a_job_that_crashes_the_worker_is_set_aside_and_nobody_else_is(site):
    """Under load.  Each crash ends a process and the next one takes over.  Who ran in the same
    batch the first time is tried again, on its own, and is answered like everybody else."""
    load = Load(site)
    jobs = {b"%d-%d" % (datasource, number): job(datasource, number)
            for number in range(TABLES * 5) for datasource in (SHAKY, STEADY)}
    for number, (correlation, one) in enumerate(jobs.items()):
        if number == 100:
            load.publish(b"fatal", FATAL)
        load.publish(correlation, one)
    late = [(b"late-%d" % number, job(STEADY, number)) for number in range(400)]
    thread = load.in_background(100, late)

    for _ in range(CRASHES):
        end_of(site.start_worker(is_awaited=False))
    last = site.start_worker()
    fatal = site.collector.wait_for(b"fatal")
    wanted = {*jobs, *(correlation for correlation, _ in late)}
    site.collector.wait_until(
        lambda: wanted <= {reply.correlation for reply in site.collector.replies},
        what="a reply to each job")
    thread.join()
    assert last.is_running()

    assert (fatal.error, fatal.value["error"]["retryable"]) == ("worker_crash", False)
    assert "3 times" in fatal.value["error"]["message"]
    others = [reply for reply in site.collector.replies if reply.correlation != b"fatal"]
    assert {reply.status for reply in others} == {"ok"}
    letter, = site.letters.wait(1)
    assert (letter.error, letter.trail("attempt")) == ("worker_crash", "3")
    assert letter.job_id == fatal.value["job_id"]

    fatal_id = fatal.value["job_id"]
    steady_ids = {reply.value["job_id"] for reply in others
                  if reply.value["job"]["datasource_id"] == STEADY}
    counts = [suspects(worker) for worker in site.workers]
    assert [count.get(fatal_id) for count in counts] == [None, 1, 2, 3]
    for count in counts:
        assert not steady_ids & count.keys(), "blamed for what ran in another thread"
        assert {times for job_id, times in count.items() if job_id != fatal_id} <= {1}
    for worker in site.workers:
        assert len(done(worker)) == len(set(done(worker))), "run twice by one process"
    runs = [job_id for worker in site.workers for job_id in done(worker)]
    print(f"{len(counts[1]) - 1} ran in the batch that crashed; "
          f"{len(runs)} runs of {len(set(runs))} jobs, {len(others)} replies")
    assert fatal_id not in runs


def test_what_was_counted_is_forgotten_when_the_job_has_ended(site, tmp_path):
    """Nothing of it is left in state_dir once the worker has stopped in good order."""
    load = Load(site)
    load.publish(b"fatal", FATAL)
    for _ in range(CRASHES):
        end_of(site.start_worker(is_awaited=False))
        assert list(tmp_path.glob("worker-*.crashes"))
    last = site.start_worker()
    assert site.collector.wait_for(b"fatal").error == "worker_crash"
    assert site.ask(job(SHAKY, 1)).status == "ok"
    assert last.stop() == 0
    assert not list(tmp_path.glob("worker-*.crashes"))
