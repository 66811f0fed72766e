# test_pages.py - the web pages in a real Chromium: what people see, and what they do there.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re

import pytest

from lib.documents import document
from lib.gallery import IMAGE, NASTY, SCRIPT
from lib.letters import Letters
from lib.process import poll
from lib.serve import Serve

TAB, ENTER = "\ue004", "\ue007"


def log_in(browser, serve, path="/"):
    browser.open(serve.url + path)
    browser.fill("#token", serve.admin)
    browser.click("main button")


def test_a_log_in_leads_to_the_page_that_was_asked_for(browser, gallery):
    page = f"/table/{gallery.ids['customers']}/"
    browser.open(gallery.url + page)
    assert browser.title == "Log in – tablesync"
    browser.fill("#token", "tbs_1_nonsense")
    browser.click("main button")
    assert "opens nothing" in browser.text("[role=alert]")
    assert [text for text in browser.complaints() if "403" not in text] == []
    browser.fill("#token", gallery.admin)
    browser.press(ENTER)
    poll(lambda: browser.url == gallery.url + page, what="the page that was asked for")
    assert browser.title == "customers – tablesync"
    assert browser.run("return document.cookie") == ""
    browser.click(".user button")
    assert browser.title == "Log in – tablesync"
    browser.open(gallery.url + page)
    assert browser.title == "Log in – tablesync"


@pytest.mark.parametrize("width, scheme", [(390, "dark"), (1280, "light")])
def test_every_page_can_be_used_by_everybody(browser, gallery, width, scheme):
    browser.reset(width, scheme)
    browser.open(gallery.url + "/login")
    assert browser.judge() == []
    log_in(browser, gallery)
    for path in gallery.paths:
        browser.open(gallery.url + path)
        assert browser.complaints() == [], path
        assert browser.judge() == [], path
        broad, seen = browser.run("const page = document.documentElement;"
                                  "return [page.scrollWidth, page.clientWidth]")
        assert broad <= seen, f"{path}: wider than the window"


def test_light_and_dark_are_two_looks(browser, gallery):
    colours = set()
    for scheme in ("light", "dark"):
        browser.reset(1280, scheme)
        browser.open(gallery.url + "/login")
        colours.add(browser.run("const style = getComputedStyle(document.body);"
                                "return style.color + style.backgroundColor"))
    assert len(colours) == 2


def test_the_keyboard_alone_leads_through_a_page(browser, gallery):
    log_in(browser, gallery)
    browser.press(TAB)
    assert browser.run("return document.activeElement.textContent") == "Skip to the content"
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press(ENTER + TAB)
    assert browser.run("return document.activeElement.id") == "q"
    browser.press("customers" + ENTER)
    poll(lambda: "q=customers" in browser.url, what="the results")
    assert browser.count("tbody tr") == 1


@pytest.mark.parametrize("query, found", [
    ("q=CUSTOMERS", "customers"), ("q=lower+case", "customers"), ("q=billing", "customers"),
    ("q=orders+recent", "recent_orders"), ("removed=yes&q=orders", "old_orders"),
    ("q=alert(1)+%22%3E", IMAGE), ("q=orders+parts", None), ("q=orders&datasource_id=9", None)])
def test_a_search_finds_what_has_every_word(browser, gallery, query, found):
    log_in(browser, gallery)
    browser.open(f"{gallery.url}/?{query}")
    if found:
        assert browser.count(f"main a[href='/table/{gallery.ids[found]}/']") == 1
    else:
        assert "Nothing was found." in browser.text("main")


def test_a_long_list_has_further_pages(browser, gallery):
    log_in(browser, gallery, "/?q=part_")
    seen = []
    while True:
        seen += re.findall(r">(part_\d\d)<", browser.source)
        if not browser.count("[rel=next]"):
            break
        browser.click("[rel=next]")
    assert sorted(seen) == [f"part_{number:02}" for number in range(1, 61)]


def test_the_way_from_a_data_source_to_a_table_and_to_what_it_refers_to(browser, gallery):
    log_in(browser, gallery)
    browser.click("main a[href='/datasource/8/']")
    assert browser.text("h1") == "warehouse"
    browser.click(f"main a[href='/schema/{gallery.schema_ids['main.dbo']}/']")
    assert browser.text("h1") == "Schema main.dbo"
    browser.click(f"main a[href='/table/{gallery.ids['orders']}/']")
    assert browser.text("h1") == "orders"
    assert "ghosts" in browser.text("main")
    browser.click(f"main a[href='/table/{gallery.ids['customers']}/']")
    assert browser.text("h1") == "Customers customers"
    for text in ["Who buys from us, and did.", "never deleted", "billing", "identity, always",
                 "net + tax generated, stored", "customers_email_key: email",
                 "email = lower(email)", "(expression) joined",
                 "CREATE UNIQUE INDEX customers_pkey ON customers (id)",
                 "Column email, type: was text now character varying(200)",
                 "Columns added: joined total",
                 "indexes: now customers_pkey (id), unique, primary: CREATE UNIQUE INDEX "
                 "customers_pkey ON customers (id) customers_domain ((expression), joined)",
                 "The first that was seen."]:
        assert text in browser.text("main"), text


def test_a_view_and_a_removed_table_say_what_they_are(browser, gallery):
    log_in(browser, gallery, f"/table/{gallery.ids['recent_orders']}/")
    assert browser.text("pre") == "SELECT *\n  FROM orders\n WHERE joined > now()"
    browser.open(f"{gallery.url}/table/{gallery.ids['old_orders']}/")
    assert "gone from its data source" in browser.text("main")
    for text in ["Version 4", "The table was gone.", "The table was there again."]:
        assert text in browser.text(".versions")


@pytest.mark.parametrize("name", [SCRIPT, IMAGE, NASTY])
def test_a_name_is_shown_as_the_text_that_it_is(browser, gallery, name):
    log_in(browser, gallery, f"/table/{gallery.ids[name]}/")
    shown = name.replace("\x01", "\ufffd")
    for selector in ["h1", "th code", "caption ~ tbody td code", "pre", "dt"]:
        assert shown.strip() in browser.text(selector), selector
    assert browser.count("script, img, main style") == 0
    assert browser.run("return window.alerted") is None
    browser.open(f"{gallery.url}/table/{gallery.ids[name]}/edit")
    assert browser.value("#title") == shown
    assert browser.value("#value_0") == shown


def test_what_people_write_is_kept_and_made_safe(browser, gallery):
    number = gallery.ids["part_01"]
    log_in(browser, gallery, f"/table/{number}/")
    browser.click("main a.button")
    browser.fill("#title", "Part <one>")
    browser.fill("#description", "<p>First</p>\n<script>alert(1)</script><b onclick=x>bold</b>")
    browser.fill("#name_0", "Owner")
    browser.fill("#value_0", "Ada\n& Bob")
    browser.fill("#name_1", "Rules")
    browser.run("document.querySelector('#type_1').value = 'rich_text'")
    browser.fill("#value_1", "<i>none</i><img src=x>")
    browser.click("button[name=more]")
    assert browser.count("fieldset .row") == 8
    browser.fill("#name_7", "Last")
    browser.click("form.stack button:not(.plain)")
    assert "saved" in browser.text("[role=status]")
    assert browser.text("h1") == "Part <one> part_01"
    assert browser.count(".rich b") == 1 and browser.count(".rich i") == 1
    table = gallery.table(number)
    assert table["title"] == "Part <one>"
    assert "script" not in table["description"] and "onclick" not in table["description"]
    assert [(field["name"], field["type"]) for field in table["custom_fields"]] == [
        ("Owner", "text"), ("Rules", "rich_text"), ("Last", "text")]
    assert table["custom_fields"][0]["value"] == "Ada\n& Bob"

    browser.click("main a.button")
    browser.tick("#remove_0")
    browser.fill("#name_1", "")
    browser.fill("#value_1", "")
    browser.click("form.stack button:not(.plain)")
    assert [field["name"] for field in gallery.table(number)["custom_fields"]] == ["Last"]


def test_what_cannot_be_kept_is_told_and_stays_in_the_form(browser, gallery):
    number = gallery.ids["part_02"]
    log_in(browser, gallery, f"/table/{number}/edit")
    for row in (0, 1):
        browser.fill(f"#name_{row}", "Owner")
        browser.fill(f"#value_{row}", f"number {row}")
    browser.click("form.stack button:not(.plain)")
    assert "'Owner' twice" in browser.text("[role=alert]")
    assert browser.value("#value_1") == "number 1"
    assert [text for text in browser.complaints() if "400" not in text] == []
    browser.fill("#name_1", "Owner's deputy")
    browser.click("form.stack button:not(.plain)")
    assert len(gallery.table(number)["custom_fields"]) == 2


def test_who_was_overtaken_is_shown_both_and_decides(browser, gallery):
    number = gallery.ids["part_03"]
    log_in(browser, gallery, f"/table/{number}/edit")
    browser.fill("#title", "mine")
    gallery.patch(number, title="theirs", description="theirs as well")
    browser.click("form.stack button:not(.plain)")
    assert "somebody else" in browser.text("[role=alert]")
    assert browser.value("#title") == "mine"
    assert "theirs as well" in browser.text("#now ~ dl")
    assert gallery.table(number)["title"] == "theirs"
    assert [text for text in browser.complaints() if "412" not in text] == []
    browser.click("form.stack button:not(.plain)")
    assert gallery.table(number)["title"] == "mine"


def test_the_history_of_a_table_that_changes_often_has_pages(browser, gallery):
    table = f"/table/{gallery.ids['part_04']}/"
    for second in range(2, 26):
        gallery.put(document("part_04", second=second, schema_name="main.parts",
                             db_comment=f"comment {second}"))
    log_in(browser, gallery, table)
    assert browser.count(".versions li") == 5
    browser.click(f"main a[href='{table}history/']")
    assert browser.count(".versions li") == 20
    assert "comment: was comment 24 now comment 25" in browser.text(".versions li")
    browser.click("[rel=next]")
    assert browser.count(".versions li") == 5
    assert "comment: was comment 4 now comment 5" in browser.text(".versions li")
    assert "The first that was seen." in browser.text(".versions li:last-child")
    assert browser.count("[rel=next]") == 0


@pytest.mark.parametrize("path, status", [
    ("/table/999999/", 404), ("/nowhere", 404), ("/jobs/none-0-1/", 404), ("/?q=a&after=x", 400),
    ("/datasource/x/", 404)])
def test_an_error_is_a_page(browser, gallery, path, status):
    log_in(browser, gallery)
    browser.open(gallery.url + path)
    assert browser.text("main").count(str(status)) == 1
    assert browser.judge() == []
    assert all(str(status) in text for text in browser.complaints())


def test_without_kafka_a_sync_says_so(browser, gallery):
    log_in(browser, gallery, f"/table/{gallery.ids['orders']}/")
    browser.click("main form button")
    assert "publish_failed" in browser.text("main")
    assert all("500" in text for text in browser.complaints())


def test_a_sync_now_is_a_job_whose_page_leads_back_to_the_table(browser, make_site, sqlite_file):
    path = sqlite_file("create table foobar (a integer, b text)")
    site = make_site([{"id": 8, "name": "shop", "connection": f"Driver=SQLite3;Database={path}"}],
                     has_trigger=True, partitions=1)
    site.serve.program.wait_for(r" trigger\.ready\b")
    site.serve.program.wait_for(r" history\.read\b")
    old, = site.serve.put(document(columns="a", schema_name="main"))
    log_in(browser, site.serve, old["table"]["url"])
    browser.click("main form button")
    assert re.search(rf"/jobs/{re.escape(site.jobs)}-\d-\d+/$", browser.url)
    there = browser.url
    # In one breath: in two seconds the page loads again.
    assert browser.run("""return [document.querySelector('.outcome').innerText,
                                  document.querySelectorAll('meta[http-equiv=refresh]').length,
                                  document.querySelector('main p.quiet a').href]""") == [
        "pending", 1, there + "?live=no"]
    browser.open(there + "?live=no")
    assert browser.count("meta[http-equiv=refresh]") == 0
    assert browser.judge() == []
    browser.click("main p.quiet a")
    assert browser.url == there
    site.publisher.publish({"datasource_id": 9, "schema": "main", "table": "foobar"})
    browser.open(f"{site.serve.url}/jobs/{site.jobs}-0-1/")
    assert browser.text(".outcome") == "pending"  # nobody has told this server of it
    browser.open(there)
    site.start_worker()
    browser.wait_for("updated", ".outcome")
    assert browser.count("meta[http-equiv=refresh]") == 0
    assert browser.judge() == []
    browser.click("main a.button")
    assert browser.url == site.serve.url + old["table"]["url"]
    assert "Columns added: b" in browser.text("main")
    browser.open(site.serve.url + "/")
    assert "ok updated" in browser.text("main")
    browser.open(site.serve.url + "/jobs/?state=ok&table=foobar")
    assert browser.count("tbody tr") == 1
    assert browser.judge() == []
    poll(lambda: browser.open(site.serve.url + "/jobs/?datasource_id=9") or
         "datasource_unknown" in browser.text("main"), what="the other job's outcome")
    browser.click("tbody a")
    assert "the data source is not valid" in browser.text("main p.bad")


def test_a_dead_letter_is_read_and_replayed(browser, build, kafka, tmp_path):
    letters = Letters(build, kafka, partitions=1)
    letters.write(0, value=f'{{"datasource_id": 8, "schema": "s", "table": "{SCRIPT}"}}'.encode())
    letters.write(1, value=SCRIPT.encode(), error="bad_message")
    config = {"kafka": {"bootstrap.servers": kafka.bootstrap, "group.id": letters.name},
              "topics": {"jobs": letters.jobs, "replies": f"{letters.name}.replies",
                         "retry_delays": ["1s"]}}
    with contextlib.closing(Serve(build, tmp_path, config=config)) as serve:
        log_in(browser, serve)
        browser.click("nav a[href='/letters/']")
        for page in ["/letters/", "/letters/0-1/", "/letters/confirm/?what=replay",
                     "/letters/run/", "/letters/0-0/"]:
            browser.open(serve.url + page)
            assert browser.judge() == [] and browser.count("script") == 0, page
        assert SCRIPT in browser.text("main")
        browser.fill("#rate", "5")
        browser.click("button[value=replay]")
        browser.click("main form button")
        browser.wait_for("1 of 1 dead letters", "p.notice")
        browser.open(serve.url + "/letters/")
        assert browser.count("a[href='/letters/0-0/']") == 0
        assert browser.count("a[href='/letters/0-1/']") >= 1
