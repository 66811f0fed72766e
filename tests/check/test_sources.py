# test_sources.py - the sources keep the rules of rules.py, and each rule can fail.
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
from pathlib import Path

import pytest

from check import rules

TOP = Path(__file__).parents[2]
RULES = [rules.layers, rules.first_lines, rules.formatted, rules.sizes, rules.top_level,
         rules.leftovers, rules.guards]

SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
RIGHT = (f"/* right.h - is right. */\n{SPDX}"
         "#ifndef TS_RIGHT_H\n#define TS_RIGHT_H\n#endif\n")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_sources_keep_the_rule(rule):
    assert not rule(TOP)


def test_each_header_compiles_alone(build):
    assert not rules.headers_alone(TOP, build)


def plant(folder, name, text):
    """A tree with one file that is right, and the one given."""
    subprocess.run(["git", "init", "-q", folder], check=True, timeout=60)
    for path, content in [("src/base/right.h", RIGHT),
                          (".clang-format", (TOP / ".clang-format").read_text()),
                          (name, text)]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)


FAULTS = {
    "a layer that includes a higher one": (
        rules.layers, "src/base/a.c", '#include "cli/a.h"\n'),
    "a header that is not there": (rules.layers, "src/cli/a.c", '#include "base/left.h"\n'),
    "a folder that is no layer": (rules.layers, "src/util/a.c", ""),
    "another layer's library": (rules.layers, "src/pool/a.c", "#include <librdkafka/rdkafka.h>\n"),
    "a library that nobody owns": (rules.layers, "src/base/a.c", "#include <glib.h>\n"),
    "a file without a licence": (rules.first_lines, "src/base/a.c", "/* a.c - a file. */\n"),
    "a file that names another": (rules.first_lines, "src/base/a.c", f"/* b.c - b. */\n{SPDX}"),
    "a script without a licence": (rules.first_lines, "deploy/run", "#!/bin/sh\n"),
    "two spaces for a tab": (rules.formatted, "src/base/a.c", "int f(void)\n{\n  return 0;\n}\n"),
    "a file that is too long": (rules.sizes, "tests/a.py", "\n" * 601),
    "a file at the top": (rules.top_level, "notes.txt", ""),
    "work that is left open": (rules.leftovers, "src/base/a.c", "/* TO" "DO: finish */\n"),
    "a guard that another header has": (rules.guards, "src/pool/b.h", "#ifndef TS_A_H\n#endif\n"),
    "a header without a guard": (rules.guards, "src/pool/b.h", "int f(void);\n"),
    "a wait for time to pass": (
        rules.leftovers, "tests/unit/a.c", "void f(void)\n{\n\tusleep(5);\n}\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rule_finds(fault, tmp_path):
    rule, name, text = FAULTS[fault]
    plant(tmp_path, "src/cli/a.h", RIGHT.replace("right.h", "a.h").replace("RIGHT", "A"))
    assert not rule(tmp_path)
    plant(tmp_path, name, text)
    complaints = rule(tmp_path)
    assert len(complaints) == 1 and name.split("/", maxsplit=1)[0] in complaints[0], complaints


def test_a_rule_finds_a_header_that_needs_another(tmp_path, build):
    plant(tmp_path, "src/base/a.h", "size_t f(void);\n")
    complaints = rules.headers_alone(tmp_path, build)
    assert len(complaints) == 1 and "src/base/a.h" in complaints[0], complaints


def test_the_commands_that_the_readme_names_are_there(build):
    text = (TOP / "README.md").read_text(encoding="utf-8")
    for script in ("deploy/demo", "tests/run"):
        assert script in text and os.access(TOP / script, os.X_OK), script
    helped = subprocess.run([build / "tablesync", "--help"], timeout=60, check=True,
                            capture_output=True, text=True).stdout
    named = set(re.findall(r"(?:^ *|`)tablesync (\w+)", text, re.MULTILINE))
    assert "worker" in named
    assert not [name for name in named if not re.search(rf"^\s*{name}\b", helped, re.MULTILINE)]
