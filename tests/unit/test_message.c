/* test_message.c - is a message that was copied the one that was published? */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "contract/message.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(name, value)                                                              \
	{                                                                              \
		(name), (value), sizeof(value) - 1                                     \
	}

enum { ROUNDS = 2000, HEADERS_MAX = 24, BYTES_MAX = 40 };

/* Equal, NULL being another thing than nothing at all; and not the same memory. */
static void assert_copied(const void *copy, size_t copy_len, const void *bytes,
			  size_t len)
{
	assert_int_equal(copy == NULL, bytes == NULL);
	assert_int_equal(copy_len, len);
	if (!bytes)
		return;
	assert_ptr_not_equal(copy, bytes);
	assert_memory_equal(copy, bytes, len);
}

/* `kept` are the headers without those that are secret. */
static void assert_copy(const struct ts_message *copy, const struct ts_message *message,
			const struct ts_header *kept, size_t count)
{
	assert_copied(copy->topic, strlen(copy->topic), message->topic,
		      strlen(message->topic));
	assert_int_equal(copy->partition, message->partition);
	assert_true(copy->offset == message->offset);
	assert_true(copy->timestamp_ms == message->timestamp_ms);
	assert_int_equal(copy->is_ours, message->is_ours);
	assert_copied(copy->key, copy->key_len, message->key, message->key_len);
	assert_copied(copy->value, copy->value_len, message->value, message->value_len);
	assert_int_equal(copy->header_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(copy->headers[i].name, kept[i].name);
		assert_copied(copy->headers[i].value, copy->headers[i].len,
			      kept[i].value, kept[i].len);
	}
}

static void a_copy_is_the_message_without_its_token(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("token", "secret"), TEXT("b", "2\0two"), TEXT("a", "1"),
	    TEXT("", "no name"),     TEXT("b", "3"),      {"token", NULL, 0},
	    {"null", NULL, 0},       TEXT("empty", ""),   TEXT("Token", "another"),
	};
	static const struct ts_header kept[] = {
	    TEXT("b", "2\0two"), TEXT("a", "1"),    TEXT("", "no name"),
	    TEXT("b", "3"),      {"null", NULL, 0}, TEXT("empty", ""),
	};
	const struct ts_message message = {.topic = "tablesync.jobs",
					   .partition = INT32_MAX,
					   .offset = INT64_MAX,
					   .timestamp_ms = -1,
					   .key = "k\0y",
					   .key_len = 3,
					   .value = "\xff\0",
					   .value_len = 2,
					   .headers = headers,
					   .header_count = COUNT(headers),
					   .is_ours = true};
	struct ts_message *copy = ts_message_copy(&message);
	(void)state;

	assert_copy(copy, &message, kept, COUNT(kept));
	free(copy);
}

static void
a_key_and_a_value_that_are_empty_are_not_null_and_null_is_not_empty(void **state)
{
	static const struct ts_message messages[] = {
	    {.topic = "t", .key = NULL, .value = NULL},
	    {.topic = "t", .key = "", .value = NULL},
	    {.topic = "t", .key = NULL, .value = ""},
	    {.topic = "", .key = "", .value = ""},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(messages); i++) {
		struct ts_message *copy = ts_message_copy(&messages[i]);

		assert_copy(copy, &messages[i], NULL, 0);
		free(copy);
	}
}

static void of_headers_of_one_name_the_last_counts_also_when_it_is_null(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("a", "1"), TEXT("b", "2"), TEXT("a", "3"),
	    TEXT("c", "4"), {"c", NULL, 0}, TEXT("d", ""),
	};
	static const struct {
		const char *name;
		const struct ts_header *found;
	} cases[] = {{"a", &headers[2]}, {"b", &headers[1]}, {"c", NULL},
		     {"d", &headers[5]}, {"A", NULL},        {"", NULL}};
	const struct ts_message message = {.headers = headers,
					   .header_count = COUNT(headers)};
	const struct ts_message bare = {.topic = "t"};
	(void)state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_ptr_equal(ts_message_header(&message, cases[i].name),
				 cases[i].found);
		assert_null(ts_message_header(&bare, cases[i].name));
	}
}

static uint32_t random_below(uint32_t limit)
{
	static uint64_t state = 5;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % limit;
}

/* Bytes of a length of their own, so that a sanitizer sees one too many; now and then
 * NULL.  To be freed. */
static char *random_bytes(size_t *ret_len)
{
	char *bytes;

	*ret_len = 0;
	if (random_below(4) == 0)
		return NULL;
	*ret_len = random_below(BYTES_MAX);
	bytes = malloc(*ret_len ? *ret_len : 1);
	assert_non_null(bytes);
	for (size_t i = 0; i < *ret_len; i++)
		bytes[i] = (char)random_below(256);
	return bytes;
}

static void any_message_is_copied_byte_by_byte_and_as_large_as_was_said(void **state)
{
	static const char *const names[] = {"token", "a", "a longer name", "",
					    "x-attempt"};
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct ts_header headers[HEADERS_MAX], kept[HEADERS_MAX];
		struct ts_message message = {.topic = "tablesync.jobs",
					     .offset = round,
					     .headers = headers,
					     .header_count = random_below(HEADERS_MAX)};
		char *key = random_bytes(&message.key_len);
		char *value = random_bytes(&message.value_len);
		struct ts_message *copy, *second;
		char *values[HEADERS_MAX];
		size_t count = 0;

		message.key = key;
		message.value = value;
		for (size_t i = 0; i < message.header_count; i++) {
			headers[i].name = names[random_below(COUNT(names))];
			headers[i].value = values[i] = random_bytes(&headers[i].len);
			if (strcmp(headers[i].name, "token") != 0)
				kept[count++] = headers[i];
		}
		copy = ts_message_copy(&message);
		assert_copy(copy, &message, kept, count);
		assert_int_equal(ts_message_bytes(copy), ts_message_bytes(&message));
		second = ts_message_copy(copy);
		assert_copy(second, copy, copy->headers, copy->header_count);
		for (size_t i = 0; i < message.header_count; i++)
			free(values[i]);
		free(key);
		free(value);
		free(copy);
		free(second);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_copy_is_the_message_without_its_token),
	    cmocka_unit_test(
		a_key_and_a_value_that_are_empty_are_not_null_and_null_is_not_empty),
	    cmocka_unit_test(
		of_headers_of_one_name_the_last_counts_also_when_it_is_null),
	    cmocka_unit_test(
		any_message_is_copied_byte_by_byte_and_as_large_as_was_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
