/* test_trail.c - the headers that a job gathers on its way, written and read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "contract/trail.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(name, value)                                                              \
	{                                                                              \
		(name), (value), sizeof(value) - 1                                     \
	}

enum { ROUNDS = 2000, HOPS = 50, HEADERS_MAX = 40 };

static const struct ts_error unreachable = {.code = TS_E_SOURCE_UNREACHABLE,
					    .text = "connection refused"};
static const struct ts_trail second_run = {.topic = "tablesync.jobs",
					   .partition = 3,
					   .offset = 17,
					   .timestamp_ms = 1795410000000,
					   .first_failure_ms = 1795410000123,
					   .attempts = 6,
					   .not_before_ms = 1795410010123};

static struct ts_message message_of(const struct ts_header *headers, size_t count)
{
	return (struct ts_message){.topic = "tablesync.jobs-retry-10000",
				   .partition = 2,
				   .offset = 99,
				   .timestamp_ms = 1795410000200,
				   .headers = headers,
				   .header_count = count,
				   .is_ours = true};
}

static void assert_trail(const struct ts_trail *trail, const struct ts_trail *expected)
{
	assert_string_equal(trail->topic, expected->topic);
	assert_int_equal(trail->partition, expected->partition);
	assert_true(trail->offset == expected->offset);
	assert_true(trail->timestamp_ms == expected->timestamp_ms);
	assert_true(trail->first_failure_ms == expected->first_failure_ms);
	assert_int_equal(trail->attempts, expected->attempts);
	assert_true(trail->not_before_ms == expected->not_before_ms);
	assert_int_equal(trail->replay, expected->replay);
}

static void assert_header(const struct ts_headers *headers, const char *name,
			  const char *expected)
{
	const struct ts_message message = message_of(headers->items, headers->count);
	const struct ts_header *header = ts_message_header(&message, name);

	if (!expected) {
		assert_null(header);
		return;
	}
	assert_non_null(header);
	assert_int_equal(header->len, strlen(expected));
	assert_memory_equal(header->value, expected, header->len);
}

static void a_first_delivery_begins_at_its_own_place(void **state)
{
	const struct ts_message message = message_of(NULL, 0);
	const struct ts_trail expected = {.topic = "tablesync.jobs-retry-10000",
					  .partition = 2,
					  .offset = 99,
					  .timestamp_ms = 1795410000200};
	struct ts_trail trail;
	(void)state;

	memset(&trail, 0xff, sizeof(trail));
	ts_trail_read(&message, &trail);
	assert_trail(&trail, &expected);
}

static const struct ts_header full[] = {
    TEXT("x-original-topic", "jobs"),
    TEXT("x-original-partition", "3"),
    TEXT("x-original-offset", "9223372036854775807"),
    TEXT("x-original-timestamp", "1795410000000"),
    TEXT("x-first-failure", "1795410000123"),
    TEXT("x-attempt", "6"),
    TEXT("x-not-before", "1795410010123"),
    TEXT("x-replay-count", "2"),
};
static const struct ts_trail of_full = {.topic = "jobs",
					.partition = 3,
					.offset = INT64_MAX,
					.timestamp_ms = 1795410000000,
					.first_failure_ms = 1795410000123,
					.attempts = 6,
					.not_before_ms = 1795410010123,
					.replay = 2};

static void headers_are_believed_only_where_workers_alone_write(void **state)
{
	struct ts_message message = message_of(full, COUNT(full));
	const struct ts_message bare = message_of(NULL, 0);
	struct ts_trail trail, first;
	(void)state;

	ts_trail_read(&message, &trail);
	assert_trail(&trail, &of_full);
	message.is_ours = false;
	ts_trail_read(&message, &trail);
	ts_trail_read(&bare, &first);
	assert_trail(&trail, &first);
}

static char long_name[300]; /* of a topic */

/* One header of `full` has another value. */
static struct ts_trail read_with(const struct ts_header *other)
{
	struct ts_header headers[COUNT(full)] = {0};
	const struct ts_message message = message_of(headers, COUNT(full));
	struct ts_trail trail;
	size_t found = 0;

	for (size_t i = 0; i < COUNT(full); i++) {
		headers[i] = full[i];
		if (strcmp(full[i].name, other->name) == 0) {
			headers[i] = *other;
			found++;
		}
	}
	assert_int_equal(found, 1);
	ts_trail_read(&message, &trail);
	return trail;
}

/* What such a value leaves of the trail: without the place, a first delivery's. */
static struct ts_trail without(const char *name)
{
	struct ts_trail trail = of_full;

	if (strcmp(name, "x-original-timestamp") == 0)
		trail.timestamp_ms = -1;
	else if (strcmp(name, "x-first-failure") == 0)
		trail.first_failure_ms = 0;
	else if (strcmp(name, "x-attempt") == 0)
		trail.attempts = 0;
	else if (strcmp(name, "x-not-before") == 0)
		trail.not_before_ms = 0;
	else if (strcmp(name, "x-replay-count") == 0)
		trail.replay = 0;
	else {
		const struct ts_message message = message_of(NULL, 0);
		struct ts_trail first;

		ts_trail_read(&message, &first);
		snprintf(trail.topic, sizeof(trail.topic), "%s", first.topic);
		trail.partition = first.partition;
		trail.offset = first.offset;
		trail.timestamp_ms = first.timestamp_ms;
	}
	return trail;
}

static void a_value_that_is_no_number_is_as_if_it_were_not_there(void **state)
{
	static const struct ts_header values[] = {
	    TEXT("", ""),
	    {"", NULL, 0},
	    TEXT("", "-1"),
	    TEXT("", "+1"),
	    TEXT("", " 1"),
	    TEXT("", "1 "),
	    TEXT("", "1.0"),
	    TEXT("", "1e3"),
	    TEXT("", "0x10"),
	    TEXT("", "1\0"),
	    TEXT("", "1\0002"),
	    TEXT("", "\0"),
	    TEXT("", "soon"),
	    TEXT("", "\xff\xfe"),
	    TEXT("", "9223372036854775808"),
	    TEXT("", "18446744073709551617"),
	    TEXT("", "99999999999999999999999999999999999999999999999999999999"),
	};
	(void)state;

	for (size_t i = 1; i < COUNT(full); i++) /* the topic is none */
		for (size_t j = 0; j < COUNT(values); j++) {
			const struct ts_header other = {full[i].name, values[j].value,
							values[j].len};
			const struct ts_trail trail = read_with(&other);
			const struct ts_trail expected = without(full[i].name);

			assert_trail(&trail, &expected);
		}
}

static void a_number_that_is_too_large_for_what_it_counts_is_not_there(void **state)
{
	static const struct ts_header values[] = {
	    TEXT("x-original-partition", "2147483648"),
	    TEXT("x-attempt", "2147483647"), /* one more would be no int */
	    TEXT("x-attempt", "1000000001"),
	    TEXT("x-replay-count", "1000000001"),
	};
	(void)state;

	for (size_t i = 0; i < COUNT(values); i++) {
		const struct ts_trail trail = read_with(&values[i]);
		const struct ts_trail expected = without(values[i].name);

		assert_trail(&trail, &expected);
	}
}

static void a_topic_that_kafka_would_not_take_is_not_there(void **state)
{
	static const struct ts_header values[] = {
	    TEXT("x-original-topic", ""),
	    {"x-original-topic", NULL, 0},
	    TEXT("x-original-topic", "."),
	    TEXT("x-original-topic", ".."),
	    TEXT("x-original-topic", "a b"),
	    TEXT("x-original-topic", "a\0"),
	    TEXT("x-original-topic", "a\n\"b"),
	    TEXT("x-original-topic", "\xc3\xa9"),
	    TEXT("x-original-topic", "\xff"),
	    {"x-original-topic", long_name, TS_TOPIC_SIZE},
	    {"x-original-topic", long_name, sizeof(long_name)},
	};
	const struct ts_header longest = {"x-original-topic", long_name,
					  TS_TOPIC_SIZE - 1};
	struct ts_trail trail;
	(void)state;

	memset(long_name, 'a', sizeof(long_name));
	for (size_t i = 0; i < COUNT(values); i++) {
		const struct ts_trail expected = without(values[i].name);

		trail = read_with(&values[i]);
		assert_trail(&trail, &expected);
	}
	trail = read_with(&longest);
	assert_int_equal(strlen(trail.topic), TS_TOPIC_SIZE - 1);
	assert_true(trail.offset == INT64_MAX);
}

static void of_a_header_that_comes_twice_the_last_counts(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("x-attempt", "5"), TEXT("x-attempt", "7"), TEXT("x-replay-count", "1"),
	    TEXT("x-replay-count", "many")};
	const struct ts_message message = message_of(headers, COUNT(headers));
	struct ts_trail trail;
	(void)state;

	ts_trail_read(&message, &trail);
	assert_int_equal(trail.attempts, 7);
	assert_int_equal(trail.replay, 0);
}

static void a_retry_has_its_error_and_its_place(void **state)
{
	const struct ts_message message = message_of(NULL, 0);
	const struct ts_failure failure = {.err = &unreachable, .group = "workers"};
	TS_AUTO(ts_headers) headers = {0};
	(void)state;

	ts_trail_write(&second_run, &message, &failure, &headers);
	assert_header(&headers, "x-original-topic", "tablesync.jobs");
	assert_header(&headers, "x-original-partition", "3");
	assert_header(&headers, "x-original-offset", "17");
	assert_header(&headers, "x-original-timestamp", "1795410000000");
	assert_header(&headers, "x-first-failure", "1795410000123");
	assert_header(&headers, "x-attempt", "6");
	assert_header(&headers, "x-not-before", "1795410010123");
	assert_header(&headers, "x-error-code", "source_unreachable");
	assert_header(&headers, "x-error-class", "RETRY");
	assert_header(&headers, "x-error-message",
		      "connecting to the data source failed: connection refused");
	assert_header(&headers, "x-consumer-group", "workers");
	assert_header(&headers, "x-replay-count", NULL);
	assert_header(&headers, "x-value-bytes", NULL);
	assert_int_equal(headers.count, 11);
}

static void the_publishers_headers_keep_their_order_and_bytes(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("kafka_correlationId", "\xff\0\x01"),
	    TEXT("x-attempt", "99"),
	    TEXT("token", "secret"),
	    TEXT("a", "1"),
	    TEXT("x-mine", "kept"),
	    TEXT("x-error-code", "old"),
	    {"null", NULL, 0},
	    TEXT("a", "2"),
	    TEXT("x-value-bytes", "7"),
	    TEXT("x-deadline", "1795410030000"),
	};
	static const size_t kept[] = {0, 3, 4, 6, 7, 9};
	const struct ts_message message = message_of(headers, COUNT(headers));
	const struct ts_failure failure = {.err = &unreachable, .group = ""};
	TS_AUTO(ts_headers) written = {0};
	(void)state;

	ts_trail_write(&second_run, &message, &failure, &written);
	assert_int_equal(written.count, COUNT(kept) + 11);
	for (size_t i = 0; i < COUNT(kept); i++) {
		const struct ts_header *header = &headers[kept[i]];

		assert_string_equal(written.items[i].name, header->name);
		assert_int_equal(written.items[i].len, header->len);
		assert_ptr_equal(written.items[i].value, header->value);
	}
	assert_header(&written, "x-attempt", "6");
	assert_header(&written, "x-consumer-group", "");
	assert_header(&written, "x-value-bytes", NULL);
	assert_header(&written, "token", NULL);
}

static void a_value_that_is_left_out_has_its_length_in_a_header(void **state)
{
	const struct ts_message message = message_of(NULL, 0);
	const struct ts_failure failure = {
	    .err = &unreachable, .group = "workers", .value_bytes = 1048577};
	TS_AUTO(ts_headers) headers = {0};
	(void)state;

	ts_trail_write(&second_run, &message, &failure, &headers);
	assert_header(&headers, "x-value-bytes", "1048577");
}

static void a_replay_begins_anew_and_keeps_where_the_job_came_from(void **state)
{
	static const struct ts_header headers[] = {TEXT("x-deadline", "1795410030000"),
						   TEXT("kafka_correlationId", "c"),
						   TEXT("x-attempt", "6"),
						   TEXT("x-error-code", "source_busy"),
						   TEXT("x-error-message", "locked"),
						   TEXT("x-not-before", "1")};
	const struct ts_message letter = message_of(headers, COUNT(headers));
	const struct ts_failure anew = {.group = "workers"};
	struct ts_trail trail = second_run;
	TS_AUTO(ts_headers) written = {0};
	(void)state;

	trail.replay = 1;
	trail.attempts = 0;
	trail.not_before_ms = 0;
	ts_trail_write(&trail, &letter, &anew, &written);
	assert_header(&written, "x-deadline", NULL);
	assert_header(&written, "x-attempt", NULL);
	assert_header(&written, "x-not-before", NULL);
	assert_header(&written, "x-error-code", NULL);
	assert_header(&written, "x-error-message", NULL);
	assert_header(&written, "kafka_correlationId", "c");
	assert_header(&written, "x-replay-count", "1");
	assert_header(&written, "x-original-offset", "17");
	assert_header(&written, "x-first-failure", "1795410000123");
}

static void each_error_makes_a_message_that_fits_and_is_text(void **state)
{
	const struct ts_message message = message_of(NULL, 0);
	struct ts_error err = {0};
	(void)state;

	for (size_t i = 0; i + 1 < sizeof(err.text); i++)
		err.text[i] = (char)(i % 2 ? 0xa9 : 0xc3);
	for (enum ts_code code = TS_OK + 1; code < TS_CODE_COUNT; code++) {
		const struct ts_failure failure = {.err = &err, .group = "workers"};
		const struct ts_header *header;
		TS_AUTO(ts_headers) headers = {0};
		struct ts_message written;

		err.code = code;
		ts_trail_write(&second_run, &message, &failure, &headers);
		written = message_of(headers.items, headers.count);
		assert_header(&headers, "x-error-code", ts_code_name(code));
		header = ts_message_header(&written, "x-error-message");
		assert_non_null(header);
		assert_in_range(header->len, 1, TS_ERROR_MESSAGE_BYTES);
		assert_true(ts_utf8_is_valid(header->value, header->len));
	}
}

static uint32_t random_below(uint32_t limit)
{
	static uint64_t state = 5;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % limit;
}

static int64_t random_int64(int64_t max)
{
	const int64_t bits = (int64_t)random_below(1u << 31) << 32 |
			     (int64_t)random_below(1u << 31) << 1 | random_below(2);

	/* As many digits as the sizes in between have, too. */
	return (bits >> random_below(63)) % (max - 1) + 1;
}

static struct ts_trail random_trail(void)
{
	struct ts_trail trail = {
	    .partition = (int32_t)random_int64(INT32_MAX),
	    .offset = random_int64(INT64_MAX),
	    .timestamp_ms = random_below(4) ? random_int64(INT64_MAX) : -1,
	    .first_failure_ms = random_below(4) ? random_int64(INT64_MAX) : 0,
	    .attempts = (int)random_int64(1000000000),
	    .not_before_ms = random_below(4) ? random_int64(INT64_MAX) : 0,
	    .replay = random_below(4) ? (int)random_int64(1000000000) : 0};

	snprintf(trail.topic, sizeof(trail.topic), "t-%u", random_below(1000));
	return trail;
}

static void any_trail_that_is_written_is_read_again_beside_any_headers(void **state)
{
	static const char *const names[] = {
	    "a", "x-mine",        "x-attempt", "x-not-before", "x-first-failure",
	    "",  "x-replay-count"};
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct ts_header headers[HEADERS_MAX];
		const struct ts_message message =
		    message_of(headers, random_below(HEADERS_MAX));
		const struct ts_trail trail = random_trail();
		const struct ts_failure failure = {.err = &unreachable, .group = "g"};
		TS_AUTO(ts_headers) written = {0};
		struct ts_message next;
		struct ts_trail again;

		for (size_t i = 0; i < message.header_count; i++)
			headers[i] = (struct ts_header){
			    names[random_below(COUNT(names))], "17", random_below(3)};
		ts_trail_write(&trail, &message, &failure, &written);
		next = message_of(written.items, written.count);
		ts_trail_read(&next, &again);
		assert_trail(&again, &trail);
	}
}

static size_t bytes_of(const struct ts_headers *headers)
{
	size_t bytes = 0;

	for (size_t i = 0; i < headers->count; i++)
		bytes += strlen(headers->items[i].name) + headers->items[i].len;
	return bytes;
}

static void headers_do_not_grow_from_hop_to_hop(void **state)
{
	static const struct ts_header headers[] = {TEXT("a", "1"), TEXT("a", "2"),
						   TEXT("x-attempt", "1"),
						   TEXT("x-attempt", "2")};
	const struct ts_message first = message_of(headers, COUNT(headers));
	const struct ts_failure failure = {.err = &unreachable, .group = "g"};
	struct ts_message *message = ts_message_copy(&first);
	size_t count = 0, bytes = 0;
	(void)state;

	for (int hop = 0; hop < HOPS; hop++) {
		TS_AUTO(ts_headers) written = {0};
		struct ts_trail trail;
		struct ts_message next, *copy;

		ts_trail_read(message, &trail);
		if (hop == 0)
			trail = second_run;
		assert_trail(&trail, &second_run);
		ts_trail_write(&trail, message, &failure, &written);
		if (hop > 0) {
			assert_int_equal(written.count, count);
			assert_int_equal(bytes_of(&written), bytes);
		}
		count = written.count;
		bytes = bytes_of(&written);
		next = message_of(written.items, written.count);
		copy = ts_message_copy(&next); /* it borrows from the one before */
		free(message);
		message = copy;
	}
	free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_first_delivery_begins_at_its_own_place),
	    cmocka_unit_test(headers_are_believed_only_where_workers_alone_write),
	    cmocka_unit_test(a_value_that_is_no_number_is_as_if_it_were_not_there),
	    cmocka_unit_test(
		a_number_that_is_too_large_for_what_it_counts_is_not_there),
	    cmocka_unit_test(a_topic_that_kafka_would_not_take_is_not_there),
	    cmocka_unit_test(of_a_header_that_comes_twice_the_last_counts),
	    cmocka_unit_test(a_retry_has_its_error_and_its_place),
	    cmocka_unit_test(the_publishers_headers_keep_their_order_and_bytes),
	    cmocka_unit_test(a_value_that_is_left_out_has_its_length_in_a_header),
	    cmocka_unit_test(a_replay_begins_anew_and_keeps_where_the_job_came_from),
	    cmocka_unit_test(each_error_makes_a_message_that_fits_and_is_text),
	    cmocka_unit_test(
		any_trail_that_is_written_is_read_again_beside_any_headers),
	    cmocka_unit_test(headers_do_not_grow_from_hop_to_hop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
