# test_job_cases.py - the corpus of jobs against the C decoder and against the JSON Schema.
# SPDX-License-Identifier: Apache-2.0
import json
import random
import re

import jsonschema
import pytest

import corpus

CASES = list(corpus.load("job"))
IDS = [name for name, _, _ in CASES]
MUTANT_COUNT = 20000
MUTANT_SEED = 20

# ------------------------------------------------- the text, judged without our program

DEPTH, BYTES = 64, 1024 * 1024
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
FORBIDDEN = re.compile("[\0\ud800-\udfff]")


class Real:
    """A number with a fraction or an exponent, or beyond 64 bits: of no type of the schema."""


class Refused(Exception):
    pass


def integer(digits):
    return int(digits) if len(digits) < 20 else Real()


def members(pairs):
    if len(dict(pairs)) != len(pairs):
        raise Refused("a member twice")
    return dict(pairs)


def constant(name):
    raise Refused(name)


def check_strings(value):
    if isinstance(value, str) and FORBIDDEN.search(value):
        raise Refused("a character that is not allowed")
    if isinstance(value, dict):
        for key, item in value.items():
            check_strings(key)
            check_strings(item)
    if isinstance(value, list):
        for item in value:
            check_strings(item)


def check_depth(text):
    depth = 0
    for bracket in re.findall(r"[][{}]", STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH:
            raise Refused("too deep")


def read(data):
    """The value of a text that keeps the rules which a schema cannot say."""
    if len(data) > BYTES:
        raise Refused("too long")
    text = data.decode("utf-8")
    check_depth(text)
    value = json.loads(text, object_pairs_hook=members, parse_constant=constant,
                       parse_float=lambda _: Real(), parse_int=integer)
    check_strings(value)
    return value


VALIDATOR = jsonschema.Draft202012Validator(corpus.schema("job"))


def is_job(data):
    """The verdict of the text rules and then the schema."""
    try:
        return VALIDATOR.is_valid(read(data))
    except (Refused, ValueError):  # of which UnicodeDecodeError and JSONDecodeError are
        return False


# -------------------------------------------------------------------------------- tests


@pytest.fixture(scope="module")
def answers(run_cases):
    return dict(zip(IDS, run_cases("job", [data for _, data, _ in CASES])))


def test_there_are_enough_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_the_decoder_says_what_is_expected(answers, name, data, expected):
    answer = answers[name]
    assert answer["verdict"] == expected["verdict"], answer.get("message")
    assert answer.get("job") == expected.get("job")
    assert answer["warnings"] == expected.get("warnings", [])


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_the_schema_says_what_is_expected(name, data, expected):
    assert is_job(data) == (expected["verdict"] == "ok")


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_a_message_names_the_member_and_fits_a_reply(answers, name, data, expected):
    message = answers[name].get("message", "")
    assert bool(message) == (expected["verdict"] != "ok")
    assert len(message.encode()) < 1024 and message.isprintable()
    if "member" in expected:
        assert f"'{expected['member']}'" in message


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_the_reply_can_show_the_job_as_it_was_sent(answers, name, data, expected):
    text = answers[name]["text"]
    if expected["verdict"] == "bad_message":
        assert text is None
    else:
        assert text.encode() == data.strip(b" \t\r\n")


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_warnings_are_few_and_short(answers, name, data, expected):
    warnings = answers[name]["warnings"]
    assert len(warnings) <= 10
    assert all(len(text.encode()) <= 200 and text.isprintable() for text in warnings)


def mutant(rng, parents):
    data = bytearray(rng.choice(parents))
    for _ in range(rng.randint(1, 2)):
        at = rng.randint(0, len(data))
        kind = rng.randrange(4)
        if kind == 0:
            data[at:at + rng.randint(1, 4)] = b""
        elif kind == 1:
            data[at:at] = bytes([rng.choice(b'"\\{}[],:08-.eE \n\0\xc3\xa9\xed\xa0tnu')])
        elif kind == 2:
            data[at:at + 1] = bytes([rng.randrange(256)])
        else:
            other = rng.choice(parents)
            start = rng.randint(0, len(other))
            data[at:at] = other[start:start + rng.randint(1, 40)]
    return bytes(data)


def test_mutants_get_one_verdict_from_both(run_cases):
    rng = random.Random(MUTANT_SEED)
    small = [(data, expected) for _, data, expected in CASES if len(data) < 2000]
    good = [data for data, expected in small if expected["verdict"] == "ok"]
    every = [data for data, _ in small]
    mutants = [mutant(rng, parents) for parents in (good, every)
               for _ in range(MUTANT_COUNT // 2)]
    verdicts = [answer["verdict"] == "ok" for answer in run_cases("job", mutants)]

    assert [data for data, ok in zip(mutants, verdicts) if is_job(data) != ok] == []
    assert MUTANT_COUNT / 20 < sum(verdicts) < MUTANT_COUNT / 2  # both kinds are there
