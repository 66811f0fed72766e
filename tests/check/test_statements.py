# test_statements.py - a name that is put into a statement is put where SQL takes it for a name.
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
STATEMENTS = sorted(TOP.glob("src/*/sql/*.sql"))


def holes_in_comments(text):
    """A name may hold the end of a line, and with it the end of a comment."""
    return re.findall(r"--.*(\{\w+\})", text)


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_no_hole_is_in_a_comment(path):
    assert not holes_in_comments(path.read_text(encoding="utf-8"))


def test_a_hole_in_a_comment_is_found():
    assert holes_in_comments("-- a.sql - {name} is the table.\nselect 1 from {name}\n")
    assert not holes_in_comments("-- a.sql - a table.\nselect 1 from {name}\n")
