# test_history.py - each check of a history finds the fault that is planted for it.
# SPDX-License-Identifier: Apache-2.0
import dataclasses

import pytest

from system.chaos import checks, commits
from system.chaos.checks import complaints
from system.chaos.history import (Answer, Commit, Disturbance, Edition, History, Input, Letter,
                                  Write)

EVERY = (checks.contradictory, checks.doubled, checks.doubled_beyond_bound, checks.out_of_order,
         checks.run_too_often)


def job_id(offset):
    return f"jobs-0-{offset}"


def good():
    """Four jobs, of which the last two ask for one table; a worker was killed in between.  The
    first was retried on both retry topics, and set aside in the end."""
    history = History()
    for offset, table in enumerate("abcc"):
        history.inputs.append(Input(job_id(offset), 0, "jobs", 0, offset, 0, 1000 + offset,
                                    (8, table), b"%d" % offset))
    for stage, at_ms in (1, 2000), (2, 4000):
        history.inputs.append(Input(job_id(0), 0, f"retry-{stage}", 0, 0, stage, at_ms, (8, "a"),
                                    b"0", 4 * stage, at_ms + 1000))
    history.letters = [Letter(job_id(0), 0, "source_unreachable", 12, b"0", 6000)]
    history.answers = [
        Answer(job_id(0), 0, "error", "source_unreachable", (8, "a"), None, None, 6001),
        Answer(job_id(1), 0, "ok", None, (8, "b"), 5000, 1, 5001),
        Answer(job_id(2), 0, "ok", None, (8, "c"), 5002, 3, 5004),
        Answer(job_id(3), 0, "ok", None, (8, "c"), 5006, 3, 5008)]
    history.commits = [
        Commit("jobs", 0, 0, (), 900), Commit("jobs", 0, 1, ((2, 2),), 5004),
        Commit("jobs", 0, 4, (), 5008), Commit("retry-1", 0, 1, (), 4500),
        Commit("retry-2", 0, 1, (), 6001)]
    history.editions = [Edition((8, "b"), 1, 800), Edition((8, "c"), 3, 900)]
    history.writes = [Write("one", (8, "b"), 5000000, 5001000),
                      Write("one", (8, "c"), 5002000, 5004000),
                      Write("one", (8, "c"), 5006000, 5008000)]
    history.versions = {(8, "b"): [(5000000, 1)],
                        (8, "c"): [(2000, 2), (5002000, 3)]}
    history.disturbances = [Disturbance(5002, 5003)]
    return history


def change(records, number, **members):
    records[number] = dataclasses.replace(records[number], **members)


def repeat(records, number, **members):
    records.append(dataclasses.replace(records[number], **members))


# What is planted, and the check that finds it.
FAULTS = {
    "nothing was seen of commits": (lambda h: h.commits.clear(), "unwatched"),
    "an answer was dropped": (lambda h: h.answers.pop(1), "unanswered"),
    "an answer to a job that nobody sent":
        (lambda h: repeat(h.answers, 1, job_id="jobs-0-9"), "unanswered"),
    "a replay without an answer":
        (lambda h: repeat(h.inputs, 0, replay=1, topic="retry-0"), "unanswered"),
    "a dead letter whose reply was dropped":
        (lambda h: change(h.answers, 0, error="source_busy"), "unanswered_letter"),
    "a dead letter of another job's bytes":
        (lambda h: change(h.letters, 0, body=b"1"), "altered"),
    "a retry of a job that nobody sent":
        (lambda h: change(h.inputs, 4, job_id="jobs-1-0"), "altered"),
    "the answer of another job": (lambda h: change(h.answers, 1, table=(8, "c")), "other_table"),
    "an answer from before the job":
        (lambda h: change(h.answers, 1, observed_ms=1000), "stale"),
    "an answer that missed a change": (lambda h: change(h.answers, 2, edition=2), "stale"),
    "retries without an end": (lambda h: change(h.letters, 0, attempts=13), "too_many_attempts"),
    "a retry that is not counted":
        (lambda h: change(h.inputs, 5, attempts=3), "too_many_attempts"),
    "a retry that ran too often":
        (lambda h: change(h.inputs, 5, attempts=9), "too_many_attempts"),
    "a retry before its time":
        (lambda h: change(h.inputs, 5, at_ms=2998), "too_early"),
    "a commit one too high": (lambda h: change(h.commits, 2, at_ms=5007), "committed_too_high"),
    "a range one too long":
        (lambda h: change(h.commits, 1, ranges=((2, 3),)), "committed_too_high"),
    "a commit before the retry is there":
        (lambda h: change(h.commits, 3, at_ms=3999), "committed_too_high"),
    "a commit of what has no answer": (lambda h: h.answers.pop(3), "committed_too_high"),
    "a commit that went back":
        (lambda h: repeat(h.commits, 1, at_ms=7000), "committed_backwards"),
    "a last commit that is missing": (lambda h: h.commits.pop(2), "uncommitted"),
    "a letter that was replayed twice":
        (lambda h: [repeat(h.inputs, 0, replay=1, topic="retry-0", offset=offset)
                    for offset in (0, 1)], "replayed_twice"),
    "a replay that left a letter out": (lambda h: h.replays_ms.append(20000), "not_replayed"),
    "two runs of a table at once":
        (lambda h: change(h.writes, 2, observed_us=5003999), "overlapping"),
    "a catalog that took an older state":
        (lambda h: h.versions[8, "c"].append((5006000, 2)), "catalog_went_back"),
    "a catalog that took an older time":
        (lambda h: h.versions[8, "c"].append((5001000, 4)), "catalog_went_back"),
    "a catalog that forgot": (lambda h: h.versions[8, "c"].pop(), "catalog_went_back"),
    "a catalog without a table": (lambda h: h.versions.pop((8, "b")), "catalog_went_back"),
    "answers that contradict each other":
        (lambda h: repeat(h.answers, 2, status="error", error="source_busy"), "contradictory"),
    "an answer that was doubled": (lambda h: repeat(h.answers, 3), "doubled"),
    "a dead letter that was doubled": (lambda h: repeat(h.letters, 0), "doubled"),
    "a retry that was doubled": (lambda h: repeat(h.inputs, 4, offset=1), "doubled"),
    "an answer again that the kill does not explain":
        (lambda h: repeat(h.answers, 3), "doubled_beyond_bound"),
    "an answer again although it was committed":
        (lambda h: (repeat(h.answers, 1, at_ms=5010),
                    change(h.commits, 0, ranges=((1, 1),), at_ms=5002)), "doubled_beyond_bound"),
    "an answer twice again for one kill":
        (lambda h: [repeat(h.answers, 1, at_ms=at_ms) for at_ms in (5010, 5020)],
         "doubled_beyond_bound"),
    "a later job that saw an earlier state":
        (lambda h: change(h.answers, 3, observed_ms=5001), "out_of_order"),
    "a run more than there are jobs": (lambda h: repeat(h.writes, 0), "run_too_often"),
}


def test_a_good_history_has_no_complaints():
    assert complaints(good(), *EVERY) == []


def test_what_a_kill_explains_is_no_complaint():
    history = good()
    repeat(history.answers, 1, at_ms=5010)
    assert complaints(history, checks.doubled_beyond_bound) == []


def test_a_retry_that_a_kill_doubled_is_no_complaint():
    history = good()
    history.disturbances = [Disturbance(2500, 2510)]
    repeat(history.inputs, 4, offset=1, at_ms=3000, not_before_ms=4000)
    repeat(history.inputs, 5, offset=1, at_ms=4001, not_before_ms=5001)
    change(history.commits, 3, offset=2)
    change(history.commits, 4, offset=2, at_ms=6003)
    repeat(history.answers, 0, at_ms=6002)
    assert complaints(history, checks.doubled_beyond_bound) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault):
    plant, check = FAULTS[fault]
    history = good()
    plant(history)
    assert check in {text.split(":")[0] for text in complaints(history, *EVERY)}


def test_each_check_has_a_fault_that_it_finds():
    known = {check.__name__ for check in (*checks.ALWAYS, *EVERY)}
    assert known == {check for _, check in FAULTS.values()}


class Record:
    """A record of the topic __consumer_offsets, as a broker wrote it."""

    def __init__(self, key, value):
        self.key, self.value = (lambda: key), (lambda: value)


KEY = b"\0\1\0\1g\0\1a\0\0\0\2"
VALUE_4 = (b"\0\4\0\0\0\0\0\0\0\3\xff\xff\xff\xff\x0cts1 1+2 3+1\0\0\1\xa2\x08\x9f\x1d\x87"
           b"\1\0\x10\xb8Wt\xb91\x16@N\xa2\x93F\xbb(\xa1>7")
VALUE_3 = b"\0\3\0\0\0\0\0\0\0\3\xff\xff\xff\xff\0\x0bts1 1+2 3+1\0\0\1\xa2\x08\x9f\x1d\x87"
MEMBERS = b"\0\2\0\1g"


@pytest.mark.parametrize("value", [VALUE_3, VALUE_4])
def test_a_commit_is_read_as_the_broker_wrote_it(value):
    commit = commits.commit_of("g", Record(KEY, value))
    assert commit == Commit("a", 2, 3, ((4, 5), (9, 9)), 1795440975239)
    assert [offset for offset in range(12) if commit.covers(offset)] == [0, 1, 2, 4, 5, 9]


@pytest.mark.parametrize(("key", "value"), [(KEY, None), (MEMBERS, VALUE_3),
                                            (KEY.replace(b"g", b"h"), VALUE_3)])
def test_what_is_no_commit_of_the_group_is_left_out(key, value):
    assert commits.commit_of("g", Record(key, value)) is None
