# test_scale_out.py - more workers share the work, fewer take it over.
# SPDX-License-Identifier: Apache-2.0
import re

from lib.serve import end


def job(number):
    return {"datasource_id": 8, "schema": "public", "table": f"fact_{number}"}


def assigned(worker):
    """How many partitions the worker was given last."""
    return int(re.findall(r" group\.assigned\b.* partitions=(\d+)", worker.output)[-1])


def site_of(make_site, postgres, warehouse, **options):
    return make_site([{"id": 8, "name": "warehouse", "concurrency": 4, "timeout": "20s",
                       "connection": postgres.connection(warehouse)}], partitions=12, **options)


def publish(site, first, last):
    for number in range(first, last):
        site.publisher.publish(job(number), correlation=b"%d" % number, is_flushed=False)
    site.publisher.flush()


def all_answered(site, last):
    return lambda: {reply.correlation for reply in site.collector.replies} \
        >= {b"%d" % number for number in range(1, last)}


def test_a_third_worker_takes_its_share(make_site, postgres, warehouse):
    site = site_of(make_site, postgres, warehouse)
    workers = [site.start_worker() for _ in range(3)]
    publish(site, 1, 1000)
    site.collector.wait_until(all_answered(site, 1000), what="a reply to each job")
    assert [assigned(worker) for worker in workers] == [4, 4, 4]
    # One after the other goes; the last one does all of the work.
    end(workers[0])
    end(workers[1])
    publish(site, 1000, 1200)
    site.collector.wait_until(all_answered(site, 1200), what="a reply to each job")
    assert len(site.collector.replies) == 1199
    assert {reply.status for reply in site.collector.replies} == {"ok"}


def test_what_was_answered_is_not_run_again(make_site, postgres, warehouse):
    """A restart begins after what is done."""
    site = site_of(make_site, postgres, warehouse)
    first = site.start_worker()
    publish(site, 1, 500)
    site.collector.wait_until(all_answered(site, 500), what="a reply to each job")
    end(first)
    site.start_worker()
    publish(site, 500, 501)
    site.collector.wait_until(all_answered(site, 501), what="a reply to the last job")
    assert len(site.collector.replies) == 500


def test_a_killed_workers_jobs_are_answered_by_the_other(make_site, postgres, warehouse):
    site = site_of(make_site, postgres, warehouse,
                   config={"kafka": {"session.timeout.ms": "6000"}})
    victim = site.start_worker()
    site.start_worker()
    publish(site, 1, 1500)
    site.collector.wait(300)
    victim.kill()
    site.collector.wait_until(all_answered(site, 1500), what="a reply to each job")
    assert {reply.status for reply in site.collector.replies} == {"ok"}
