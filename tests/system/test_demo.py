# test_demo.py - deploy/demo does what it promises, and leaves nothing behind that runs.
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

import requests

from lib.process import run

DEMO = Path(__file__).parents[2] / "deploy" / "demo"


def test_the_demo_shows_the_replies_and_how_to_go_on():
    ran = run([DEMO, "--once"], timeout=280)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for name in ("customers", "products", "orders", "order_items", "order_totals",
                 "bestsellers"):
        assert re.search(rf"publish 1 main {name}\b", ran.stdout), name
    after = ran.stdout.split("publish 1 main refunds", maxsplit=1)[1]
    assert "table_not_found" in after
    assert ran.stdout.count("table_not_found") == 1
    assert "kcat -P" in ran.stdout
    found = ran.stdout.split("what the catalog finds", maxsplit=1)[1]
    assert re.search(r"/table/\d+/  order_items\b", found), found
    url = re.search(r"http://127\.0\.0\.1:\d+", ran.stdout)[0]
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return
    raise AssertionError("the demo has ended, but its catalog answers")
