# test_token.py - `tablesync token`: tokens are made, listed and revoked.
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import re
import sqlite3

import pytest

from lib.process import run
from lib.tokens import checksum

FORM = re.compile(r"tbs_(\d+)_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})")


def command(build, storage):
    """command(…)(*arguments) runs `tablesync token` on this storage."""
    return lambda *arguments: run([build / "tablesync", "token", *arguments,
                                   f"--http-storage={storage}"])


@pytest.fixture
def token(build, tmp_path):
    return command(build, f"Driver=SQLite3;Database={tmp_path}/catalog.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_token(request, build, tmp_path):
    """The same on each kind of storage."""
    if request.param == "sqlite":
        return command(build, f"Driver=SQLite3;Database={tmp_path}/catalog.db")
    postgres = request.getfixturevalue("postgres")
    return command(build, postgres.connection(request.getfixturevalue("database")))


def listed(token):
    return json.loads(token("list", "--json").stdout)["tokens"]


def test_a_token_is_shown_once_and_kept_as_a_hash(token, tmp_path):
    made = token("create", "--name", "nightly", "--role", "admin")
    assert made.returncode == 0 and made.stdout.count("\n") == 1
    number, secret, last = FORM.fullmatch(made.stdout.strip()).groups()
    assert last == checksum(made.stdout.strip().rpartition("_")[0])
    assert f"token {number} " in made.stderr and secret not in made.stderr

    for arguments in (["list"], ["list", "--json"]):
        ran = token(*arguments)
        assert "nightly" in ran.stdout and secret not in ran.stdout + ran.stderr
    with sqlite3.connect(tmp_path / "catalog.db") as storage:
        dump = "\n".join(storage.iterdump())
    assert secret not in dump
    assert hashlib.sha256(secret.encode()).hexdigest() in dump


def test_what_was_asked_for_is_what_is_listed(any_token):
    assert "no tokens yet" in any_token("list").stderr
    made = any_token("create", "--name=\u00e9l\u00e8ve", "--role=viewer", "--datasource=8",
                 "--datasource", "9", "--schema", "main.dbo", "--schema=a b", "--expires=90d",
                 "--json")
    shown = json.loads(made.stdout)
    secret = shown.pop("token")
    assert FORM.fullmatch(secret) and secret not in made.stderr
    one, = listed(any_token)
    assert one == shown
    assert {name: one[name] for name in ("name", "role", "datasources", "schemas")} == {
        "name": "\u00e9l\u00e8ve", "role": "viewer", "datasources": [8, 9],
        "schemas": ["main.dbo", "a b"]}
    assert one["revoked_at"] is None and one["created_at"] < one["expires_at"]
    assert re.search(r"viewer +valid ", any_token("list").stdout)


def test_a_revoked_token_stays_listed_and_an_unknown_one_is_an_error(any_token):
    for name in "abc":
        any_token("create", "--name", name, "--role", "sync")
    ran = any_token("revoke", "1", "99", "3")
    assert ran.returncode == 1 and "no token 99" in ran.stderr
    first = listed(any_token)
    assert [bool(one["revoked_at"]) for one in first] == [True, False, True]
    assert any_token("revoke", "1").returncode == 0
    assert listed(any_token) == first, "revoked once more, it keeps the time"
    assert [line.split()[2] for line in any_token("list").stdout.splitlines()] == [
        "revoked", "valid", "revoked"]


def test_an_expired_token_is_listed_as_such(token):
    token("create", "--name", "short", "--role", "viewer", "--expires", "1ms")
    assert re.search(r"viewer +expired ", token("list").stdout)


@pytest.mark.parametrize("arguments, said", [
    ([], "create, list or revoke"),
    (["lst"], "none of create, list, revoke"),
    (["create"], "--name NAME"),
    (["create", "--name", "a"], "--role viewer, sync or admin"),
    (["create", "--name", "a", "--role", "root"], "--role viewer, sync or admin"),
    (["create", "--name", "", "--role", "admin"], "--name NAME"),
    (["create", "--name", "a\nb", "--role", "admin"], "control character"),
    (["create", "--name", "a" * 129, "--role", "admin"], "longer than 128 bytes"),
    (["create", "--name", "a", "--role", "admin", "--expires", "soon"], "--expires"),
    (["create", "--name", "a", "--role", "admin", "--expires", "0s"], "--expires"),
    (["create", "--name", "a", "--role", "admin", "--datasource", "shop"], "'shop'"),
    (["create", "--name", "a", "--role", "admin", "--schema", ""], "--schema"),
    (["create", "more", "--name", "a", "--role", "admin"], "'more'"),
    (["revoke"], "ID"),
    (["revoke", "one"], "'one'"),
    (["revoke", "1", "0"], "'0'"),
    (["list", "--role", "admin"], "token create only"),
], ids=lambda value: "_".join(value)[:30] if isinstance(value, list) else "")
def test_a_wrong_command_line_says_what_is_wrong_and_makes_no_token(token, arguments, said):
    ran = token(*arguments)
    assert ran.returncode == 2 and said in ran.stderr, ran.stderr
    assert listed(token) == []


def test_a_storage_that_cannot_be_opened_is_a_matter_of_configuration(build, tmp_path):
    ran = run([build / "tablesync", "token", "list",
               f"--http-storage=Driver=SQLite3;Database={tmp_path}/no/catalog.db"])
    assert ran.returncode == 2 and f"{tmp_path}/no" in ran.stderr and "--config" in ran.stderr
