# test_dead_letter_cases.py - dead letters, made by the C program and judged by the JSON
# Schema.
# SPDX-License-Identifier: Apache-2.0
import json

import jsonschema
import pytest

import corpus

CASES = list(corpus.load("dead_letter"))
IDS = [name for name, _, _ in CASES]
LETTER = corpus.schema("dead_letter")
VALIDATOR = jsonschema.Draft202012Validator(LETTER)


def as_written(letter):
    """As the schema describes it: of a header that comes twice the last counts."""
    return {**letter, "headers": dict(letter["headers"])}


def assert_valid(letter):
    assert [error.message for error in VALIDATOR.iter_errors(letter)] == []


@pytest.fixture(scope="module")
def answers(run_cases):
    return dict(zip(IDS, run_cases("dead_letter", [data for _, data, _ in CASES])))


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_a_letter_is_what_is_expected_and_valid(answers, name, data, expected):
    assert answers[name] == expected["letter"]
    assert_valid(as_written(answers[name]))


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_a_letter_that_fails_again_differs_in_its_attempts_alone(run_cases, answers, name, data,
                                                                 expected):
    """As one that comes back from the dead letters unchanged."""
    letter, given = answers[name], json.loads(data)
    again = {**given, "attempts": 1, "message": {
        **given["message"], **letter, "topic": "tablesync.jobs-retry-0", "is_ours": True,
        "timestamp_ms": given["message"]["timestamp_ms"]}}
    attempts = str(int(dict(letter["headers"])["x-attempt"]) + 1)
    answer, = run_cases("dead_letter", [json.dumps(again).encode()])

    assert answer == {**letter, "headers": [
        [key, attempts if key == "x-attempt" else value] for key, value in letter["headers"]]}


def test_every_error_that_a_letter_may_have_makes_a_valid_one(run_cases):
    codes = LETTER["properties"]["headers"]["properties"]["x-error-code"]["enum"]
    _, data, _ = next(case for case in CASES if case[0] == "headers_of_everybody")
    given = json.loads(data)
    answers = run_cases("dead_letter", [
        json.dumps({**given, "error": {"code": code, "text": "é" * 800}}).encode()
        for code in codes])

    assert len(codes) > 20
    for code, answer in zip(codes, answers):
        letter = as_written(answer)
        assert_valid(letter)
        assert letter["headers"]["x-error-code"] == code
        assert len(letter["headers"]["x-error-message"].encode()) < 1024


@pytest.mark.parametrize("name, value", [
    ("x-original-topic", None), ("x-original-topic", ""), ("x-original-topic", "a b"),
    ("x-original-topic", "a" * 250), ("x-original-partition", None),
    ("x-original-partition", "-1"), ("x-original-offset", None), ("x-original-offset", ""),
    ("x-original-timestamp", "-1"), ("x-first-failure", None), ("x-first-failure", "yesterday"),
    ("x-attempt", None), ("x-attempt", "1.5"), ("x-error-code", None), ("x-error-code", "usage"),
    ("x-error-class", None), ("x-error-class", "STOP"), ("x-error-message", None),
    ("x-error-message", ""), ("x-error-message", "a" * 1025), ("x-consumer-group", None),
    ("x-replay-count", "once"), ("x-value-bytes", "17"), ("token", "s3cr3t"), ("token", ""),
])
def test_the_schema_refuses_a_letter_that_is_wrong(name, value):
    letter = json.loads(json.dumps(LETTER["examples"][0]))
    if value is None:
        del letter["headers"][name]
    else:
        letter["headers"][name] = value
    assert not VALIDATOR.is_valid(letter)
