/* cases.c - the contract's functions for the case tests, which are written in Python.
 *
 *   cases job|schema_name|reply|dead_letter
 *
 * Reads inputs from stdin, each behind its length as 4 big-endian bytes, and prints a
 * line of JSON for each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "contract/reply.h"
#include "contract/schema_name.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 16, INPUT_BYTES = 64 * 1024 * 1024 };

static json_t *verdict(bool ok, const struct ts_error *err)
{
	char message[TS_ERROR_MESSAGE_BYTES];
	json_t *answer = json_object();

	json_object_set_new(answer, "verdict",
			    json_string(ok ? "ok" : ts_code_name(err->code)));
	if (!ok) {
		ts_error_message(err, message, sizeof(message));
		json_object_set_new(answer, "message", json_string(message));
	}
	return answer;
}

static json_t *parse(const char *bytes, size_t len)
{
	struct ts_error err;
	json_t *value;

	if (!ts_json_parse(bytes, len, INPUT_BYTES, &value, &err)) {
		fprintf(stderr, "a wrong input: %s\n", err.text);
		exit(EXIT_FAILURE);
	}
	return value;
}

/* The bytes of a job: how they are judged. */
static json_t *run_job(const char *bytes, size_t len)
{
	TS_AUTO(ts_job) job = {0};
	struct ts_error err = {0};
	bool ok = ts_job_decode(bytes, len, &job, &err);
	json_t *answer = verdict(ok, &err);

	if (ok)
		json_object_set_new(answer, "job",
				    json_pack("{s:i,s:s,s:s,s:b}", "datasource_id",
					      (int)job.datasource_id, "schema",
					      job.schema, "table", job.table, "is_view",
					      (int)job.is_view));
	json_object_set_new(answer, "text",
			    job.text ? json_string(job.text) : json_null());
	if (job.warnings)
		json_object_set(answer, "warnings", job.warnings);
	else
		json_object_set_new(answer, "warnings", json_array());
	return answer;
}

/* {"text", "levels"}: its parts, how they are printed, what it is folded to. */
static json_t *run_schema_name(const char *bytes, size_t len)
{
	TS_AUTO(ts_schema_name) name = {0};
	TS_AUTO(ts_buf) printed = {0};
	TS_AUTO(ts_buf) folded = {0};
	json_t *input = parse(bytes, len), *answer, *parts = json_array();
	const char *text = ts_json_text(input, "text");
	json_int_t levels = json_integer_value(json_object_get(input, "levels"));
	struct ts_error err = {0};
	bool ok = ts_schema_name_parse(text, (size_t)levels, &name, &err);

	answer = verdict(ok, &err);
	for (size_t i = 0; i < name.count; i++)
		json_array_append_new(parts, json_string(name.parts[i]));
	ts_schema_name_print((const char *const *)name.parts, name.count, &printed);
	ts_schema_name_fold(text, &folded);
	json_object_set_new(answer, "parts", parts);
	json_object_set_new(answer, "printed", json_string(ts_buf_text(&printed)));
	json_object_set_new(answer, "folded", json_string(ts_buf_text(&folded)));
	json_decref(input);
	return answer;
}

static void make_request(const json_t *input, struct ts_request *ret_request,
			 struct ts_error *err)
{
	const char *value = ts_json_text(input, "value"), *name;
	struct ts_header headers[HEADER_MAX];
	struct ts_message message = {.topic = "tablesync.jobs",
				     .partition = 3,
				     .offset = 17,
				     .value = value,
				     .value_len = strlen(value),
				     .headers = headers};
	json_t *header;

	json_object_foreach(json_object_get(input, "headers"), name, header)
	{
		assert(message.header_count < HEADER_MAX);
		headers[message.header_count++] = (struct ts_header){
		    name, json_string_value(header), json_string_length(header)};
	}
	if (ts_request_make(&message, ret_request, err))
		err->code = TS_OK;
}

static size_t max_bytes(const json_t *input, const char *key)
{
	const json_t *value = json_object_get(input, key);

	return value ? (size_t)json_integer_value(value) : SIZE_MAX;
}

/* {"value", "headers", "error", "change", "table", "max_bytes", "shrink_to"}: the
 * reply, and the same when a topic takes no more than `shrink_to`. */
static json_t *run_reply(const char *bytes, size_t len)
{
	TS_AUTO(ts_request) request = {0};
	TS_AUTO(ts_buf) text = {0};
	TS_AUTO(ts_buf) shrunk = {0};
	TS_AUTO(ts_buf) change = {0};
	TS_AUTO(ts_buf) table = {0};
	json_t *input = parse(bytes, len), *answer = json_object();
	const json_t *error = json_object_get(input, "error");
	struct ts_error err = {0};
	bool is_shorter;

	make_request(input, &request, &err);
	if (error)
		ts_fail(&err, ts_code_find(ts_json_text(error, "code")), "%s",
			ts_json_text(error, "text"));
	ts_json_print(json_object_get(input, "change"), &change);
	ts_json_print(json_object_get(input, "table"), &table);
	struct ts_reply reply = {
	    .request = &request,
	    .err = &err,
	    .change = change.data,
	    .table = table.data,
	    .queued_ms = 3,
	    .read_ms = 4,
	    .write_ms = -1,
	};

	ts_reply_encode(&reply, max_bytes(input, "max_bytes"), &text);
	is_shorter = ts_reply_shrink(text.data, text.len, max_bytes(input, "shrink_to"),
				     &shrunk);
	json_object_set_new(answer, "reply", json_string(text.data));
	json_object_set_new(answer, "shrunk",
			    is_shorter ? json_string(shrunk.data) : json_null());
	json_decref(input);
	return answer;
}

static int64_t number(const json_t *input, const char *key, int64_t standard)
{
	const json_t *value = json_object_get(input, key);

	return value ? json_integer_value(value) : standard;
}

/* A message with headers as a list of [name, value]; it borrows from `input`. */
static struct ts_message read_message(const json_t *input,
				      struct ts_header headers[HEADER_MAX])
{
	const json_t *list = json_object_get(input, "headers");
	const char *key = ts_json_text(input, "key"),
		   *value = ts_json_text(input, "value");

	assert(json_array_size(list) <= HEADER_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pair = json_array_get(list, i);
		const json_t *text = json_array_get(pair, 1);

		headers[i] = (struct ts_header){
		    json_string_value(json_array_get(pair, 0)), json_string_value(text),
		    json_string_length(text)};
	}
	return (struct ts_message){.topic = ts_json_text(input, "topic"),
				   .partition = 3,
				   .offset = 17,
				   .timestamp_ms = number(input, "timestamp_ms", -1),
				   .key = key,
				   .key_len = key ? strlen(key) : 0,
				   .value = value,
				   .value_len = value ? strlen(value) : 0,
				   .headers = headers,
				   .header_count = json_array_size(list),
				   .is_ours =
				       json_is_true(json_object_get(input, "is_ours"))};
}

static json_t *text_of(const void *bytes, size_t len)
{
	return bytes ? json_stringn(bytes, len) : json_null();
}

static json_t *print_headers(const struct ts_headers *headers)
{
	json_t *list = json_array();

	for (size_t i = 0; i < headers->count; i++)
		json_array_append_new(list, json_pack("[s,o]", headers->items[i].name,
						      text_of(headers->items[i].value,
							      headers->items[i].len)));
	return list;
}

/* {"message", "error", "attempts", "first_failure_ms", "value_bytes"}: the letter of a
 * job that failed. */
static json_t *run_dead_letter(const char *bytes, size_t len)
{
	TS_AUTO(ts_headers) headers = {0};
	json_t *input = parse(bytes, len), *answer;
	const json_t *error = json_object_get(input, "error");
	struct ts_header given[HEADER_MAX];
	const struct ts_message published =
	    read_message(json_object_get(input, "message"), given);
	struct ts_message *message = ts_message_copy(&published);
	struct ts_error err = {0};
	const struct ts_failure failure = {.err = &err,
					   .group = "tablesync",
					   .value_bytes =
					       (size_t)number(input, "value_bytes", 0)};
	struct ts_trail trail;

	ts_fail(&err, ts_code_find(ts_json_text(error, "code")), "%s",
		ts_json_text(error, "text"));
	ts_trail_read(message, &trail);
	trail.attempts += (int)number(input, "attempts", 1);
	trail.not_before_ms = 0;
	if (!trail.first_failure_ms)
		trail.first_failure_ms = number(input, "first_failure_ms", 0);
	ts_trail_write(&trail, message, &failure, &headers);
	answer =
	    json_pack("{s:o,s:o,s:o}", "key", text_of(message->key, message->key_len),
		      "value", text_of(message->value, message->value_len), "headers",
		      print_headers(&headers));
	free(message);
	json_decref(input);
	return answer;
}

static const struct mode {
	const char *name;
	json_t *(*run)(const char *bytes, size_t len);
} modes[] = {
    {"job", run_job},
    {"schema_name", run_schema_name},
    {"reply", run_reply},
    {"dead_letter", run_dead_letter},
};

/* As long as the input and no longer, so that a sanitizer sees a byte too far.  NULL at
 * the end of the inputs. */
static char *read_input(size_t *ret_len)
{
	unsigned char prefix[4];
	char *bytes;

	if (fread(prefix, 1, sizeof(prefix), stdin) != sizeof(prefix))
		return NULL;
	*ret_len = (size_t)prefix[0] << 24 | (size_t)prefix[1] << 16 |
		   (size_t)prefix[2] << 8 | prefix[3];
	bytes = ts_calloc(*ret_len ? *ret_len : 1, 1);
	if (fread(bytes, 1, *ret_len, stdin) != *ret_len) {
		fprintf(stderr, "an input is shorter than it says\n");
		exit(EXIT_FAILURE);
	}
	return bytes;
}

static void run(const struct mode *mode)
{
	TS_AUTO(ts_buf) line = {0};
	char *input;
	size_t len;

	while ((input = read_input(&len)) != NULL) {
		json_t *answer = mode->run(input, len);

		ts_buf_clear(&line);
		ts_json_print(answer, &line);
		puts(ts_buf_text(&line));
		json_decref(answer);
		free(input);
	}
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (argc == 2 && strcmp(argv[1], modes[i].name) == 0) {
			run(&modes[i]);
			return EXIT_SUCCESS;
		}
	fprintf(stderr, "usage: cases job|schema_name|reply|dead_letter\n");
	return EXIT_FAILURE;
}
