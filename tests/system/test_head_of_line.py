# test_head_of_line.py - one job that does not end holds up nobody, and a crash runs only it.
# SPDX-License-Identifier: Apache-2.0
import yaml

from lib.process import poll
from lib.serve import end

OTHERS = 3000
ENDLESS, QUICK = 9, 8


def source(number, length):
    return {"id": number, "name": f"source {number}", "connection": f"Length={length}",
            "dialect": "simulated", "timeout": "1h"}


def job(number, table):
    return {"datasource_id": number, "schema": "public", "table": table}


def test_a_job_at_the_head_holds_up_nobody_and_only_it_is_run_again(make_site):
    site = make_site([source(QUICK, 0), source(ENDLESS, 3600000)], partitions=1,
                     config={"simulation": True, "catalog": {"driver": "simulated"},
                             "instance": "one"})
    site.publisher.publish(job(ENDLESS, "endless"))
    for number in range(OTHERS):
        site.publisher.publish(job(QUICK, f"table_{number}"), is_flushed=False)
    site.publisher.flush()

    site.start_worker()
    # Offset 0 is not complete, all behind it are: Kafka is told so.
    poll(lambda: site.committed()[:2] == (0, f"ts1 1+{OTHERS}"), 60, "the commit")
    site.workers[0].kill()

    site.config["datasources"] = [source(QUICK, 0), source(ENDLESS, 0)]
    site.path.write_text(yaml.safe_dump(site.config))
    site.start_worker()
    poll(lambda: site.committed()[0] == OTHERS + 1, 60, "the commit of all")
    end(site.workers[1])

    # The second process has run one job.  A reply for each run, no job run twice.
    assert site.workers[1].wait_for(r"worker\.counted.*\bjobs_received_total=1\b")
    assert site.committed() == (OTHERS + 1, None, OTHERS + 1)
    replies = site.collector.wait(OTHERS + 1)
    assert {reply.value["job_id"] for reply in replies} == {
        f"{site.jobs}-0-{offset}" for offset in range(OTHERS + 1)}
    assert all(reply.status == "ok" for reply in replies)
    assert replies[-1].value["job"]["datasource_id"] == ENDLESS
