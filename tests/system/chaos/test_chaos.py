# test_chaos.py - workers that die, come and go under load; the short forms.
# SPDX-License-Identifier: Apache-2.0
"""The seed is printed; TS_CHAOS_SEED repeats a run, TS_CHAOS_FACTOR makes it longer."""
import os
import random
import signal
import threading

import pytest

from lib.serve import end
from system.chaos.history import complaints, doubled, doubled_beyond_bound
from system.chaos.scene import Scene

FACTOR = int(os.environ.get("TS_CHAOS_FACTOR", "1"))
SESSION = {"kafka": {"session.timeout.ms": "6000"}}


@pytest.fixture(name="seed")
def seed_of_the_run():
    seed = int(os.environ.get("TS_CHAOS_SEED", random.randrange(1 << 32)))
    print(f"TS_CHAOS_SEED={seed}")
    return seed


@pytest.fixture(name="make_scene")
def scene_maker(make_site, postgres, warehouse, seed):
    def make(**options):
        return Scene(make_site, postgres, warehouse, seed, **options)

    return make


def pauses(scene, count, longest):
    """`count` random pauses; what happens to a worker may not depend on what it does."""
    never = threading.Event()
    for _ in range(count):
        never.wait(scene.random.uniform(0.1, longest))
        yield


@pytest.mark.timeout(300 * FACTOR)
@pytest.mark.parametrize("is_static", [True, False], ids=["instance", "dynamic"])
def test_kill_9_of_workers_under_load(make_scene, is_static):
    """Nothing is lost, nothing contradictory; what is answered twice is within the bound."""
    kills = (10 if is_static else 3) * FACTOR
    scene = make_scene(config=SESSION)
    names = ["a", "b", "c"]
    workers = {name: scene.start(name if is_static else None) for name in names}
    with scene.load(250 * kills, 250 if is_static else 100):
        for _ in pauses(scene, kills, 1.5 if is_static else 8):
            name = scene.random.choice(names)
            scene.kill(workers[name])
            workers[name] = scene.start(name if is_static else None)
    assert complaints(scene.history, doubled_beyond_bound) == []
    assert len(scene.history.kills_ms) == kills


@pytest.mark.timeout(300 * FACTOR)
def test_sigterm_under_load(make_scene):
    """Each ends with 0, and what it began it has answered: no job runs twice."""
    count = 10 * FACTOR
    scene = make_scene()
    workers = [scene.start() for _ in range(3)]
    with scene.load(200 * count, 250):
        for _ in pauses(scene, count, 1):
            number = scene.random.randrange(3)
            end(workers[number])
            workers[number] = scene.start()
    assert complaints(scene.history, doubled) == []


@pytest.mark.timeout(300 * FACTOR)
def test_a_storm_of_rebalances(make_scene):
    """Members join and leave faster than the group settles; all is answered all the same."""
    scene = make_scene()
    workers = [scene.start()]
    with scene.load(2000 * FACTOR, 200):
        for _ in pauses(scene, 25 * FACTOR, 0.5):
            if len(workers) < 2 or (len(workers) < 5 and scene.random.random() < 0.5):
                workers.append(scene.start(is_awaited=False))
            else:
                workers.pop(scene.random.randrange(len(workers))).terminate()
        for worker in scene.site.workers:
            if worker not in workers:
                assert worker.wait(60) == 0, worker.tail()
    assert complaints(scene.history, doubled) == []


@pytest.mark.timeout(120)
def test_a_worker_that_was_frozen_is_fenced(make_scene):
    """SIGSTOP past the session's time-out, then SIGCONT: its partitions are somebody else's,
    and it commits nothing of theirs."""
    scene = make_scene(config=SESSION)
    frozen, other = scene.start(), scene.start()
    with scene.load(1500, 100):
        before = other.mark()
        frozen.terminate(signal.SIGSTOP)
        other.wait_for(r" group\.assigned\b.* partitions=12\b", after=before)
        before = frozen.mark()
        frozen.terminate(signal.SIGCONT)
        # Until it hears of it, it answers what it had fetched; none of that is committed.
        frozen.wait_for(r" group\.revoked\b.* lost=yes\b", after=before)
        scene.history.kills_ms.append(scene.now_ms())
    assert complaints(scene.history, doubled_beyond_bound) == []
