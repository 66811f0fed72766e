# test_secrets.py - secrets are planted in every place that takes one, and searched for in
# everything that comes out.
# SPDX-License-Identifier: Apache-2.0
import base64
import random
import string
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from lib.process import free_port, run
from lib.routes import PAGES, ROUTES, ask, fill
from lib.tokens import spell

SECRET_OF_NOBODY = "n0b0dy" + "x" * 37
GOOD = {"datasource_id": 8, "schema": "main", "table": "thing"}


def canary(name):
    """A text that comes from nowhere else.  Each says what it is, so that a find explains
    itself."""
    return f"canary{name}" + "".join(random.choices(string.ascii_letters, k=12))


def spellings(secret):
    """How it could be written somewhere, whole."""
    data = secret.encode()
    return [data, base64.b64encode(data).rstrip(b"="), data.hex().encode()]


def find(secrets, outputs):
    """(secret, place) for every secret that is in an output; both are named."""
    return sorted({(secret, place) for secret, value in secrets.items()
                   for place, output in outputs.items()
                   if any(spelling in output for spelling in spellings(value))})


def write_secret(folder, secrets, name):
    """The path of a file with a new secret."""
    path = folder / f"{name}.secret"
    path.touch(mode=0o600)
    secrets[name] = canary(name)
    path.write_text(secrets[name] + "\n")
    return str(path)


def connection(name, secrets, port):
    """A data source that answers nobody, with a password in the middle of its string."""
    secrets[name] = canary(name)
    return ("Driver=PostgreSQL Unicode;Server=127.0.0.1;UID=nobody;Database=none;"
            f"Port={port};PWD={secrets[name]};Timeout=2")


@pytest.fixture
def planted(make_site, sqlite_file, tmp_path, monkeypatch):
    """A site with a secret wherever one can stand: .site, .secrets."""
    secrets = {}
    monkeypatch.setenv("TS_LOG__LEVEL", "debug")
    file = sqlite_file("create table thing (id integer primary key)")
    secrets["sasl"] = canary("sasl")
    site = make_site(
        [{"id": 8, "name": "a", "connection": f"Driver=SQLite3;Database={file}",
          "password_file": write_secret(tmp_path, secrets, "password")},
         {"id": 9, "name": "b", "connection": connection("inline", secrets, free_port())},
         {"id": 10, "name": "c",
          "connection": "Driver=PostgreSQL Unicode;Server=127.0.0.1;UID=nobody;Database=none;"
                        f"Port={free_port()}",
          "password_file": write_secret(tmp_path, secrets, "file")},
         {"id": 11, "name": "d", "connection": f"Driver=no such driver;PWD={secrets['inline']}"}],
        config={"kafka": {"sasl.password": secrets["sasl"], "debug": "conf,security"},
                "http": {"wait": "5s",
                         "storage_password_file": write_secret(tmp_path, secrets, "storage")}},
        has_trigger=True)
    for name, token in {"admin": site.serve.admin, "viewer": site.serve.token("viewer"),
                        "revoked": site.serve.token("admin"),
                        "worker": Path(site.config["catalog"]["token_file"]).read_text()}.items():
        secrets[name] = token.split("_")[2]
        if name == "revoked":
            site.serve.revoke(token)
    site.start_worker()
    site.serve.program.wait_for(r" trigger\.ready\b")
    return SimpleNamespace(site=site, secrets=secrets)


def log_in(site, secrets):
    """A browser's session; its cookie is one more secret."""
    browser = requests.Session()
    answer = browser.post(f"{site.serve.url}/login", data={"token": site.serve.admin}, timeout=30)
    assert answer.status_code == 200, answer.text
    secrets["cookie"], = [cookie.value for cookie in browser.cookies]
    return browser


def every_answer(site, browser, outputs):
    """Use every route: as a browser, and with tokens that are wrong."""
    tokens = {"wrong": spell(1, SECRET_OF_NOBODY), "junk": SECRET_OF_NOBODY}
    for route in [*ROUTES, *PAGES]:
        if route == ("POST", "/logout"):
            continue
        for name, token in {"admin": site.serve.admin, **tokens}.items():
            answer = ask(site.serve, route, 1, token=token)
            outputs[f"{route} {name}"] = answer.content + str(answer.headers).encode()
        if route == ("POST", "/login"):
            answer = browser.post(site.serve.url + "/login", data={"token": SECRET_OF_NOBODY},
                                  timeout=30)
            outputs["a log-in that fails"] = answer.content + str(answer.headers).encode()
        if route[0] == "GET":
            answer = browser.get(site.serve.url + fill(route[1], 1), timeout=30)
            outputs[f"{route} browser"] = answer.content + str(answer.headers).encode()


def commands(site, outputs):
    """What the commands print about a configuration and a storage full of secrets."""
    program = site.build / "tablesync"
    for arguments in (["config", "check"], ["config", "print"], ["config", "print", "--json"]):
        ran = run([program, *arguments, "--config", site.path])
        outputs[" ".join(arguments)] = (ran.stdout + ran.stderr).encode()
    for arguments in (["token", "list"], ["token", "list", "--json"], ["dlq", "list", "--each"],
                      ["config", "print"]):
        path = site.path if arguments[0] == "dlq" else site.serve.path
        ran = run([program, *arguments, "--config", path])
        outputs["serve: " + " ".join(arguments)] = (ran.stdout + ran.stderr).encode()


def records(site, outputs, secrets):
    """Publish jobs that go well, that fail and that are wrong; what comes back."""
    secrets["header"] = canary("header")
    headers = [("token", secrets["header"].encode())]
    for number, job in enumerate([GOOD, *[GOOD | {"datasource_id": n} for n in (9, 10, 11)],
                                  b"not JSON"]):
        reply = site.ask(job, headers=headers)
        outputs[f"reply {number}"] = repr(reply).encode()
    for letter in site.letters.wait(1):
        outputs[f"letter {letter.offset}"] = repr(letter).encode()
    for job in (GOOD, GOOD | {"datasource_id": 9}, {"datasource_id": 9}):
        answer = site.serve.request("POST", "/api/v1/table/sync/", json=job)
        outputs[f"trigger {job}"] = answer.content + str(answer.headers).encode()


def processes(site, outputs):
    """What others on this host can see, and what is left behind."""
    for program in (site.serve.program, *site.workers):
        outputs[f"log of {program.name}"] = program.output.encode()
        outputs[f"command line of {program.name}"] = Path(
            f"/proc/{program.pid}/cmdline").read_bytes()
    state = Path(site.config["state_dir"])
    for path in state.iterdir():
        if path.is_file() and not path.name.endswith((".secret", "-token", ".yaml")):
            outputs[f"file {path.name}"] = path.read_bytes()


def test_no_secret_comes_out_anywhere(planted):
    site, secrets, outputs = planted.site, planted.secrets, {}
    browser = log_in(site, secrets)
    records(site, outputs, secrets)
    every_answer(site, browser, outputs)
    commands(site, outputs)
    processes(site, outputs)
    secrets["nobody"] = SECRET_OF_NOBODY

    assert len(outputs) > 100 and all(len(secret) > 15 for secret in secrets.values())
    assert find(secrets, outputs) == []


def test_the_search_finds_what_is_planted_in_a_log_line(planted):
    """As above, with secrets that are told: the names of a table and of a token."""
    site, outputs = planted.site, {}
    told = {"table": canary("table"), "token": canary("token")}
    site.serve.token("viewer", name=told["token"])
    outputs["reply"] = repr(site.ask(GOOD | {"table": told["table"]})).encode()
    commands(site, outputs)
    processes(site, outputs)
    found = find(told, outputs)
    assert ("table", "reply") in found and ("token", "serve: token list") in found
    assert ("table", "log of " + site.workers[0].name) in found, site.workers[0].tail()
    outputs["encoded"] = b"x " + base64.b64encode(told["table"].encode()) + b" y"
    assert ("table", "encoded") in find(told, outputs)
