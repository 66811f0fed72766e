# test_up.py - what the trial cannot do, it says.
# SPDX-License-Identifier: Apache-2.0
import json

import requests

from lib.process import Program, run
from lib.serve import end


def test_exactly_once_is_refused_by_the_trial(build):
    """Its broker has no transactions."""
    ran = run([build / "tablesync", "up", "--http-listen", "127.0.0.1:0",
               "--delivery", "exactly-once"])
    assert ran.returncode == 2 and "at-least-once" in ran.stderr, ran.stdout + ran.stderr


def test_the_token_of_the_trial_opens_everything_until_it_ends(build, tmp_path):
    """And then neither it nor the worker's own is left in the storage."""
    storage = f"--http-storage=Driver=SQLite3;Database={tmp_path}/catalog.db"
    program = Program("up", [build / "tablesync", "up", "--http-listen", "127.0.0.1:0", storage])
    url = program.wait_for(r"^catalog: (http://\S+)")[1]
    token = program.wait_for(r"^admin token: (tbs_\S+)")[1]
    answer = requests.get(f"{url}/api/v1/catalog/tables", headers={"Token": token}, timeout=10)
    assert answer.status_code == 200, answer.text
    end(program)
    listed = json.loads(run([build / "tablesync", "token", "list", "--json", storage]).stdout)
    assert [(one["name"], one["role"]) for one in listed["tokens"]] == [
        ("up worker", "sync"), ("up", "admin")]
    assert all(one["revoked_at"] for one in listed["tokens"])
