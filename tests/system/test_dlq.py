# test_dlq.py - looking at dead letters and setting them aside: `dlq list`, `show`, `discard`.
# SPDX-License-Identifier: Apache-2.0
import base64
import json
import time

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from lib.contract import check
from lib.letters import Letters, read_to_end
from lib.process import free_port


@pytest.fixture
def letters(build, kafka):
    return Letters(build, kafka, partitions=1)


def write_mixture(letters):
    """Eight letters, old and new, of two data sources and three errors."""
    now = int(time.time() * 1000)
    hour = 3600 * 1000
    for number, error, datasource, schema, age in (
            (0, "source_timeout", 8, "main.dbo", 0),
            (1, "source_timeout", 8, "main.dbo", 2 * hour),
            (2, "source_timeout", 9, "main.dbo", 30 * hour),
            (3, "source_denied", 9, "sales", 10 * 24 * hour),
            (4, "source_denied", 8, "sales", 0),
            (5, "worker_crash", 8, "sales", 0)):
        letters.write(number, letters.job(number, datasource, schema), error=error,
                      timestamp=now - age)
    letters.write(6, b"no job at all \xff", error="bad_message")
    letters.write(7, b'{"datasource_id": "8", "schema": null}', error="bad_message")


def test_where_nothing_was_ever_set_aside_every_action_says_so(build, kafka):
    letters = Letters(build, kafka, creates_topics=False)
    for arguments in ["list"], ["list", "--each"], ["replay", "--all"], ["discard", "--all"]:
        ran = letters.dlq(*arguments)
        assert (ran.returncode, ran.stdout) == (0, ""), (arguments, ran.stderr)
        assert f"'{letters.topic('dlt')}' does not exist" in ran.stderr, arguments
    assert letters.done("list")["groups"] == []
    assert letters.topic("dlt") not in AdminClient(
        {"bootstrap.servers": kafka.bootstrap}).list_topics(timeout=30).topics
    ran = letters.dlq("show", "0-0")
    assert ran.returncode == 1 and "no letter 0-0" in ran.stderr


def test_list_counts_by_error_data_source_and_age_and_names_the_newest(letters):
    write_mixture(letters)
    listed = letters.done("list")
    assert (listed["letters"], listed["done"]) == (8, 0)
    groups = {(group["error"], group["datasource_id"]): group for group in listed["groups"]}
    assert {key: group["letters"] for key, group in groups.items()} == {
        ("source_timeout", 8): 2, ("source_timeout", 9): 1, ("source_denied", 8): 1,
        ("source_denied", 9): 1, ("worker_crash", 8): 1, ("bad_message", None): 2}
    assert listed["groups"][0]["letters"] == 2, "the largest comes first"
    assert groups["source_timeout", 8]["ages"] == {"<1h": 1, "<1d": 1, "<7d": 0, "older": 0}
    assert groups["source_timeout", 9]["ages"] == {"<1h": 0, "<1d": 0, "<7d": 1, "older": 0}
    assert groups["source_denied", 9]["ages"] == {"<1h": 0, "<1d": 0, "<7d": 0, "older": 1}
    assert groups["source_timeout", 8]["newest_letter"] == "0-0"
    assert groups["source_timeout", 8]["message"] == "it went wrong for 0"

    text = letters.dlq("list").stdout
    assert "source_timeout        8                        2       1       1" in text
    assert f"8 dead letters in '{letters.topic('dlt')}'" in text


FILTERS = {
    "all": ([], {0, 1, 2, 3, 4, 5, 6, 7}),
    "an error": (["--error", "source_denied"], {3, 4}),
    "any of two errors": (["--error", "source_denied,worker_crash"], {3, 4, 5}),
    "a data source": (["--datasource", "9"], {2, 3}),
    "a schema": (["--schema", "sales"], {3, 4, 5}),
    "a schema is no prefix": (["--schema", "sale"], set()),
    "a table": (["--table", "table_4"], {4}),
    "since": (["--since", "3h"], {0, 1, 4, 5, 6, 7}),
    "since days ago": (["--since", "2d"], {0, 1, 2, 4, 5, 6, 7}),
    "until": (["--until", "3h"], {2, 3}),
    "between": (["--since", "7d", "--until", "3h"], {2}),
    "since a moment": (["--since", "2030-01-01T00:00:00Z"], set()),
    "until a moment": (["--until", "2030-01-01T00:00:00Z"], {0, 1, 2, 3, 4, 5, 6, 7}),
    "a place": (["--offsets", "0-3"], {3}),
    "places and ranges": (["--offsets", "0-0,0-2..4,1-5"], {0, 2, 3, 4}),
    "all that are given must match": (["--error", "source_timeout", "--datasource", "8",
                                       "--since", "1h"], {0}),
}


def test_each_filter_takes_the_letters_that_it_names_and_no_others(letters):
    write_mixture(letters)
    got = {name: letters.numbers(*filters) for name, (filters, _) in FILTERS.items()}
    assert got == {name: wanted for name, (_, wanted) in FILTERS.items()}


WRONG = {
    "no action": ([], "list, show, replay or discard"),
    "an unknown action": (["delete"], "'delete' is none of list, show, replay, discard"),
    "replay of what": (["replay"], "--all"),
    "discard of what": (["discard"], "--all"),
    "all but some": (["replay", "--all", "--error", "source_busy"], "exclude each other"),
    "an unknown error": (["list", "--error", "source_bsy"], "did you mean 'source_busy'"),
    "no time": (["list", "--since", "yesterday"], "how long ago, such as 2h"),
    "no place": (["list", "--offsets", "17"], "PARTITION-OFFSET"),
    "a range that goes back": (["list", "--offsets", "0-5..3"], "PARTITION-FROM..TO"),
    "an unknown data source": (["list", "--datasource", "warehous"], "neither the id nor the name"),
    "show of nothing": (["show"], "PARTITION-OFFSET"),
    "show of a range": (["show", "0-1..2"], "PARTITION-OFFSET"),
    "show with a filter": (["show", "0-1", "--error", "source_busy"],
                           "--error does not go with dlq show"),
    "list at a rate": (["list", "--rate", "5"], "--rate does not go with dlq list"),
    "no rate": (["replay", "--all", "--rate", "0"], "whole number from 1"),
    "too much": (["list", "0-1"], "'0-1' is too much"),
}


def test_a_command_line_that_is_wrong_is_refused_with_what_is_meant(build, kafka):
    letters = Letters(build, kafka, creates_topics=False)
    for name, (arguments, words) in WRONG.items():
        ran = letters.dlq(*arguments)
        assert (ran.returncode, ran.stdout) == (2, ""), name
        assert words in ran.stderr, name


def test_show_prints_all_of_a_letter_and_nothing_that_a_terminal_obeys(letters):
    headers = letters.headers(0) + [("kafka_replyPartition", b"\x00\x00\x00\x03"),
                                    ("evil", b"\x1b[31m\xff\xc2\x9b"), ("empty", None),
                                    ("token", b"secret")]
    letters.write(0, b'{"datasource_id": 8,\n "table": "\xc3\xa4\x1b]0;x\x07"}\xfe', None, headers)
    shown = letters.dlq("show", "0-0")
    assert shown.returncode == 0, shown.stderr
    for line in ("key: (none)", "x-error-code: source_timeout", "x-attempt: 9",
                 "kafka_correlationId: correlation-0", "empty: (none)",
                 "kafka_replyPartition: \\x00\\x00\\x00\\x03", "evil: \\x1b[31m\\xff\\xc2\\x9b",
                 '{"datasource_id": 8,', ' "table": "ä\\x1b]0;x\\x07"}\\xfe'):
        assert f"{line}\n" in shown.stdout, line
    assert "secret" not in shown.stdout


def test_show_as_json_is_the_schemas_object_and_exact_where_there_is_no_text(letters):
    value = b"\x00\xff" + bytes(range(256))
    letters.write(0, key="schlüssel".encode())
    letters.write(1, value, b"\xfe", letters.headers(1) + [("bytes", b"\x80")])
    letters.write(2, b"", headers=letters.headers(2, error="bad_message", value_bytes=10485760))

    plain = letters.done("show", "0-0")
    check("dead_letter", plain)
    assert (plain["key"], plain["value"]) == ("schlüssel", letters.job(0).decode())
    assert plain["headers"]["x-error-message"] == "it went wrong for 0"
    assert not [name for name in plain if name.endswith("_base64")]

    binary = letters.done("show", "0-1")
    check("dead_letter", binary)
    assert base64.b64decode(binary["value_base64"]) == value
    assert base64.b64decode(binary["key_base64"]) == b"\xfe"
    assert base64.b64decode(binary["headers_base64"]["bytes"]) == b"\x80"
    assert "kafka_correlationId" not in binary["headers_base64"]

    cut = letters.done("show", "0-2")
    check("dead_letter", cut)
    assert cut["value"] == ""
    assert "its value of 10485760 bytes did not fit" in letters.dlq("show", "0-2").stdout


def test_a_discarded_letter_is_gone_from_sight_and_stays_in_the_topic(letters):
    write_mixture(letters)
    assert letters.done("discard", "--error", "bad_message", "--dry-run")["discarded"] == 2
    assert len(letters.numbers()) == 8, "a dry run changes nothing"
    result = letters.done("discard", "--error", "bad_message")
    assert (result["discarded"], result["matched"]) == (2, 2)
    assert letters.numbers() == {0, 1, 2, 3, 4, 5}
    assert letters.done("list")["done"] == 2
    assert {place: mark["what"] for place, mark in letters.marks().items()} == {
        "0-6": "discarded", "0-7": "discarded"}
    assert letters.republished() == []
    shown = letters.dlq("show", "0-6")
    assert shown.returncode == 1
    assert "letter 0-6 is done with: discarded at 20" in shown.stderr
    assert f"by {letters.topic('dlq')}@" in shown.stderr
    assert letters.dlq("discard", "--error", "bad_message").returncode == 0
    assert len(letters.marks()) == 2


def test_a_mark_is_believed_for_the_letter_that_it_was_made_for(letters):
    """Marks written by hand, taken back, and left over of a topic that was made anew."""
    letters.write_many(5)
    letters.write_mark(b"0-0", b"by hand")
    letters.write_mark(b"0-1", json.dumps({"what": "replayed", "letter_ms": 1}).encode())
    letters.write_mark(b"0-2", b"by hand")
    letters.write_mark(b"0-2", None)
    for key in b"0-17", b"7-3", b"nonsense", b"", b"0-3..4", b"9" * 100:
        letters.write_mark(key, b"{}")
    assert letters.numbers() == {1, 2, 3, 4}


def test_a_broker_that_is_away_is_named_and_gives_the_exit_code_of_that(build, kafka):
    letters = Letters(build, kafka)
    gone = f"127.0.0.1:{free_port()}"
    letters.settings[1] = f"bootstrap.servers={gone}"
    ran = letters.dlq("list")
    assert (ran.returncode, ran.stdout) == (6, "")
    assert ran.stderr.startswith("tablesync: no broker answered in time") and gone in ran.stderr


def test_letters_that_retention_deletes_meanwhile_and_gaps_are_no_failure(letters):
    """Offsets that are aborted, deleted, or no records but marks of transactions."""
    letters.write_many(20)
    producer = Producer({"bootstrap.servers": letters.kafka.bootstrap, "log_level": 2,
                         "transactional.id": letters.name})
    producer.init_transactions(30)
    for number in range(20, 24):
        producer.begin_transaction()
        producer.produce(letters.topic("dlt"), letters.job(number),
                         headers=letters.headers(number))
        (producer.commit_transaction if number % 2 else producer.abort_transaction)(30)
    read_to_end(letters.kafka.bootstrap, letters.topic("dlt"))  # the last of them has ended
    delete_before(letters, 5)
    assert letters.numbers() == set(range(5, 20)) | {21, 23}
    assert letters.dlq("show", "0-4").returncode == 1
    assert letters.done("replay", "--all")["replayed"] == 17


def delete_before(letters, offset):
    """As retention does it."""
    admin = AdminClient({"bootstrap.servers": letters.kafka.bootstrap})
    for done in admin.delete_records(
            [TopicPartition(letters.topic("dlt"), 0, offset)]).values():
        done.result(30)
