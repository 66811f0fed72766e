# test_replay.py - `dlq replay`: each letter is published again once, whatever happens.
# SPDX-License-Identifier: Apache-2.0
import collections
import contextlib
import json
import os
import random
import re
import signal
import time
from datetime import datetime

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (AclOperation, AdminClient, AlterConfigOpType, ConfigEntry,
                                   ConfigResource, ResourceType)
from lib.contract import check
from lib.letters import Letters, end_offsets
from lib.process import poll, run


@pytest.fixture
def letters(build, kafka):
    return Letters(build, kafka)


def numbers(records):
    """How often each of the written ones is there."""
    return collections.Counter(int(record.trail("original-offset")) for record in records)


def once(count):
    return collections.Counter(range(count))


def republished_offsets(letters):
    """How far -retry-0 goes, with what is not committed."""
    return sum(end_offsets(letters.kafka.bootstrap, letters.topic("retry-0")).values())


def test_a_replayed_job_is_the_job_as_it_was_published_at_its_own_partition(letters):
    mine = [("kafka_correlationId", b"\x00\xff"), ("kafka_replyTopic", b"elsewhere"),
            ("twice", b"1"), ("twice", b"2"), ("empty", None)]
    for number in range(8):
        letters.write(number, headers=mine + letters.headers(number, replays=number % 2)[1:])
    letters.write(8, b"", None)
    placed = {record["table"]: int(place.split("-")[0])
              for place, record in letters.listed().items() if record["table"]}
    assert letters.done("replay", "--all")["replayed"] == 9

    records = {int(record.trail("original-offset")): record for record in letters.republished()}
    assert len(records) == 9
    for number in range(8):
        record = records[number]
        assert (record.key, record.value) == (f"8/main.dbo/table_{number}".encode(),
                                              letters.job(number))
        assert record.partition == placed[f"table_{number}"], "Java's partitioner"
        assert record.header_list[:5] == mine
        assert dict(record.header_list[5:]) == {
            "x-original-topic": letters.jobs.encode(), "x-original-partition": b"0",
            "x-original-offset": str(number).encode(),
            "x-original-timestamp": b"1795410000000", "x-first-failure": b"1795410000123",
            "x-replay-count": str(1 + number % 2).encode(),
            "x-consumer-group": letters.name.encode()}
    assert (records[8].key, records[8].value) == (None, b"")


def test_a_dry_run_says_what_would_go_and_changes_nothing(letters):
    for number in range(6):
        letters.write(number, error="source_busy" if number < 2 else "source_timeout")
    letters.write(6, replays=2)
    result = letters.done("replay", "--all", "--dry-run")
    assert (result["dry_run"], result["replayed"], result["left_replayed_often"]) == (True, 6, 1)
    assert {group["error"]: group["letters"] for group in result["groups"]} == {
        "source_timeout": 4, "source_busy": 2}
    text = letters.dlq("replay", "--error", "source_busy", "--dry-run").stdout
    assert "2 of 2 dead letters would be replayed" in text and "it went wrong for" in text
    assert letters.republished() == [] and letters.marks() == {}


def test_a_filtered_replay_leaves_the_others_where_they_are(letters):
    for number in range(10):
        letters.write(number, error="source_busy" if number % 3 else "source_timeout")
    assert letters.done("replay", "--error", "source_timeout")["replayed"] == 4
    assert numbers(letters.republished()) == collections.Counter([0, 3, 6, 9])
    assert letters.numbers() == {1, 2, 4, 5, 7, 8}
    assert letters.done("replay", "--error", "source_timeout")["matched"] == 0
    assert letters.done("replay", "--all")["replayed"] == 6
    assert numbers(letters.republished()) == once(10)
    assert {mark["what"] for mark in letters.marks().values()} == {"replayed"}


def test_a_letter_that_was_replayed_often_enough_is_left_and_counted(letters):
    for number in range(4):
        letters.write(number, replays=number)
    assert letters.done("replay", "--all")["left_replayed_often"] == 2
    assert numbers(letters.republished()) == collections.Counter([0, 1])
    ran = letters.dlq("replay", "--all", "--max-replays", "3")
    assert ran.returncode == 0
    assert "1 of 2 dead letters replayed; 1 left: replayed often enough" in ran.stdout
    assert letters.numbers() == {3}


def test_a_letter_without_its_value_is_left_and_told_with_its_origin(letters):
    letters.write(0)
    letters.write(17, b"", headers=letters.headers(17, error="bad_message",
                                                   value_bytes=10485760))
    ran = letters.dlq("replay", "--all")
    assert ran.returncode == 0
    assert "1 of 2 dead letters replayed; 1 left: without their value" in ran.stdout
    assert re.search(r"letter \d-\d is left: its value of 10485760 bytes did not fit; the job was "
                     rf"first delivered as {letters.jobs}-0-17\n", ran.stderr)
    assert numbers(letters.republished()) == once(1)
    assert letters.done("discard", "--all")["discarded"] == 1


def test_a_replay_keeps_to_its_rate_and_ends_at_the_end_that_it_found(build, kafka):
    letters = Letters(build, kafka, partitions=1)
    letters.write_many(16)
    begun = time.time()
    replay = letters.start("replay", "--all", "--rate", "2")
    poll(letters.republished, what="the first ones")
    for number in range(16, 20):
        letters.write(number)
    assert len(letters.republished()) < 16, "they came too late to show anything"
    assert replay.wait() == 0
    assert "16 of 16 dead letters replayed" in replay.output
    assert numbers(letters.republished()) == once(16)
    seconds = sorted(datetime.fromisoformat(mark["at"]).timestamp() - begun
                     for mark in letters.marks().values())
    assert all(second >= number // 2 for number, second in enumerate(seconds)), \
        f"two, and a second later the next two: {seconds}"


def test_after_ctrl_c_the_transaction_under_way_is_the_last_and_another_run_goes_on(letters):
    letters.write_many(300)
    replay = letters.start("replay", "--all", "--rate", "10")
    poll(letters.republished, what="the first ones")
    assert replay.stop(signal.SIGINT) == 1
    done = int(re.search(r"(\d+) of \d+ dead letters replayed; stopped: run it again",
                         replay.output)[1])
    assert len(letters.republished()) == len(letters.marks()) == done < 300
    assert letters.done("replay", "--all")["replayed"] == 300 - done
    assert numbers(letters.republished()) == once(300)


def test_a_replay_that_is_killed_and_run_again_publishes_each_job_once(build, kafka):
    seed = int(os.environ.get("TS_SEED", random.randrange(1 << 32)))
    print(f"TS_SEED={seed}")
    chance = random.Random(seed)
    count = 20000
    letters = Letters(build, kafka)
    letters.write_many(count)
    kills = 0
    for _ in range(6):
        begun_at = republished_offsets(letters)
        kill_at = begun_at + chance.randrange(1, 600)
        # However many go between two looks at how far it is, there are some left.
        replay = letters.start("replay", "--all", "--rate", "2000")
        poll(lambda at=kill_at, replay=replay: republished_offsets(letters) >= at
             or not replay.is_running(), pause=0.001)
        kills += replay.is_running()
        replay.kill()
        assert max(numbers(letters.republished()).values(), default=0) <= 1
    assert kills >= 3, "it was never killed while it was at work"
    assert letters.dlq("replay", "--all").returncode == 0
    assert numbers(letters.republished()) == once(count)
    assert letters.numbers() == set() and len(letters.marks()) == count


@pytest.mark.parametrize("is_frozen", [False, True], ids=["while it works", "while it is frozen"])
def test_who_begins_a_replay_takes_over_from_who_was_at_it(letters, is_frozen):
    letters.write_many(200)
    first = letters.start("replay", "--all", "--rate", "20")
    poll(letters.republished, what="the first ones")
    if is_frozen:
        first.terminate(signal.SIGSTOP)
    second = letters.done("replay", "--all")
    if is_frozen:
        first.terminate(signal.SIGCONT)
    assert first.wait() == 1, first.output
    assert "another 'dlq replay' or 'dlq discard' took over" in first.output
    done = int(re.search(r"(\d+) of \d+ dead letters replayed", first.output)[1])
    assert done + second["replayed"] == 200 and 0 < second["replayed"] < 200
    assert numbers(letters.republished()) == once(200)
    assert letters.numbers() == set()


def test_a_transaction_that_a_frozen_replay_left_open_is_ended_and_done_anew(letters):
    """The first is stopped by the kernel as soon as something of its transaction is there."""
    letters.write_many(100)
    first = letters.start("replay", "--all")
    poll(lambda: republished_offsets(letters) > 0, pause=0.0005)
    first.terminate(signal.SIGSTOP)
    second = letters.done("replay", "--all")
    first.terminate(signal.SIGCONT)
    first.wait()
    assert numbers(letters.republished()) == once(100)
    assert second["replayed"] in (0, 100), "it is one transaction"


def test_a_mark_that_is_not_committed_yet_is_waited_for(letters):
    """After a broker's restart, the end of a transaction may reach a partition late."""
    letters.write(0)
    place, = letters.listed()
    marking = Producer({"bootstrap.servers": letters.kafka.bootstrap, "log_level": 2,
                        "transactional.id": f"{letters.name}-test"})
    marking.init_transactions(30)
    marking.begin_transaction()
    marking.produce(letters.topic("dlt-done"), b"{}", place)
    assert marking.flush(30) == 0
    replay = letters.start("replay", "--all")
    with pytest.raises(AssertionError, match="its end"):
        poll(lambda: not replay.is_running(), timeout=3, what="its end")
    marking.commit_transaction(30)
    assert replay.wait() == 0
    assert "no dead letters" in replay.output and letters.republished() == []


def test_a_letter_that_the_topic_refuses_holds_up_no_other(letters):
    admin = AdminClient({"bootstrap.servers": letters.kafka.bootstrap})
    resource = ConfigResource(ConfigResource.Type.TOPIC, letters.topic("retry-0"))
    resource.add_incremental_config(ConfigEntry(
        "max.message.bytes", "20000", incremental_operation=AlterConfigOpType.SET))
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(30)
    for number in range(60):
        letters.write(number, b"x" * 50000 if number == 30 else b"x" * 1000)
    ran = letters.dlq("replay", "--all")
    assert ran.returncode == 1
    assert "59 of 60 dead letters replayed; 1 left: refused by the topic" in ran.stdout
    assert re.search(r"letter \d-\d+ is left: .*too large", ran.stderr)
    assert numbers(letters.republished()) == once(60) - collections.Counter([30])
    assert letters.numbers() == {30}


def test_a_broker_that_dies_under_a_replay_loses_and_doubles_nothing(build, own_kafka):
    letters = Letters(build, own_kafka)
    letters.write_many(1000)
    replay = letters.start("replay", "--all", "--rate", "200")
    poll(letters.republished, what="the first ones")
    own_kafka.kill()
    own_kafka.start()
    assert replay.wait(120) in (0, 1, 6)
    assert letters.dlq("replay", "--all").returncode == 0
    assert numbers(letters.republished()) == once(1000)
    assert letters.numbers() == set()


DENIED = {
    "seeing the letters": (ResourceType.TOPIC, "dlt", AclOperation.DESCRIBE, "list"),
    "reading the letters": (ResourceType.TOPIC, "dlt", AclOperation.READ, "list"),
    "reading what is done": (ResourceType.TOPIC, "dlt-done", AclOperation.READ, "list"),
    "seeing the retry topic": (ResourceType.TOPIC, "retry-0", AclOperation.DESCRIBE, "replay"),
    "publishing the job": (ResourceType.TOPIC, "retry-0", AclOperation.WRITE, "replay"),
    "writing what is done": (ResourceType.TOPIC, "dlt-done", AclOperation.WRITE, "discard"),
    "the transactional id": (ResourceType.TRANSACTIONAL_ID, None, AclOperation.WRITE, "replay"),
}


def test_what_kafka_does_not_allow_is_named_and_gives_the_exit_code_of_that(build, guarded_kafka):
    for name, (kind, suffix, operation, action) in DENIED.items():
        letters = Letters(build, guarded_kafka)
        letters.write(0)
        letters.write_mark(b"9-9", b"{}")
        resource = letters.topic(suffix or "dlq")
        guarded_kafka.allow_all_but(kind, resource, operation)
        ran = letters.dlq(action, *(["--all"] if action != "list" else []))
        assert ran.returncode == 4, (name, ran.stdout, ran.stderr)
        assert resource in ran.stderr and "authoriz" in ran.stderr.lower(), (name, ran.stderr)


def test_a_hundred_thousand_letters_are_listed_in_seconds_within_few_megabytes(build, kafka):
    letters = Letters(build, kafka, partitions=12)
    letters.write_many(100000)
    begun = time.monotonic()
    listing = letters.start("list")
    peak_kb = 0
    while listing.is_running():
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, TypeError):
            peak_kb = max(peak_kb, listing.memory_kb("VmHWM"))
    assert listing.wait() == 0 and "100000 dead letters in" in listing.output
    print(f"{time.monotonic() - begun:.1f} s, at most {peak_kb} KB")
    assert 0 < peak_kb < 64 * 1024
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("delivery", ["at-least-once", "exactly-once"])
def test_who_asked_gets_the_late_answer_when_what_was_wrong_is_repaired(
        make_site, postgres, database, delivery):
    """A worker sets the job aside, somebody grants the right, a replay has it done."""
    postgres.execute(f"create role {database}_clerk login; create table thing (id integer);"
                     f"revoke all on schema public from public", database)
    site = make_site([{"id": 8, "name": "shop", "connection": postgres.connection(
        database, f"{database}_clerk")}], config={"delivery": delivery})
    site.start_worker()
    job = {"datasource_id": 8, "schema": "public", "table": "thing"}
    denied = site.ask(job)
    assert (denied.error, denied.value["replay"]) == ("source_denied", 0)
    letter, = site.letters.wait(1)
    check("dead_letter", letter.as_written())
    listed = dlq(site, "list", "--each", "--json", "--datasource", "shop")
    assert (listed["error"], listed["job_id"], listed["table"]) == (
        "source_denied", denied.value["job_id"], "thing")

    postgres.execute(f"grant usage on schema public to {database}_clerk;"
                     f"grant select on thing to {database}_clerk", database)
    assert dlq(site, "replay", "--error", "source_denied", "--json")["replayed"] == 1
    replies = site.collector.wait(2)
    late = next(reply for reply in replies if reply.status == "ok")
    assert (late.correlation, late.value["job_id"], late.value["replay"]) == (
        denied.correlation, denied.value["job_id"], 1)
    assert dlq(site, "list", "--json")["letters"] == 0


def dlq(site, *arguments):
    ran = run([site.build / "tablesync", "dlq", *arguments, "--config", site.path])
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)
