# history.py - what became of jobs, as outsiders saw it, and whether it may be so.
# SPDX-License-Identifier: Apache-2.0
"""Nothing here knows the program: the facts are what was published, what stands on the topic
of replies, and what offsets the group had committed when somebody asked.  Times are
milliseconds of the broker's clock, which is the observer's too."""
import collections
from dataclasses import dataclass, field

COMMIT_MS = 2000  # a worker commits every second; as much again for the commit itself


@dataclass(frozen=True)
class Sent:
    """A job that Kafka has."""
    job_id: str
    partition: int
    offset: int
    table: str
    at_ms: int


@dataclass(frozen=True)
class Answer:
    """A terminal record of a job."""
    job_id: str
    replay: int
    status: str
    table: str
    observed_ms: int  # when the source was read; None where it was not
    at_ms: int


@dataclass(frozen=True)
class Commit:
    """At `seen_ms` the group's committed offset was this."""
    partition: int
    offset: int
    seen_ms: int


@dataclass
class History:
    sent: dict = field(default_factory=dict)  # by job_id
    answers: list = field(default_factory=list)
    commits: list = field(default_factory=list)  # in the order in which they were seen
    kills_ms: list = field(default_factory=list)  # of a worker that could not commit

    def answers_of(self):
        """The answers of each (job_id, replay)."""
        found = collections.defaultdict(list)
        for answer in self.answers:
            found[answer.job_id, answer.replay].append(answer)
        return found

    def duplicates(self):
        return sum(len(answers) - 1 for answers in self.answers_of().values())


def unanswered(history):
    """Every job has a terminal record, and only jobs have."""
    answered = {answer.job_id for answer in history.answers}
    yield from (f"{job_id} has no answer" for job_id in history.sent.keys() - answered)
    yield from (f"{job_id} was answered and never sent"
                for job_id in answered - history.sent.keys())


def contradictory(history):
    """Whoever reads any one of the answers of a job knows the same."""
    for (job_id, _), answers in history.answers_of().items():
        if len({(answer.status, answer.table) for answer in answers}) > 1:
            yield f"{job_id} was answered in different ways: {answers}"
        sent = history.sent.get(job_id)
        if sent and any(answer.table != sent.table for answer in answers):
            yield f"{job_id} asked for {sent.table}: {answers}"


def stale(history):
    """A job sees its source as it was after the job was published, or later."""
    for answer in history.answers:
        sent = history.sent.get(answer.job_id)
        if sent and answer.observed_ms is not None and answer.observed_ms < sent.at_ms:
            yield f"{answer.job_id} of {sent.at_ms} was answered from {answer.observed_ms}"


def doubled(history):
    """For whom each job has exactly one answer."""
    for (job_id, _), answers in history.answers_of().items():
        if len(answers) > 1:
            yield f"{job_id} has {len(answers)} answers"


def doubled_beyond_bound(history):
    """A worker that dies repeats what it answered since its last commit, and no more."""
    bound = sum(1 for answer in history.answers
                if any(kill - COMMIT_MS <= answer.at_ms <= kill for kill in history.kills_ms))
    if history.duplicates() > bound:
        yield f"{history.duplicates()} answers too many; {bound} are within the bound"


def committed_too_high(history):
    """No offset is committed before everything below it has its terminal record."""
    first = {}
    for answer in history.answers:
        first[answer.job_id] = min(answer.at_ms, first.get(answer.job_id, answer.at_ms))
    done = collections.defaultdict(list)  # of a partition: (offset, when) by offset
    for sent in sorted(history.sent.values(), key=lambda sent: sent.offset):
        done[sent.partition].append((sent.offset, first.get(sent.job_id)))
    for commit in history.commits:
        for offset, at_ms in done[commit.partition]:
            if offset >= commit.offset:
                break
            if at_ms is None or at_ms > commit.seen_ms:
                yield f"{commit} covers offset {offset}, which was answered at {at_ms}"
                break


def committed_backwards(history):
    """What is committed never goes back."""
    highest = {}
    for commit in history.commits:
        before = highest.setdefault(commit.partition, commit.offset)
        if commit.offset < before:
            yield f"{commit} after {before}"
        highest[commit.partition] = max(before, commit.offset)


def unwatched(history):
    """Without these the other checks would say nothing."""
    if not history.sent:
        yield "no job was sent"
    if not history.commits:
        yield "no commit was seen"


ALWAYS = (unwatched, unanswered, contradictory, stale, committed_too_high,
          committed_backwards)


def complaints(history, *more):
    """What is wrong, as texts: by the checks that always hold, and by `more`."""
    return [f"{check.__name__}: {text}" for check in (*ALWAYS, *more)
            for text in check(history)]
