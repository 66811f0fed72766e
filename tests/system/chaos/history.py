# history.py - what became of jobs, as outsiders saw it.
# SPDX-License-Identifier: Apache-2.0
"""Nothing here knows the program: the facts are what stands on the topics, what the broker was
told to keep as committed offsets, and what reached the catalog.  All processes are on one
machine, so all times are of one clock: Unix ms, or us where that is said."""
import bisect
import collections
import datetime
import functools
from dataclasses import dataclass, field


def parse_us(text):
    """A time as the program writes it."""
    moment = datetime.datetime.fromisoformat(text)
    return round(moment.timestamp() * 1_000_000)


@dataclass(frozen=True)
class Input:
    """A record that workers read: a job as it was published, or on a retry topic."""
    job_id: str
    replay: int
    topic: str
    partition: int
    offset: int
    stage: int  # 0: the jobs topic; then the retry topics, by their delay
    at_ms: int
    table: tuple  # data source and name
    body: bytes  # key and value
    attempts: int = 0
    not_before_ms: int = 0

    @property
    def place(self):
        return self.topic, self.partition


@dataclass(frozen=True)
class Answer:
    """A reply."""
    job_id: str
    replay: int
    status: str
    error: str  # its code; None where it is ok
    table: tuple
    observed_ms: int  # when the source was read; None where it was not
    edition: int  # what the source said then; None where it was not read
    at_ms: int


@dataclass(frozen=True)
class Letter:
    """A dead letter."""
    job_id: str
    replay: int
    error: str
    attempts: int
    body: bytes
    at_ms: int


@dataclass(frozen=True)
class Commit:
    """At `at_ms` the group's committed offset was this, and complete were the ranges above."""
    topic: str
    partition: int
    offset: int
    ranges: tuple  # (from, to), both of them complete
    at_ms: int

    @property
    def last(self):
        """The highest offset that it covers."""
        return self.ranges[-1][1] if self.ranges else self.offset - 1

    def covers(self, offset):
        return offset < self.offset or any(first <= offset <= last
                                           for first, last in self.ranges)


@dataclass(frozen=True)
class Write:
    """A process wrote a table to the catalog, as it was seen then."""
    worker: str
    table: tuple
    observed_us: int
    end_us: int


@dataclass(frozen=True)
class Edition:
    """From `at_ms` on the source has this, or a later one."""
    table: tuple
    number: int
    at_ms: int


@dataclass(frozen=True)
class Disturbance:
    """In this time what had been done could not be committed any more."""
    from_ms: int
    to_ms: int


@dataclass
class History:
    inputs: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    letters: list = field(default_factory=list)
    commits: list = field(default_factory=list)  # in the order in which the broker took them
    writes: list = field(default_factory=list)
    versions: dict = field(default_factory=dict)  # of a table: (observed_us, edition), in order
    editions: list = field(default_factory=list)  # in their order
    disturbances: list = field(default_factory=list)
    replays_ms: list = field(default_factory=list)  # begins of `dlq replay --all` that ended

    @functools.cached_property
    def jobs(self):
        """As they were published, by their job_id."""
        return {item.job_id: item for item in self.inputs
                if item.stage == 0 and item.replay == 0}

    @functools.cached_property
    def answers_of(self):
        """Of each (job_id, replay)."""
        return _grouped(self.answers)

    @functools.cached_property
    def inputs_of(self):
        """Of each (job_id, replay)."""
        return _grouped(self.inputs)

    @functools.cached_property
    def inputs_at(self):
        """Of each partition, by their offsets."""
        found = collections.defaultdict(list)
        for item in sorted(self.inputs, key=lambda item: item.offset):
            found[item.place].append(item)
        return found

    @functools.cached_property
    def commits_at(self):
        """Of each partition, in their order."""
        found = collections.defaultdict(list)
        for commit in self.commits:
            found[commit.topic, commit.partition].append(commit)
        return found

    def ends_of(self, item):
        """When this input was dealt with, each time: a reply, or a record on a later retry
        topic."""
        key = item.job_id, item.replay
        return sorted([answer.at_ms for answer in self.answers_of.get(key, [])]
                      + [other.at_ms for other in self.inputs_of.get(key, [])
                         if other.stage > item.stage])

    def committed(self, item, at_ms):
        """The last commit for its partition by then covers it."""
        commits = self.commits_at.get(item.place, [])
        count = bisect.bisect_right(commits, at_ms, key=lambda commit: commit.at_ms)
        return count > 0 and commits[count - 1].covers(item.offset)

    def duplicates(self):
        return sum(len(answers) - 1 for answers in self.answers_of.values())


def _grouped(records):
    found = collections.defaultdict(list)
    for record in records:
        found[record.job_id, record.replay].append(record)
    return dict(found)
