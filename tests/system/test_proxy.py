# test_proxy.py - deploy/nginx.conf: TLS in front of two instances of serve.
# SPDX-License-Identifier: Apache-2.0
import contextlib

import pytest
import requests

from lib.bad_server import frozen
from lib.nginx import Nginx
from lib.process import poll, run
from lib.serve import Serve
from lib.site import Site

SYNC = "/api/v1/table/sync/"
MEMBERS = ["id", "url", "name", "schema_name", "title", "description", "ds_id", "is_view",
           "custom_fields", "schema_id", "synonyms", "db_comment"]


def job(table):
    return {"datasource_id": 8, "schema": "public", "table": table}


class Proxied:
    """Two instances with one storage, behind the proxy, and a worker.  Both instances have had an
    answer."""

    def __init__(self, build, kafka, folder, stack):
        self.nginx = stack.enter_context(contextlib.closing(Nginx()))
        site = stack.enter_context(contextlib.closing(Site(
            build, folder, kafka, [{"id": 8, "name": "source", "dialect": "simulated",
                                    "connection": "Length=0"}],
            config={"simulation": True, "catalog": {"driver": "simulated"}})))
        self.worker = site.start_worker()
        http = {"public_url": self.nginx.url, "wait": "20s",
                "storage": f"Driver=SQLite3;Database={folder / 'shared.db'}"}
        self.instances = [stack.enter_context(contextlib.closing(Serve(
            build, folder, f"instance{number}",
            config={"kafka": site.config["kafka"], "topics": site.config["topics"],
                    "http": http}))) for number in range(2)]
        for instance in self.instances:
            instance.program.wait_for(r" trigger\.ready\b")
            answer = instance.request("POST", SYNC, json=job("first"))
            assert answer.status_code == 201, answer.text
        self.nginx.start(*(instance.port for instance in self.instances))
        self.token = self.instances[0].admin

    def session(self, **headers):
        session = requests.Session()
        session.trust_env = False  # another bundle of certificates, a proxy
        session.verify = str(self.nginx.trusted)
        session.headers.update(headers)
        return session

    def sync(self, table, **headers):
        with self.session(Token=self.token, **headers) as session:
            return session.post(self.nginx.url + SYNC, timeout=30, json=job(table))


@pytest.fixture(scope="module")
def proxied(build, kafka, tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield Proxied(build, kafka, tmp_path_factory.mktemp("proxied"), stack)


def test_a_table_is_synced_through_tls(proxied):
    answer = proxied.sync("orders")
    assert answer.status_code == 201, answer.text
    assert list(answer.json()) == MEMBERS
    assert answer.headers["Strict-Transport-Security"]
    assert "Server" not in answer.headers or "/" not in answer.headers["Server"]
    no_token = proxied.session().post(proxied.nginx.url + SYNC, json={}, timeout=30)
    assert no_token.status_code == 403


def test_a_job_is_known_to_both_instances(proxied):
    answer = proxied.sync("async", Prefer="respond-async")
    assert answer.status_code == 202, answer.text
    path = answer.headers["Location"].removeprefix(proxied.nginx.url)
    assert path.startswith("/api/v1/jobs/")
    for instance in proxied.instances:
        found = poll(lambda instance=instance: (one := instance.json("GET", path))["state"]
                     != "pending" and one, what="the outcome")
        assert (found["state"], found["job"]["table"]) == ("ok", "async")
    with proxied.session(Token=proxied.token) as session:
        assert session.get(proxied.nginx.url + path, timeout=30).json()["state"] == "ok"


def test_a_wait_that_runs_out_is_told_by_the_instance_and_not_by_the_proxy(proxied):
    with frozen(proxied.worker.pid):
        answer = proxied.sync("late", Prefer="wait=3")
    assert (answer.status_code, answer.json()["code"]) == (504, "wait_expired")
    assert "/api/v1/jobs/" in answer.headers["Location"]


def test_the_cookie_of_a_session_goes_through_tls_alone(proxied):
    with proxied.session(Origin=proxied.nginx.url) as session:
        answer = session.post(proxied.nginx.url + "/login", timeout=30, allow_redirects=False,
                              data={"token": proxied.token, "next": "/"})
        assert answer.status_code == 303, answer.text
        flags = {flag.strip().lower() for flag in answer.headers["Set-Cookie"].split(";")}
        assert {"secure", "httponly", "path=/"} <= flags
        assert flags & {"samesite=strict", "samesite=lax"}
        for _ in range(4):  # whichever instance it comes to
            page = session.get(proxied.nginx.url + "/", timeout=30, allow_redirects=False)
            assert page.status_code == 200 and "Log out" in page.text


def test_the_proxy_speaks_http_2_and_nothing_without_tls(proxied):
    spoken = run(["curl", "-s", "--cacert", proxied.nginx.trusted, "-o", "/dev/null", "-w",
                  "%{http_version} %{http_code}", proxied.nginx.url + "/healthz"])
    assert spoken.stdout == "2 200", spoken.stdout + spoken.stderr
    plain = requests.get(f"http://localhost:{proxied.nginx.port}/healthz", timeout=30)
    assert plain.status_code == 400


def test_callers_do_not_notice_that_an_instance_stops_and_comes_back(proxied):
    first, second = proxied.instances
    first.stop()
    assert [proxied.sync(f"one_{number}").status_code for number in range(6)] == [201] * 6
    first.start()
    second.stop()
    # It connects to Kafka in the background; until then its answer says so.
    poll(lambda: proxied.sync("other").status_code == 201, what="the first instance again")
    assert proxied.sync("another").status_code == 201
    second.start()
