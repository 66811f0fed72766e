# conftest.py - what the chaos is made of: seeds, sources, scenes.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import itertools
import os
import random
from pathlib import Path

import pytest

from system.chaos.scene import DELIVERIES, Scene
from system.chaos.source import Source

NUMBERS = itertools.count(1)


@pytest.fixture(name="seed")
def seed_of_the_run():
    seed = int(os.environ.get("TS_CHAOS_SEED", random.randrange(1 << 32)))
    print(f"TS_CHAOS_SEED={seed}")
    return seed


@pytest.fixture(name="make_source")
def source_maker(postgres):
    """make_source() gives a database of the scene's own: 8 is its number."""
    def make(number=8, server=postgres, **options):
        return Source(number, server, f"chaos_{next(NUMBERS)}", **options)

    return make


@pytest.fixture(name="make_scene")
def scene_maker(make_site, make_source, seed):
    """make_scene(delivery, …); `make_sources` makes other sources than the usual one."""
    def make(delivery, make_sources=lambda: [make_source()], **options):
        return Scene(make_site, make_sources(), seed, delivery, **options)

    return make


@pytest.fixture(name="make_scenes")
def scenes_maker(make_scene):
    """One for each delivery, side by side: for what takes long by waiting."""
    def make(**options):
        return [make_scene(delivery, **options) for delivery in DELIVERIES]

    return make


@contextlib.contextmanager
def load(scenes, count, rate):
    """The same load on each."""
    with contextlib.ExitStack() as stack:
        for scene in scenes:
            stack.enter_context(scene.load(count, rate))
        yield


def pytest_collection_modifyitems(items):
    """A thread that fails, fails the test: what it was to do or to see is missing."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings(
                "error::pytest.PytestUnhandledThreadExceptionWarning"))
