# head.py - a job of a minute at the head of a partition, 30,000 behind it, and a kill -9.
# SPDX-License-Identifier: Apache-2.0
"""What tests/system/test_head_of_line.py shows in seconds, in full length."""
import contextlib
import re
import shutil
import tempfile
import time
from pathlib import Path

from lib.process import poll
from lib.site import Site

OTHERS, LENGTH_MS = 30000, 60000


def publish(site):
    site.publisher.publish({"datasource_id": 9, "schema": "public", "table": "head"})
    for number in range(OTHERS):
        site.publisher.publish({"datasource_id": 8, "schema": "public",
                                "table": f"fact_{number}"}, is_flushed=False)
    site.publisher.flush()


def run_twice(site):
    began = time.monotonic()
    worker = site.start_worker()
    poll(lambda: site.committed()[:2] == (0, f"ts1 1+{OTHERS}"), 60, "those behind the head", 0.05)
    print(f"{time.monotonic() - began:.1f} s after the start of the worker all {OTHERS:,} behind"
          " the head are answered and committed", flush=True)
    worker.kill()
    began = time.monotonic()
    worker = site.start_worker()
    poll(lambda: site.committed()[0] == OTHERS + 1, 120, "the head", 0.2)
    taken = time.monotonic() - began
    worker.stop()
    ran = worker.wait_for(r"worker\.counted.*\bjobs_received_total=(\d+)")[1]
    print(f"after a kill -9 the next process has run {ran} job, {taken:.1f} s after its start;"
          f" {site.committed()[2]:,} replies to {OTHERS + 1:,} jobs", flush=True)


def head(build, kafka, _postgres):
    print(f"\nhead: a job of {LENGTH_MS // 1000} s at the head of the only partition, and"
          f" {OTHERS:,} without length behind it", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="tablesync-bench-"))
    sources = [{"id": number, "name": f"source {number}", "connection": f"Length={length}",
                "dialect": "simulated", "timeout": "2m"}
               for number, length in ((8, 0), (9, LENGTH_MS))]
    site = Site(build, folder, kafka, sources, partitions=1,
                config={"simulation": True, "catalog": {"driver": "simulated"},
                        "kafka": {"session.timeout.ms": "2000"}})
    with contextlib.closing(site):
        publish(site)
        run_twice(site)
    shutil.rmtree(folder)
