# contract.py - the JSON Schemas of schemas/, through a validator that is not ours.
# SPDX-License-Identifier: Apache-2.0
import functools

from jsonschema import Draft202012Validator

from cases import corpus


@functools.cache
def validator(name):
    """The validator of schemas/<name>.schema.json."""
    schema = corpus.schema(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check(name, value):
    """The value is as the schema says."""
    problems = [f"{error.json_path}: {error.message[:300]}"
                for error in validator(name).iter_errors(value)]
    assert not problems, "\n".join(problems)
