# test_schema_name_cases.py - the grammar of schema names (cases/schema_name/cases.json).
# SPDX-License-Identifier: Apache-2.0
import json

import pytest

import corpus

CASES = json.loads((corpus.HERE / "schema_name" / "cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def parse(run_cases):
    def parse_all(names):
        return run_cases("schema_name", [json.dumps(name).encode() for name in names])

    return parse_all


@pytest.mark.parametrize("case", CASES["names"], ids=lambda case: ascii(case["text"]))
def test_a_name_has_the_parts_that_are_expected(parse, case):
    answer, = parse([{"text": case["text"], "levels": case["levels"]}])
    if case["parts"] is None:
        assert answer["verdict"] == "bad_schema_name"
    else:
        assert answer["verdict"] == "ok", answer["message"]
        assert (answer["parts"], answer["printed"]) == (case["parts"], case["printed"])


def test_what_is_printed_parses_to_the_same_parts(parse):
    good = [case for case in CASES["names"] if case["parts"]]
    printed = [{"text": case["printed"], "levels": case["levels"]} for case in good]
    for case, answer in zip(good, parse(printed)):
        assert (answer.get("parts"), answer["printed"]) == (case["parts"], case["printed"])


@pytest.mark.parametrize("texts", CASES["same"], ids=lambda texts: ascii(texts[0]))
def test_spellings_of_one_schema_fold_to_one_text(parse, texts):
    answers = parse([{"text": text, "levels": 2} for text in texts])
    assert len({answer["folded"] for answer in answers}) == 1
