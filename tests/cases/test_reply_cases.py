# test_reply_cases.py - replies, made by the C encoder and judged by the JSON Schema.
# SPDX-License-Identifier: Apache-2.0
import json
import re

import jsonschema
import pytest

import corpus

CASES = list(corpus.load("reply"))
IDS = [name for name, _, _ in CASES]
ERROR_H = corpus.HERE.parent.parent / "src" / "base" / "error.h"
REPLY = corpus.schema("reply")
OK = ["status", "code", "job_id", "correlation_id", "replay", "job", "change", "table", "timing",
      "warnings", "truncated"]
ERROR = ["status", "code", "job_id", "correlation_id", "replay", "job", "error", "warnings",
         "truncated"]


def assert_valid(reply):
    errors = jsonschema.Draft202012Validator(REPLY).iter_errors(reply)
    assert [error.message for error in errors] == []


def assert_in_order(found, order):
    assert list(found) == [key for key in order if key in found]


@pytest.fixture(scope="module")
def answers(run_cases):
    return dict(zip(IDS, run_cases("reply", [data for _, data, _ in CASES])))


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_a_reply_is_what_is_expected_and_valid(answers, name, data, expected):
    reply = json.loads(answers[name]["reply"])
    assert reply == expected["reply"]
    assert_valid(reply)


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_members_keep_the_order_of_the_contract(answers, name, data, expected):
    reply = json.loads(answers[name]["reply"])
    assert_in_order(reply, OK if reply["status"] == "ok" else ERROR)
    if "table" in reply:
        assert_in_order(reply["table"], REPLY["$defs"]["table"]["properties"])
        assert_in_order(reply["change"], REPLY["$defs"]["change"]["properties"])


@pytest.mark.parametrize("name, data, expected", CASES, ids=IDS)
def test_a_job_is_repeated_byte_by_byte(answers, name, data, expected):
    value = json.loads(data)["value"]
    if expected["reply"].get("job"):
        assert f',"job":{value},' in answers[name]["reply"]


@pytest.mark.parametrize("name, expected", [
    (name, expected["shrunk"]) for name, _, expected in CASES if expected.get("shrunk")])
def test_a_shrunk_reply_is_shorter_and_valid(answers, name, expected):
    answer = answers[name]
    shrunk = json.loads(answer["shrunk"])
    assert shrunk == expected
    assert len(answer["shrunk"]) < len(answer["reply"])
    assert_valid(shrunk)


@pytest.mark.parametrize("name", [
    name for name, _, expected in CASES if "shrunk" in expected and expected["shrunk"] is None])
def test_a_reply_without_anything_to_lose_is_not_shrunk(answers, name):
    assert answers[name]["shrunk"] is None


def wire_codes():
    """(name, status, class) of each error that can be in a reply, from the one list."""
    rows = re.findall(r'X\(TS_E_\w+, "(\w+)", (\d+), TS_(\w+),', ERROR_H.read_text())
    return [(name, int(status), kind) for name, status, kind in rows
            if int(status) in (400, 403, 404, 500)]


def test_every_error_of_the_list_makes_a_valid_reply(run_cases):
    codes = wire_codes()
    job = '{"datasource_id": 8, "schema": "main.dbo", "table": "foobar"}'
    inputs = [{"value": job, "error": {"code": name, "text": "é" * 800}} for name, _, _ in codes]
    answers = run_cases("reply", [json.dumps(data).encode() for data in inputs])

    assert len(codes) > 20
    for (name, status, kind), answer in zip(codes, answers):
        reply = json.loads(answer["reply"])
        assert_valid(reply)
        assert (reply["code"], reply["error"]["code"]) == (status, name)
        assert reply["error"]["retryable"] == (kind == "RETRY")
        assert len(reply["error"]["message"].encode()) <= 1024


def test_the_schemas_know_the_errors_of_the_list_and_no_others():
    listed = [name for name, _, _ in wire_codes()]
    in_reply = [name for option in REPLY["$defs"]["error"]["oneOf"]
                for name in option["properties"]["error"]["properties"]["code"]["enum"]]
    headers = corpus.schema("dead_letter")["properties"]["headers"]["properties"]

    assert in_reply == listed
    assert headers["x-error-code"]["enum"] == listed


@pytest.mark.parametrize("name", ["job", "reply", "dead_letter"])
def test_a_schema_is_one_and_its_examples_are_valid(name):
    schema = corpus.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["examples"]
    for example in schema["examples"]:
        jsonschema.validate(example, schema, jsonschema.Draft202012Validator)


def changed(value, path, new):
    copy = json.loads(json.dumps(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return copy


@pytest.mark.parametrize("path, new", [
    (["status"], "done"), (["code"], 200), (["code"], 404), (["job"], None), (["job"], ...),
    (["job_id"], 17), (["replay"], -1), (["warnings"], None), (["warnings"], ["a"] * 11),
    (["truncated"], False), (["error"], {}), (["change", "kind"], "deleted"),
    (["change", "columns_added"], ...), (["table"], None), (["table", "id"], ...),
    (["table", "columns"], ...), (["table", "columns", 0, "identity"], "sometimes"),
    (["table", "columns", 0, "position"], 0), (["table", "is_view"], True),
    (["table", "observed_at"], "yesterday"), (["timing", "read_ms"], ...),
], ids=str)
def test_the_schema_refuses_a_reply_that_is_wrong(path, new):
    wrong = changed(REPLY["examples"][0], path, new)
    assert not jsonschema.Draft202012Validator(REPLY).is_valid(wrong)
