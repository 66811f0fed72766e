# load.py - jobs at a steady rate, and how long their replies took.
# SPDX-License-Identifier: Apache-2.0
import threading
import time

from lib.messages import Publisher

# The broker's clock, which is this machine's, says when a reply was there.
STAMPED_BY_BROKER = {"message.timestamp.type": "LogAppendTime"}


class Load:
    """Publishes jobs to `site`, without waiting to fill batches.  `sent` holds the Unix ms at
    which each job was published, by its correlation; it may be used by several threads."""

    def __init__(self, site):
        self.sent = {}
        self._publisher = Publisher(site.kafka.bootstrap, site.jobs, **{"linger.ms": 0})
        self._site = site
        self._never = threading.Event()

    def publish(self, correlation, job, deadline_ms=None, key=None):
        """One job; the requester waits `deadline_ms` for it."""
        now = time.time() * 1000
        headers = [] if deadline_ms is None \
            else [("x-deadline", b"%d" % (now + deadline_ms))]
        self.sent[correlation] = now
        self._publisher.publish(job, correlation=correlation, key=key, headers=headers,
                                is_flushed=False)

    def publish_steadily(self, rate, jobs, deadline_ms=None):
        """The (correlation, job)s, `rate` of them a second."""
        start = time.monotonic()
        for number, (correlation, job) in enumerate(jobs):
            self._never.wait(max(0.0, start + number / rate - time.monotonic()))
            self.publish(correlation, job, deadline_ms)

    def in_background(self, rate, jobs, deadline_ms=None):
        """The same in a thread, which is returned."""
        thread = threading.Thread(target=self.publish_steadily, args=(rate, jobs, deadline_ms))
        thread.start()
        return thread

    def replies(self, correlations, timeout=60):
        """Their replies, once all are there."""
        wanted, found, checked = set(correlations), {}, 0

        def are_all_there():
            nonlocal checked
            for reply in self._site.collector.replies[checked:]:
                checked += 1
                if reply.correlation in wanted:
                    assert reply.correlation not in found, f"answered twice: {reply}"
                    found[reply.correlation] = reply
            return len(found) == len(wanted)

        self._site.collector.wait_until(are_all_there, timeout,
                                        f"replies to {len(wanted)} jobs")
        return list(found.values())

    def took_ms(self, reply):
        """From the moment before the job was published until the broker had the reply."""
        return reply.timestamp_ms - self.sent[reply.correlation]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
