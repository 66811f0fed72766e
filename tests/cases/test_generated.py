# test_generated.py - what is made from the program's tables is as they are now.
# SPDX-License-Identifier: Apache-2.0
"""deploy/tablesync.yaml and sections of README.md come from the tables of options, of errors and
of metrics.  After a change there, write them anew:

    TS_BUILD=build python3 tests/cases/test_generated.py
"""
import os
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = TOP / "deploy" / "tablesync.yaml"
README = TOP / "README.md"
SECTIONS = ("options", "errors", "metrics")


def generated(name):
    """What the program `generate` prints."""
    build = os.environ.get("TS_BUILD")
    assert build, "set TS_BUILD to the build folder (tests/run and ctest do)"
    return subprocess.run([pathlib.Path(build) / "generate", name], check=True, timeout=60,
                          capture_output=True, text=True).stdout


def section(name):
    """The place of a section in the README, with the markers around it."""
    return re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->\n)", re.DOTALL)


def renewed(text, name):
    """The README with one section as it must be; the section must be there once."""
    content = generated(name)
    result, count = section(name).subn(lambda found: found[1] + content + found[2], text)
    assert count == 1, f"README.md has {count} sections <!-- {name} --> … <!-- /{name} -->"
    return result


def test_the_sample_configuration_is_up_to_date():
    assert SAMPLE.read_text(encoding="utf-8") == generated("sample")


def test_the_sections_of_the_readme_are_up_to_date():
    text = README.read_text(encoding="utf-8")
    for name in SECTIONS:
        assert renewed(text, name) == text


def test_the_sample_configuration_is_right(tmp_path):
    """As it stands, and with everything in it that is commented out."""
    program = pathlib.Path(os.environ["TS_BUILD"]) / "tablesync"
    everything = re.sub(r"^( *)#(?! )", r"\1", SAMPLE.read_text(encoding="utf-8"),
                        flags=re.MULTILINE)
    for name in re.findall(r"_file: (\S+)$", everything, re.MULTILINE):
        secret = tmp_path / pathlib.Path(name).name
        secret.write_text("secret\n", encoding="utf-8")
        secret.chmod(0o600)
        everything = everything.replace(name, str(secret))
    whole = tmp_path / "tablesync.yaml"
    whole.write_text(everything, encoding="utf-8")
    for path in (SAMPLE, whole):
        done = subprocess.run([program, "config", "check", "--config", path], timeout=60,
                              capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr, done.returncode) == ("ok\n", "", 0)


def write_anew():
    """Bring the files up to date."""
    SAMPLE.write_text(generated("sample"), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    for name in SECTIONS:
        text = renewed(text, name)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_anew()
