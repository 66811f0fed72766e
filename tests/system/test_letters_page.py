# test_letters_page.py - the pages about dead letters, as a browser asks for them.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import html
import re
import time

import pytest
import requests

from lib.letters import Letters
from lib.process import poll
from lib.serve import Serve

NASTY = b'\xff\x00{"table": "<script>alert(1)</script>\x1b[31m"}'


def start(build, folder, letters, creates_topics=True, **kafka):
    """A server that knows where they are, or should be."""
    return Serve(build, folder, f"serve-{letters.name}", config={
        "kafka": {"bootstrap.servers": letters.kafka.bootstrap, "group.id": letters.name,
                  **kafka},
        "topics": {"jobs": letters.jobs, "replies": f"{letters.name}.replies",
                   "retry_delays": ["1s"], "create": creates_topics},
        "datasources": [{"id": 8, "name": "warehouse", "connection": "DSN=none"}]})


@pytest.fixture
def letters(build, kafka):
    return Letters(build, kafka, partitions=1)


@pytest.fixture
def serve(build, tmp_path, letters):
    with contextlib.closing(start(build, tmp_path, letters)) as server:
        yield server


@pytest.fixture(scope="module")
def shown(build, kafka, tmp_path_factory):
    """A server with five letters that no test may change."""
    letters = Letters(build, kafka, partitions=1)
    letters.write(0)
    letters.write(1, value=letters.job(1, datasource=9))
    letters.write(2, value=letters.job(2, schema="app"))
    letters.write(3, error="source_busy")
    letters.write(4, error="bad_value")
    with contextlib.closing(start(build, tmp_path_factory.mktemp("shown"), letters)) as server:
        yield server
        assert len(listed(server)) == 5


def log_in(browser, serve):
    browser.open(serve.url + "/login?next=/letters/")
    browser.fill("#token", serve.admin)
    browser.click("main button")


def page(serve, path, status=200, **options):
    """The text of a page, whose frame is that of all pages."""
    answer = serve.request("GET", path, **options)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    return answer.text


def listed(serve, query=""):
    """The places that the page lists one by one."""
    text = page(serve, f"/letters/{query}").rpartition("<h2")[2]
    return re.findall(r'<th scope="row"><a href="/letters/([0-9-]+)/">', text)


def hidden(text):
    """The fields of the form that confirms."""
    form = text.partition('<form method="post" action="/letters/run">')[2].partition("</form>")[0]
    return {name: html.unescape(value) for name, value in
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)}


def confirmed(serve, query):
    """Ask, and confirm; the answer to that."""
    text = page(serve, f"/letters/confirm/?{query}")
    return serve.request("POST", "/letters/run", data=hidden(text), allow_redirects=False)


def outcome(serve):
    """What the page says of a run that has ended."""
    text = poll(lambda: next((text for text in [page(serve, "/letters/run/")]
                              if 'http-equiv="refresh"' not in text), None), what="its end")
    return html.unescape(re.search(r'<p class="notice[^>]*>(.*?)</p>', text)[1])


def run(serve, query):
    answer = confirmed(serve, query)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/letters/run/")
    return outcome(serve)


def test_letters_are_counted_and_the_newest_stand_first(serve, letters):
    begun = int(time.time() * 1000) - 1000
    for number in range(105):
        letters.write(number, is_flushed=False, timestamp=begun + number)
    letters.write(105, error="bad_message", value=NASTY)
    text = page(serve, "/letters/")
    assert re.search(r'source_timeout</a></th><td>8 warehouse</td><td class="number">105<', text)
    assert re.search(r'bad_message</a></th><td>-</td><td class="number">1<', text)
    assert "The newest 100" in text
    assert listed(serve) == [f"0-{105 - number}" for number in range(100)]


@pytest.mark.parametrize("query, numbers", [
    ("error=source_busy", [3]), ("error=source_busy,bad_value", [3, 4]),
    ("datasource=9", [1]), ("datasource=warehouse&error=source_timeout", [0, 2]),
    ("schema=app", [2]), ("table=table_2", [2]), ("offsets=0-1..2,0-4", [1, 2, 4]),
    ("until=2026-01-01T00:00:00Z", []), ("since=1h", [0, 1, 2, 3, 4]),
    ("error=&table=&since=", [0, 1, 2, 3, 4]), ("table=%3Cscript%3E", []),
])
def test_a_filter_narrows_the_list(shown, query, numbers):
    assert sorted(listed(shown, f"?{query}")) == [f"0-{number}" for number in numbers]


@pytest.mark.parametrize("query, text", [
    ("error=source_timeot", "did you mean 'source_timeout'"), ("since=soon", "since: 'soon'"),
    ("offsets=x", "offsets: 'x'"), ("datasource=warehous", "did you mean 'warehouse'"),
])
def test_a_wrong_filter_is_told_beside_what_was_typed(shown, query, text):
    answer = html.unescape(page(shown, f"/letters/?{query}", status=400))
    assert text in answer
    assert f'value="{query.partition("=")[2]}"' in answer


@pytest.mark.parametrize("has_topic, text", [
    (True, "No dead letters in"), (False, "nothing was ever set aside")])
def test_that_there_are_no_letters_is_told(build, kafka, tmp_path, has_topic, text):
    letters = Letters(build, kafka, creates_topics=has_topic)
    with contextlib.closing(start(build, tmp_path, letters, creates_topics=False)) as server:
        assert text in page(server, "/letters/")
        assert "no dead letter matches" in page(server, "/letters/confirm/?what=replay")


def test_one_letter_shows_all_but_its_secret(serve, letters):
    headers = letters.headers(0, replays=1) + [("token", b"planted-secret"), ("x-bytes", b"\xfe"),
                                               ("<b>", b"<i>"), ("x-null", None)]
    letters.write(0, value=NASTY, headers=headers)
    text = page(serve, "/letters/0-0/")
    assert "planted-secret" not in text + serve.program.output
    shown = html.unescape(text)
    for part in (r'\xff\x00{"table": "<script>alert(1)</script>\x1b[31m"}',
                 "it went wrong for 0", "correlation-0", f"{letters.jobs}-0-0",
                 "2026-11-23T05:00:00Z", "set aside after 9 runs", r"\xfe", "<b>", "<i>"):
        assert part in shown, part
    assert "&lt;script&gt;" in text and "<b>" not in text


@pytest.mark.parametrize("place", ["0-5", "1-0", "0", "x", "0-0..3", "99999999999-0"])
def test_a_letter_that_is_not_there_is_not_found(shown, place):
    page(shown, f"/letters/{place}/", status=404)


def test_a_large_value_is_cut_and_a_missing_one_is_told(serve, letters):
    letters.write(0, value=b"x" * 900000)
    letters.write(1, value=b"", value_bytes=2000000)
    assert "900000 bytes, the first of them" in page(serve, "/letters/0-0/")
    assert "its value of 2000000 bytes did not fit" in page(serve, "/letters/0-1/")
    assert "1 would be left: their values did not fit" in page(
        serve, "/letters/confirm/?what=replay")


def test_what_is_confirmed_is_replayed_once_and_nothing_that_came_later(serve, letters):
    for number in range(5):
        letters.write(number)
    letters.write(5, error="bad_value")
    letters.write(6, replays=2)
    text = page(serve, "/letters/confirm/?what=replay&error=source_timeout&since=1h")
    assert "<strong>5</strong> of 6 dead letters would be replayed" in text
    assert "1 would be left: they were replayed often enough" in text
    letters.write(7)
    answer = serve.request("POST", "/letters/run", data=hidden(text))
    assert answer.url.endswith("/letters/run/")
    assert outcome(serve).startswith("5 of 6 dead letters replayed")
    assert len(letters.republished()) == 5
    assert sorted(listed(serve)) == ["0-5", "0-6", "0-7"]
    assert "replayed at " in page(serve, "/letters/0-0/")
    # The same form again: it is done already.
    serve.request("POST", "/letters/run", data=hidden(text))
    assert outcome(serve).startswith("0 of 1 dead letters replayed")
    assert len(letters.republished()) == 5


def test_one_letter_is_discarded_and_more_replays_are_allowed_when_asked(serve, letters):
    for number in range(3):
        letters.write(number, replays=number + 1)
    assert run(serve, "what=discard&offsets=0-1").startswith("1 of 1 dead letters discarded")
    assert {place: mark["what"] for place, mark in letters.marks().items()} \
        == {"0-1": "discarded"}
    assert run(serve, "what=replay&max_replays=4").startswith("2 of 2 dead letters replayed")
    assert letters.numbers() == set()


@pytest.mark.parametrize("data", [
    {"rate": "1"}, {"what": "delete"}, {"what": "replay", "rate": "0"},
    {"what": "replay", "rate": "x"}, {"what": "replay", "max_replays": "-1"},
    {"what": "replay", "error": "nope"},
])
def test_a_wrong_choice_changes_nothing(shown, data):
    assert shown.request("GET", "/letters/confirm/", params=data).status_code == 400
    assert shown.request("POST", "/letters/run", data=data).status_code == 400
    assert "None was started here" in page(shown, "/letters/run/")


def test_a_long_replay_shows_how_far_it_is_and_can_be_stopped(serve, letters):
    letters.write_many(300)
    answer = confirmed(serve, "what=replay&rate=20")
    assert answer.status_code == 303
    text = poll(lambda: next((text for text in [page(serve, "/letters/run/")]
                              if re.search(r"It runs: [1-9]\d* replayed", text)), None),
                what="the first of them")
    assert 'http-equiv="refresh"' in text and "live=no" in text
    second = confirmed(serve, "what=discard")
    assert second.status_code == 429 and "runs already" in second.text
    assert listed(serve)
    assert "It runs" in page(serve, "/letters/run/"), "it holds up who looks"
    assert serve.request("POST", "/letters/stop", data={"stop": "yes"}).status_code == 200
    said = outcome(serve)
    done = int(re.match(r"It was stopped: (\d+) of \d+ dead letters replayed", said)[1])
    assert 0 < done < 300
    assert len(letters.republished()) == done
    assert {mark["what"] for mark in letters.marks().values()} == {"replayed"}


def test_a_server_that_stops_ends_a_replay_in_good_order(serve, letters):
    letters.write_many(200)
    confirmed(serve, "what=replay&rate=10")
    poll(lambda: "It runs: 0" not in page(serve, "/letters/run/"), what="the first of them")
    serve.stop()
    assert len(letters.republished()) == len(letters.marks()) > 0
    serve.start()
    assert "None was started here" in page(serve, "/letters/run/")


def test_a_replay_elsewhere_that_takes_over_is_told(serve, letters):
    letters.write_many(100)
    confirmed(serve, "what=replay&rate=10")
    poll(lambda: "It runs: 0" not in page(serve, "/letters/run/"), what="the first of them")
    assert letters.done("discard", "--all")["discarded"] > 0
    said = outcome(serve)
    assert "took over" in said, said
    assert len(letters.marks()) == 100


@pytest.mark.parametrize("role, limit", [
    ("viewer", {}), ("sync", {}), ("admin", {"datasource": 8}), ("admin", {"schema": "app"})])
def test_only_an_admin_without_limits_sees_letters(shown, role, limit):
    token = shown.token(role, **limit)
    for path in ("/letters/", "/letters/0-0/", "/letters/run/", "/letters/confirm/?what=discard"):
        page(shown, path, status=403, token=token)
    for path in ("/letters/run", "/letters/stop"):
        answer = shown.request("POST", path, data={"what": "discard"}, token=token)
        assert answer.status_code == 403


def test_who_is_not_logged_in_is_led_there_and_back(shown):
    answer = shown.request("GET", "/letters/", token=None, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) \
        == (303, "/login?next=%2Fletters%2F")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"},
                                     {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_of_another_site_is_refused(shown, headers):
    for path in ("/letters/run", "/letters/stop"):
        answer = shown.request("POST", path, data={"what": "discard"}, headers=headers)
        assert answer.status_code == 403


def test_a_form_without_the_session_s_field_is_refused(shown):
    with requests.Session() as browser:
        browser.post(shown.url + "/login", data={"token": shown.admin, "next": "/letters/"},
                     timeout=30)
        text = browser.get(shown.url + "/letters/confirm/?what=discard", timeout=30).text
        fields = hidden(text)
        assert fields.pop("csrf")
        for data in (fields, {**fields, "csrf": "0" * 64}):
            answer = browser.post(shown.url + "/letters/run", data=data, timeout=30)
            assert answer.status_code == 403, answer.text


def test_without_kafka_the_page_says_what_to_do(build, kafka, tmp_path):
    away = {"bootstrap.servers": "127.0.0.1:1"}
    with contextlib.closing(start(build, tmp_path, Letters(build, kafka, creates_topics=False),
                                  **away)) as server:
        text = html.unescape(page(server, "/letters/", status=503))
        assert "Kafka cannot be used" in text and "try again" in text
    with contextlib.closing(Serve(build, tmp_path)) as alone:
        assert "set kafka.bootstrap.servers" in page(alone, "/letters/", status=500)


@pytest.mark.parametrize("width, scheme", [(390, "dark"), (1280, "light")])
def test_every_page_about_letters_can_be_used_by_everybody(browser, shown, width, scheme):
    browser.reset(width, scheme)
    log_in(browser, shown)
    for path in ("/letters/", "/letters/?error=source_busy", "/letters/0-0/", "/letters/run/",
                 "/letters/confirm/?what=replay", "/letters/confirm/?what=discard"):
        browser.open(shown.url + path)
        assert browser.judge() == [], path
        assert browser.complaints() == [], path


def test_somebody_finds_what_failed_and_replays_it(browser, serve, letters):
    for number in range(15):
        letters.write(number, error="source_busy" if number % 5 else "source_timeout")
    log_in(browser, serve)
    browser.click('main a[href*="error=source_busy"]')
    assert browser.value("#error") == "source_busy"
    browser.fill("#rate", "1")
    browser.click('button[value="replay"]')
    assert "12 of 12 dead letters would be replayed" in browser.text("main")
    browser.click('form[action="/letters/run"] button')
    # In one breath: in two seconds the page loads again.
    refreshes, still = browser.run(
        """return [document.querySelectorAll('meta[http-equiv=refresh]').length,
                   document.querySelector('main p.quiet a').href]""")
    assert (refreshes, still) == (1, serve.url + "/letters/run/?live=no")
    browser.open(still)
    assert browser.count("meta[http-equiv=refresh]") == 0
    assert browser.judge() == []
    browser.click("main p.quiet a")
    browser.wait_for("12 of 12 dead letters replayed", "main")
    assert len(letters.republished()) == 12
    browser.click(".crumbs a")
    assert "12 more were replayed or discarded" in browser.text("main")
