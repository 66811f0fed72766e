# documents.py - what workers write into the catalog (design.md 4.6), made up.
# SPDX-License-Identifier: Apache-2.0


def column(name, position, **members):
    return {"name": name, "position": position, "type": "integer", "nullable": True,
            "default": None, "comment": None, "primary_key_position": None, "generated": None,
            "identity": None, **members}


def moment(second):
    return f"2026-01-01T00:00:{second:02}.000007Z"


def document(name="foobar", columns="ab", second=1, **members):
    return {"ds_id": 8, "schema_name": "main.dbo", "name": name, "observed_at": moment(second),
            "is_view": False, "synonyms": None, "db_comment": None, "kind": "TABLE",
            "columns": [column(letter, i + 1) for i, letter in enumerate(columns)],
            "primary_key": None, "unique_constraints": [], "check_constraints": [],
            "foreign_keys": [], "indexes": [], "view_definition": None, **members}


def removal(name="foobar", second=1, **members):
    return {"ds_id": 8, "schema_name": "main.dbo", "name": name, "observed_at": moment(second),
            "removed": True, **members}
