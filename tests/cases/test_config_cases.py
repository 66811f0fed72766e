# test_config_cases.py - configuration files against what `tablesync config` says of them.
# SPDX-License-Identifier: Apache-2.0
"""A case is a folder below tests/cases/config with `input.yaml` and `expected.txt`, what
`config check` prints; `printed.txt`, where it is there, is what `config print` prints.  Files
that end in `.secret` are made readable for their owner only, others for everybody."""
import os
import pathlib
import shutil
import subprocess

import pytest

CASES = sorted((pathlib.Path(__file__).resolve().parent / "config").iterdir())


def tablesync(folder, *arguments):
    """Run the program in a folder, without variables of its own from outside."""
    build = os.environ.get("TS_BUILD")
    assert build, "set TS_BUILD to the build folder (tests/run and ctest do)"
    environment = {key: value for key, value in os.environ.items() if "__" not in key}
    return subprocess.run([pathlib.Path(build) / "tablesync", *arguments], cwd=folder, text=True,
                          env=environment, capture_output=True, timeout=60, check=False)


@pytest.fixture(name="folder", params=CASES, ids=lambda case: case.name)
def copied_case(request, tmp_path):
    """The case's files in a place of their own, with the right modes."""
    for path in request.param.iterdir():
        copy = tmp_path / path.name
        shutil.copyfile(path, copy)
        copy.chmod(0o600 if path.suffix == ".secret" else 0o644)
    return tmp_path


def test_check_says_what_is_expected(folder):
    expected = (folder / "expected.txt").read_text(encoding="utf-8")
    done = tablesync(folder, "config", "check", "--config", "input.yaml")
    assert done.stdout == expected
    assert done.stderr == ""
    assert done.returncode == (0 if expected == "ok\n" else 2)


def test_print_shows_it_or_what_is_wrong(folder):
    expected = (folder / "expected.txt").read_text(encoding="utf-8")
    done = tablesync(folder, "config", "print", "--config", "input.yaml")
    if expected != "ok\n":
        assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)
        return
    assert (done.returncode, done.stderr) == (0, "")
    assert "canary" not in done.stdout
    if (folder / "printed.txt").exists():
        assert done.stdout == (folder / "printed.txt").read_text(encoding="utf-8")


def test_what_is_printed_is_a_configuration_itself(folder):
    if (folder / "expected.txt").read_text(encoding="utf-8") != "ok\n":
        return
    first = tablesync(folder, "config", "print", "--json", "--config", "input.yaml")
    assert first.returncode == 0
    printed = tablesync(folder, "config", "print", "--config", "input.yaml")
    (folder / "again.yaml").write_text(printed.stdout, encoding="utf-8")
    again = tablesync(folder, "config", "check", "--config", "again.yaml")
    assert (again.stdout, again.returncode) == ("ok\n", 0)
