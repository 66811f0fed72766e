# test_dead_letters.py - what is set aside: the job as it was sent, and why.
# SPDX-License-Identifier: Apache-2.0
import time

import pytest

from lib import contract
from lib.messages import Collector, Letter, Publisher
from lib.process import free_port

GOOD = {"datasource_id": 8, "schema": "main", "table": "thing"}
GONE = {"datasource_id": 9, "schema": "public", "table": "thing"}
PLACE = ["x-original-topic", "x-original-partition", "x-original-offset", "x-original-timestamp",
         "x-first-failure"]
FAILURE = ["x-attempt", "x-error-code", "x-error-class", "x-error-message", "x-consumer-group"]


@pytest.fixture
def make_failing_site(make_site, sqlite_file):
    """make_failing_site(**topics): a site with data source 8, and 9 that cannot be reached.  Its
    topics take more than its producers."""
    path = sqlite_file("create table thing (id integer primary key)")

    def make(**topics):
        site = make_site(
            [{"id": 8, "name": "file", "connection": f"Driver=SQLite3;Database={path}"},
             {"id": 9, "name": "gone",
              "connection": "Driver=PostgreSQL Unicode;Server=127.0.0.1;"
                            f"Port={free_port()};Database=none;UID=nobody"}],
            partitions=2, config={"topics": topics}, topic_config={"max.message.bytes": "20000000"})
        site.start_worker()
        return site

    return make


def check(letter, reply, names=tuple(PLACE + FAILURE)):
    """What every letter keeps to."""
    contract.check("dead_letter", letter.as_written())
    contract.check("reply", reply.value)
    assert letter.job_id == reply.value["job_id"]
    assert letter.error == reply.error
    assert letter.trail("error-message") == reply.value["error"]["message"]
    assert [name for name, _ in letter.header_list if name.startswith("x-")] == list(names)


@pytest.mark.parametrize("value, key, headers", [
    (b"not JSON", b"some key", []),
    (b"not JSON", None, [("a", b"1"), ("b", b"\xff\x00"), ("a", b"2"), ("null", None), ("", b"")]),
    (b"\xff\x00", b"\x00\xff", [("token", b"s3cr3t"), ("a", b""), ("token", b"s3cr3t")]),
    (b"", b"", []),
    (None, None, []),
    (b"[" * 900000, b"large", [("many", b"x" * 1000)] * 20),
    (b"not JSON", b"headers", [(f"header {number}", b"1") for number in range(1500)]),
], ids=["plain", "headers", "bytes", "empty", "null", "large", "many_headers"])
def test_a_letter_is_the_job_as_it_was_sent_but_its_token(make_failing_site, value, key, headers):
    site = make_failing_site()
    site.publisher.publish(value, correlation=b"it", key=key, headers=headers)
    letter, reply = site.letters.wait_for(b"it"), site.collector.wait_for(b"it")

    check(letter, reply)
    assert (letter.key, letter.value) == (key, value)
    sent = [(name, data) for name, data in headers if name != "token"]
    assert letter.header_list[:len(sent) + 1] == [*sent, ("kafka_correlationId", b"it")]
    assert letter.error == "bad_message" and letter.trail("error-class") == "REJECT"
    assert letter.trail("original-topic") == site.jobs
    assert letter.trail("consumer-group") == site.name
    times = [int(letter.trail(name)) for name in ("original-timestamp", "first-failure")]
    assert times[0] <= times[1] <= letter.timestamp_ms


@pytest.mark.parametrize("size, header_size, kept", [
    (10000000, 10, ["a", "kafka_correlationId"]), (1, 2000000, [])], ids=["value", "headers"])
def test_what_is_too_large_for_a_letter_leaves_its_length(make_failing_site, size, header_size,
                                                          kept):
    site = make_failing_site()
    big = Publisher(site.kafka.bootstrap, site.jobs, **{"message.max.bytes": 20000000})
    big.publish(b"[" * size, correlation=b"it", key=b"key", headers=[("a", b"1" * header_size)])
    reply = site.collector.wait_for(b"it")
    letter, = site.letters.wait(1)

    check(letter, reply, [*PLACE, *FAILURE, "x-value-bytes"])
    assert (letter.key, letter.value) == (b"key", b"")
    assert letter.trail("value-bytes") == str(size)
    assert [name for name, _ in letter.header_list if not name.startswith("x-")] == kept


def test_what_is_only_an_answer_is_no_letter(make_failing_site):
    site = make_failing_site()
    assert site.ask(GOOD, key=b"one partition").status == "ok"
    for job, error in [({**GOOD, "table": "nothing"}, "table_not_found"),
                       ({**GOOD, "datasource_id": 7}, "datasource_unknown"),
                       ({**GOOD, "table_type": "TREE"}, "bad_table_type")]:
        assert site.ask(job, key=b"one partition").error == error
    site.publisher.publish(b"not JSON", correlation=b"last", key=b"one partition")
    site.letters.wait_for(b"last")

    assert [letter.correlation for letter in site.letters.records] == [b"last"]


def test_what_is_set_aside_is_what_the_configuration_lists(make_failing_site):
    site = make_failing_site(dead_letters=["table_not_found"])
    site.publisher.publish(b"not JSON", correlation=b"first", key=b"one partition")
    site.publisher.publish({**GOOD, "table": "nothing"}, correlation=b"second",
                           key=b"one partition")
    check(site.letters.wait_for(b"second"), site.collector.wait_for(b"second"))

    assert site.collector.wait_for(b"first").error == "bad_message"
    assert [letter.correlation for letter in site.letters.records] == [b"second"]


def test_retries_that_are_used_up_leave_a_letter_with_the_first_place_and_the_last_error(
        make_failing_site):
    site = make_failing_site(retry_delays=["1s", "2s"])
    site.publisher.publish(GONE, correlation=b"it", headers=[("x-attempt", b"70"), ("a", b"1")])
    letter, reply = site.letters.wait_for(b"it"), site.collector.wait_for(b"it")
    retries = Collector(site.kafka.bootstrap, *site.retry_topics, record=Letter)
    waited = sorted(retries.wait(2), key=lambda record: int(record.trail("attempt")))
    retries.close()

    check(letter, reply)
    assert letter.error == "source_unreachable" and reply.value["error"]["retryable"]
    assert letter.trail("error-class") == "RETRY"
    assert letter.header_list[:2] == [("a", b"1"), ("kafka_correlationId", b"it")]
    assert [record.topic for record in waited] == site.retry_topics[1:]
    attempts = [int(record.trail("attempt")) for record in [*waited, letter]]
    assert 1 < attempts[0] < attempts[1] < attempts[2]
    begun_ms = int(letter.trail("original-timestamp"))
    for delay_ms, record, after in zip([1000, 2000], waited, [*waited[1:], letter]):
        assert [record.trail(name[2:]) for name in PLACE] \
            == [letter.trail(name[2:]) for name in PLACE]
        due_ms = int(record.trail("not-before"))
        assert begun_ms + delay_ms <= due_ms <= after.timestamp_ms
        begun_ms = due_ms
    assert [reply.correlation for reply in site.collector.records] == [b"it"]


def test_without_retry_topics_the_answer_comes_at_once_beside_the_letter(make_failing_site):
    site = make_failing_site()
    site.publisher.publish(GONE, correlation=b"it")
    check(site.letters.wait_for(b"it"), site.collector.wait_for(b"it"))


def test_who_waits_no_longer_has_the_last_error_and_there_is_no_letter(make_failing_site):
    """An x-deadline ends the retries: the answer is all that anybody wants."""
    site = make_failing_site(retry_delays=["1h"])
    reply = site.ask(GONE, headers=[("x-deadline", b"1")], key=b"one partition")
    assert reply.error == "deadline_exceeded"
    soon = int(time.time() * 1000) + 60000
    reply = site.ask(GONE, headers=[("x-deadline", str(soon).encode())], key=b"one partition")
    assert reply.error == "source_unreachable" and reply.timestamp_ms < soon
    site.publisher.publish(b"not JSON", correlation=b"last", key=b"one partition")
    site.letters.wait_for(b"last")

    assert [letter.correlation for letter in site.letters.records] == [b"last"]
