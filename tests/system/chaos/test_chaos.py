# test_chaos.py - workers that die, come and go under load; the short forms.
# SPDX-License-Identifier: Apache-2.0
"""Both deliveries side by side.  The seed is printed; TS_CHAOS_SEED repeats a run, as far as
chance and not the machine decides.  Long forms, by hand:

    TS_CHAOS_FACTOR=20 tests/run system -s system/chaos

makes everything 20 times longer: 200 kills and 50,000 jobs, 200 SIGTERMs, a storm of 500 members
and 20,000 jobs, 40 restarts of a broker; -k NAME and a smaller factor take less."""
import os
import re
import signal

import pytest

from system.chaos.checks import contradictory, out_of_order, run_too_often
from system.chaos.conftest import load
from system.chaos.scene import check

FACTOR = int(os.environ.get("TS_CHAOS_FACTOR", "1"))
SESSION = {"kafka": {"session.timeout.ms": "6000"}}
# Nobody dies: what was begun is answered before its partition goes, however busy the machine.
UNHURRIED = {"pool": {"drain": "20s"}, "kafka": {"session.timeout.ms": "30000"}}
ASSIGNED = r" group\.assigned\b"
ENDED = r" worker\.(stopped|thread_left_behind)\b"


def kill_one_of_each(scenes, workers, is_static):
    """And start it again, as a supervisor does."""
    started = []
    for scene, alive in zip(scenes, workers):
        name = scene.random.choice(sorted(alive))
        scene.kill(alive[name])
        alive[name] = scene.start(name if is_static else None, is_awaited=False)
        started.append(alive[name])
    for worker in started:
        worker.wait_for(ASSIGNED)


@pytest.mark.timeout(200 * FACTOR)
@pytest.mark.parametrize("is_static", [True, False], ids=["instance", "dynamic"])
def test_kill_9_of_workers_under_load(make_scenes, is_static):
    """Nothing is lost, nothing contradictory; what is answered twice is within the bound."""
    kills = (10 if is_static else 3) * FACTOR
    scenes = make_scenes(config=SESSION)
    workers = [{name: scene.start(name if is_static else None) for name in "abc"}
               for scene in scenes]
    with load(scenes, 250 * kills, 150):
        for _ in scenes[0].pauses(kills, 1.5 if is_static else 4):
            kill_one_of_each(scenes, workers, is_static)
    check(scenes, contradictory, out_of_order)


@pytest.mark.timeout(200 * FACTOR)
def test_sigterm_under_load(make_scenes):
    """Each ends with 0, and what it began it has answered: no job runs twice."""
    scenes = make_scenes(config=UNHURRIED)
    workers = [[scene.start() for _ in range(3)] for scene in scenes]
    with load(scenes, 1000 * FACTOR, 150):
        for _ in scenes[0].pauses(10 * FACTOR, 1):
            for scene, alive in zip(scenes, workers):
                number = scene.random.randrange(3)
                scene.end(alive[number])
                alive[number] = scene.start()
    check(scenes, contradictory, out_of_order, run_too_often)


@pytest.mark.timeout(200 * FACTOR)
def test_a_storm_of_rebalances(make_scenes):
    """Members join and leave faster than the group settles; all is answered all the same, in
    order."""
    scenes = make_scenes(config={
        **UNHURRIED, "kafka": {**UNHURRIED["kafka"], "heartbeat.interval.ms": "100"}})
    workers = [[scene.start()] for scene in scenes]
    with load(scenes, 1000 * FACTOR, 150):
        for _ in scenes[0].pauses(25 * FACTOR, 0.5):
            for scene, alive in zip(scenes, workers):
                if len(alive) < 2 or (len(alive) < 5 and scene.random.random() < 0.5):
                    alive.append(scene.start(is_awaited=False))
                else:
                    scene.dismiss(alive.pop(scene.random.randrange(len(alive))))
    check(scenes, contradictory, out_of_order)


@pytest.mark.timeout(120)
def test_a_worker_that_was_frozen_is_fenced(make_scenes):
    """SIGSTOP past the session's time-out, then SIGCONT: its partitions are somebody else's,
    and it commits nothing of theirs.  In the midst of a transaction it was given up, and must be
    started again."""
    scenes = make_scenes(config=SESSION, supervised=True)
    frozen, others = [scene.start() for scene in scenes], [scene.start() for scene in scenes]
    with load(scenes, 1500, 100):
        marks = [other.mark() for other in others]
        for scene, worker in zip(scenes, frozen):
            scene.begin_disturbance()
            worker.terminate(signal.SIGSTOP)
        for other, mark in zip(others, marks):
            other.wait_for(ASSIGNED + r".* partitions=12\b", after=mark)
        for scene, worker in zip(scenes, frozen):
            mark = worker.mark()
            worker.terminate(signal.SIGCONT)
            # Until it hears of it, it answers what it had fetched; none of that is committed.
            worker.wait_for(r" group\.revoked\b.* lost=yes\b|" + ENDED, after=mark)
            scene.end_disturbance()
            if re.search(ENDED, worker.wait_for(ASSIGNED + "|" + ENDED, after=mark)[0]):
                worker.wait()
    check(scenes, contradictory)
