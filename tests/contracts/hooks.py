# hooks.py - what schemathesis cannot know from schemas/openapi.yaml.
# SPDX-License-Identifier: Apache-2.0
import schemathesis
from schemathesis.generation import GenerationMode


@schemathesis.hook
def before_call(_context, case, _options):
    """No custom field comes twice: JSON Schema cannot say that of a member."""
    if case.method == "PATCH" and case.meta.generation.mode == GenerationMode.POSITIVE:
        fields = case.body.get("custom_fields")
        if fields:
            by_name = {field["name"]: field for field in fields}
            case.body = {**case.body, "custom_fields": list(by_name.values())}
