# conftest.py - what all tests written in Python are given.
# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def build():
    """The folder of the build under test: `build / "tablesync"` is the program."""
    text = os.environ.get("TS_BUILD")
    assert text, "TS_BUILD names the build folder; tests/run sets it"
    folder = Path(text).resolve()
    assert folder.is_dir(), f"TS_BUILD: no folder {folder}"
    return folder
