# test_breaker.py - a data source that is down is left alone, and noticed when it is back.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import time

from lib.holding_proxy import HoldingProxy
from lib.load import Load

RATE, SECONDS = 50, 5
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


def test_a_database_that_is_down_is_tried_rarely_and_used_again_once_it_is_back(
        make_site, own_postgres):
    """Seen at a port in front of it: a few connections, then one attempt at a time with
    growing pauses, whatever is published meanwhile; and nobody has to restart anything."""
    own_postgres.execute("".join(f"create table thing_{number} (id integer);"
                                 for number in range(RATE * SECONDS)))
    with contextlib.closing(HoldingProxy(own_postgres.port)) as proxy:
        site = make_site([{"id": 8, "name": "down", "timeout": "20s",
                           "connection": proxy.instead(own_postgres.connection())}])
        site.start_worker()
        assert site.ask(job("thing_0")).status == "ok"
        load = Load(site)
        own_postgres.stop()
        before = len(proxy.came)
        jobs = [(b"down-%d" % number, job(f"thing_{number}"))
                for number in range(RATE * SECONDS)]
        load.publish_steadily(RATE, jobs)
        replies = load.replies(correlation for correlation, _ in jobs)
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
        starts = attempts(moments)
        pauses = [later - earlier for earlier, later in zip(starts, starts[1:])]
        print(f"{len(moments)} connections, pauses in s:", [f"{pause:.1f}" for pause in pauses])
        assert len(moments) < 20
        growing = [pause for pause in pauses if pause > 0.7]
        assert 2 <= len(growing) <= 4
        assert all(later > 1.3 * earlier for earlier, later in zip(growing, growing[1:]))

        own_postgres.start()
        back, number = time.monotonic(), 0
        while site.ask(job("thing_0")).status != "ok":
            number += 1
            assert time.monotonic() < back + 20
        print(f"used again after {time.monotonic() - back:.1f} s, {number} jobs later")
        assert site.ask(job("thing_1")).status == "ok"
