# test_up.py - what the trial cannot do, it says.
# SPDX-License-Identifier: Apache-2.0
from lib.process import run


def test_exactly_once_is_refused_by_the_trial(build):
    """Its broker has no transactions."""
    ran = run([build / "tablesync", "up", "--http-listen", "127.0.0.1:0",
               "--delivery", "exactly-once"])
    assert ran.returncode == 2 and "at-least-once" in ran.stderr, ran.stdout + ran.stderr
