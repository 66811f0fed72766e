# test_readme.py - the README's table of data sources names the dialects that there are.
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

TOP = Path(__file__).parents[2]


def dialects_in(text):
    """The first cells of the table under 'Data sources'."""
    section = re.search(r"^## Data sources$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| `(\w+)` \|", section[1], re.MULTILINE) if section else []


def dialects_of(folder):
    """Each file without `_` in its name is a dialect (CMakeLists.txt, ts_dialects)."""
    return {path.stem for path in folder.glob("*.c") if "_" not in path.stem}


def test_each_dialect_is_in_the_table_of_data_sources():
    named = dialects_in((TOP / "README.md").read_text(encoding="utf-8"))
    assert len(named) == len(set(named))
    assert set(named) == dialects_of(TOP / "src" / "source" / "dialects")


def test_a_dialect_that_is_missing_is_found(tmp_path):
    (tmp_path / "oracle.c").touch()
    (tmp_path / "oracle_names.c").touch()
    assert dialects_of(tmp_path) == {"oracle"}
    assert dialects_in("## Data sources\n\n| `oracle` | Oracle |\n\n## Next\n") == ["oracle"]
    assert dialects_in("## Other\n| `oracle` | Oracle |\n\n## Next\n") == []


def test_the_dialect_that_no_server_has_seen_is_marked():
    text = (TOP / "README.md").read_text(encoding="utf-8")
    row = re.search(r"^\| `sqlserver` .*", text, re.MULTILINE)
    assert row and "**no server**" in row[0]
