# test_breaker.py - a data source that is down is left alone, and noticed when it is back.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import itertools
import re
import time

from lib.holding_proxy import HoldingProxy
from lib.load import Load

RATE, TABLES = 50, 250
FAILURES = 5  # until it is left alone: for a second, and after each attempt for twice as long
AT_ONCE_MS = 500


def job(table):
    return {"datasource_id": 8, "schema": "public", "table": table}


def attempts(moments):
    """What came within 0.3 s is one attempt: a first connection, and one more try."""
    starts = []
    for moment in moments:
        if not starts or moment > starts[-1] + 0.3:
            starts.append(moment)
    return starts


def pauses_of(moments):
    """In s: those in which it was left alone."""
    starts = attempts(moments)
    pauses = (later - earlier for earlier, later in zip(starts, starts[1:]))
    return [pause for pause in pauses if pause > 0.99]


def test_a_database_that_is_down_is_tried_rarely_and_used_again_once_it_is_back(
        make_site, own_postgres):
    """Seen at a port in front of it: a few connections, then one attempt at a time with
    growing pauses, whatever is published meanwhile; and nobody has to restart anything."""
    own_postgres.execute("".join(f"create table thing_{number} (id integer);"
                                 for number in range(TABLES)))
    with contextlib.closing(HoldingProxy(own_postgres.port)) as proxy:
        site = make_site([{"id": 8, "name": "down", "timeout": "20s",
                           "connection": proxy.instead(own_postgres.connection())}])
        site.start_worker()
        assert site.ask(job("thing_0")).status == "ok"
        load = Load(site)
        own_postgres.stop()
        before = len(proxy.came)

        def has_grown():
            pauses = pauses_of(proxy.came[before:])
            return len(pauses) >= 2 and pauses[-1] > 1.99

        jobs = ((b"down-%d" % number, job(f"thing_{number % TABLES}"))
                for number in range(30 * RATE))
        load.publish_steadily(RATE, itertools.takewhile(lambda _: not has_grown(), jobs))
        replies = load.replies(load.sent)
        moments = proxy.came[before:]

        assert {reply.error for reply in replies} == {"source_unreachable"}
        assert all(reply.value["error"]["retryable"] for reply in replies)
        # Many of the jobs were not tried at all, and were told so at once.
        untried = [reply for reply in replies if "not tried" in reply.value["error"]["message"]]
        assert len(untried) > len(replies) / 2
        took = sorted(load.took_ms(reply) for reply in untried)
        print("ms until 'not tried':", took[len(took) // 2], took[-1])
        assert took[len(took) // 2] < AT_ONCE_MS
        # Five failures open it, and each thread may have been at one more.
        pauses = pauses_of(moments)
        print(f"{len(moments)} connections, pauses in s:", [f"{pause:.1f}" for pause in pauses])
        assert len(moments) < 20
        assert has_grown()
        for reply in untried:
            told = re.search(r"failed (\d+) times in a row, next try in (\d+) s",
                             reply.value["error"]["message"])
            assert not told or int(told[2]) <= 2 ** (int(told[1]) - FAILURES), reply

        own_postgres.start()
        back, number = time.monotonic(), 0
        while site.ask(job("thing_0")).status != "ok":
            number += 1
            assert time.monotonic() < back + 20
        print(f"used again after {time.monotonic() - back:.1f} s, {number} jobs later")
        assert site.ask(job("thing_1")).status == "ok"
