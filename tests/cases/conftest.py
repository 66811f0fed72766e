# conftest.py - the C program that the cases are held against.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import struct
import subprocess

import pytest


@pytest.fixture(scope="session")
def run_cases():
    """run_cases(mode, [bytes, ...]): what the program `cases` answers to each."""
    build = os.environ.get("TS_BUILD")
    assert build, "set TS_BUILD to the build folder (tests/run and ctest do)"
    program = pathlib.Path(build) / "cases"
    assert program.exists(), f"{program} is not there: build the target 'cases'"

    def run(mode, inputs):
        stream = b"".join(struct.pack(">I", len(data)) + data for data in inputs)
        done = subprocess.run([program, mode], input=stream, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(inputs)
        return answers

    return run
