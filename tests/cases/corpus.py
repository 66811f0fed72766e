# corpus.py - the folders of input and expected output below tests/cases, as values.
# SPDX-License-Identifier: Apache-2.0
"""Used by the case tests and by the system tests.

A case is a folder with `expected.json` and its input: `input.json`, `input.bin` where the
bytes are not text, or, where it would be a big file, "generate" in `expected.json`: a list
of pieces {"text", "times"} or {"text", "until_bytes"} that are put one behind the other.
"""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parent.parent / "schemas"


def generate(pieces):
    """The bytes that a list of pieces stands for."""
    result = bytearray()
    for piece in pieces:
        text = piece["text"].encode()
        if "until_bytes" in piece:
            result += text * ((piece["until_bytes"] - len(result)) // len(text))
        else:
            result += text * piece.get("times", 1)
    return bytes(result)


def load(area="job"):
    """Yield (name, input bytes, expected) of each case of an area, by name."""
    for path in sorted((HERE / area).glob("*/expected.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if "generate" in expected:
            data = generate(expected["generate"])
        else:
            data = next(path.parent.glob("input.*")).read_bytes()
        for key, value in expected.get("job", {}).items():
            if isinstance(value, dict):
                expected["job"][key] = generate([value]).decode()
        yield path.parent.name, data, expected


def schema(name):
    """schemas/<name>.schema.json as a value."""
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
