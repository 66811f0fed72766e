# test_history.py - each check of the history finds the fault that is planted for it.
# SPDX-License-Identifier: Apache-2.0
import dataclasses

import pytest

from system.chaos.history import (Answer, Commit, History, Sent, complaints, doubled,
                                  doubled_beyond_bound)


def good():
    """Three jobs, all answered, then committed; a worker was killed in between."""
    history = History()
    for offset in range(3):
        job_id = f"jobs-0-{offset}"
        history.sent[job_id] = Sent(job_id, 0, offset, f"t{offset}", 100 + offset)
        history.answers.append(Answer(job_id, 0, "ok", f"t{offset}", 5000, 5000 + offset))
    history.commits = [Commit(0, 0, 200), Commit(0, 1, 5001), Commit(0, 3, 6000)]
    history.kills_ms = [5001]
    return history


def drop_an_answer(history):
    del history.answers[1]


def invent_an_answer(history):
    history.answers.append(Answer("jobs-0-9", 0, "ok", "t9", 5000, 5003))


def contradict(history):
    history.answers.append(dataclasses.replace(history.answers[0], status="error"))


def answer_for_another_table(history):
    history.answers[2] = dataclasses.replace(history.answers[2], table="t1")


def answer_from_before(history):
    history.answers[0] = dataclasses.replace(history.answers[0], observed_ms=99)


def commit_one_too_high(history):
    history.commits[1] = Commit(0, 2, 5000)


def commit_what_has_no_answer(history):
    del history.answers[2]


def commit_backwards(history):
    history.commits.append(Commit(0, 2, 7000))


def double_an_answer(history):
    history.answers.append(dataclasses.replace(history.answers[0], at_ms=9000))


def double_more_than_the_kill_explains(history):
    for _ in range(3):
        double_an_answer(history)


def see_nothing(history):
    history.commits = []


FAULTS = [
    (see_nothing, "unwatched", ()),
    (drop_an_answer, "unanswered", ()),
    (invent_an_answer, "unanswered", ()),
    (contradict, "contradictory", ()),
    (answer_for_another_table, "contradictory", ()),
    (answer_from_before, "stale", ()),
    (commit_one_too_high, "committed_too_high", ()),
    (commit_what_has_no_answer, "committed_too_high", ()),
    (commit_backwards, "committed_backwards", ()),
    (double_an_answer, "doubled", (doubled,)),
    (double_more_than_the_kill_explains, "doubled_beyond_bound", (doubled_beyond_bound,)),
]


def test_a_good_history_has_no_complaints():
    assert complaints(good(), doubled, doubled_beyond_bound) == []


def test_what_a_kill_explains_is_no_complaint():
    history = good()
    double_an_answer(history)
    assert complaints(history, doubled_beyond_bound) == []


@pytest.mark.parametrize(("plant", "check", "more"), FAULTS)
def test_a_planted_fault_is_found(plant, check, more):
    history = good()
    plant(history)
    assert check in {text.split(":")[0] for text in complaints(history, *more)}
