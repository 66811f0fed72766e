# test_retries.py - a source that fails now and then, while workers die; the short form.
# SPDX-License-Identifier: Apache-2.0
"""Long forms as in test_chaos.py."""
import threading

import pytest

from system.chaos.conftest import load
from system.chaos.scene import check
from system.chaos.test_chaos import FACTOR

DELAYS = ["1s", "2s"]
OUTAGE_S = 12  # longer than all retries of a job take


@pytest.fixture(name="scenes")
def scenes_with_two_sources(make_scenes, make_source, own_postgres):
    """Each with a source that is there, and one that is not always."""
    return make_scenes(
        config={"topics": {"retry_delays": DELAYS}},
        make_sources=lambda: [make_source(), make_source(9, own_postgres, changes=False)])


@pytest.mark.timeout(200 * FACTOR)
def test_a_source_that_comes_and_goes_while_workers_are_killed(scenes, own_postgres):
    """Every job has an answer; what was tried on all retry topics is set aside, and published
    again by `dlq replay` once, however often that is killed."""
    workers = [{name: scene.start(name) for name in "ab"} for scene in scenes]
    never = threading.Event()
    with load(scenes, None, 50):
        for number in range(2 * FACTOR):
            own_postgres.stop()
            for scene, alive in zip(scenes, workers):
                name = scene.random.choice("ab")
                scene.kill(alive[name])
                alive[name] = scene.start(name)
            never.wait(scenes[0].random.uniform(1, 3) if number else OUTAGE_S)
            own_postgres.start()
            for _ in scenes[0].pauses(1, 3):
                pass
            for scene in scenes:
                for is_killed in (True, True, True, False):
                    scene.replay_letters(is_killed)
    check(scenes)
    for scene in scenes:
        assert {item.stage for item in scene.history.inputs} == {0, 1, 2}
        assert max(item.replay for item in scene.history.inputs) > 0
        assert {letter.error for letter in scene.history.letters} == {"source_unreachable"}
