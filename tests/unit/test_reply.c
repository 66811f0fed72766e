/* test_reply.c - the encoder's bounds; what replies look like is in tests/cases/reply.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "contract/reply.h"

enum { SHORTEST_BYTES = 1024 }; /* more than what is left when all is lost */

/* A request and an answer with much to lose. */
struct sample {
	struct ts_request request;
	struct ts_reply reply;
};

static json_t *names(size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string("column \" \\ \xc3\xa9"));
	return list;
}

/* Takes the value. */
static char *dump(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	json_decref(value);
	assert_non_null(text);
	return text;
}

static void fill(struct sample *sample)
{
	TS_AUTO(ts_buf) job = {0};
	struct ts_error err = {0};
	struct ts_message message = {.topic = "tablesync.jobs", .offset = 5};

	ts_buf_puts(&job, "{\"datasource_id\":8,\"schema\":\"a\",\"table\":\"b\"");
	for (int i = 0; i < 50; i++)
		ts_buf_printf(&job, ",\"m%d\":{\"change\":[\"]}\\\"\"]}", i);
	ts_buf_putc(&job, '}');
	message.value = job.data;
	message.value_len = job.len;
	assert_true(ts_request_make(&message, &sample->request, &err));

	sample->reply = (struct ts_reply){.request = &sample->request};
	sample->reply.change =
	    dump(json_pack("{s:s,s:i,s:o}", "kind", "created", "version", 1,
			   "columns_added", names(100)));
	sample->reply.table =
	    dump(json_pack("{s:i,s:s,s:o,s:o}", "id", 7, "description",
			   "<p>\"\\u0001 a text that people wrote, of some length, "
			   "which goes last</p>",
			   "custom_fields", names(50), "columns", names(200)));
}

static void release(struct sample *sample)
{
	free((char *)(uintptr_t)sample->reply.change);
	free((char *)(uintptr_t)sample->reply.table);
	ts_request_release(&sample->request);
}

static json_t *parse(const struct ts_buf *text)
{
	struct ts_error err = {0};
	json_t *reply = NULL;

	assert_true(ts_json_parse(text->data, text->len, text->len, &reply, &err));
	return reply;
}

static void a_reply_of_any_bound_keeps_it_and_says_what_it_is(void **state)
{
	struct sample sample = {0};
	TS_AUTO(ts_buf) full = {0}, text = {0};
	(void)state;

	fill(&sample);
	ts_reply_encode(&sample.reply, SIZE_MAX, &full);
	for (size_t bound = SHORTEST_BYTES; bound <= full.len; bound += 7) {
		json_t *reply;

		ts_buf_clear(&text);
		ts_reply_encode(&sample.reply, bound, &text);
		assert_in_range(text.len, 1, bound);
		reply = parse(&text);
		assert_int_equal(json_is_true(json_object_get(reply, "truncated")),
				 text.len < full.len);
		assert_string_equal(ts_json_text(reply, "status"), "ok");
		json_decref(reply);
	}
	release(&sample);
}

/* However the catalog writes its answer, the reply has the members of the contract in
 * their order, and no others. */
static void the_answer_of_the_catalog_is_put_in_order(void **state)
{
	static const struct {
		const char *change, *expected;
	} cases[] = {
	    /* as the contract has it: copied as it stands */
	    {"{\"kind\":\"created\",\"version\":1,\"columns_added\":[\"a\"],"
	     "\"columns_removed\":[],\"columns_changed\":[]}",
	     "{\"kind\":\"created\",\"version\":1,\"columns_added\":[\"a\"],"
	     "\"columns_removed\":[],\"columns_changed\":[]}"},
	    /* blanks, escapes */
	    {"{ \"kind\":\"created\" ,\"version\": 1, "
	     "\"columns_\\u0061dded\":[ \"a\" ] }",
	     "{\"kind\":\"created\",\"version\":1,\"columns_added\":[ \"a\" ],"
	     "\"columns_removed\":[],\"columns_changed\":[]}"},
	    /* another order, members that are unknown or missing */
	    {"{\"version\":1,\"kind\":\"created\",\"columns_changed\":[]}",
	     "{\"kind\":\"created\",\"version\":1,\"columns_added\":[],"
	     "\"columns_removed\":[],\"columns_changed\":[]}"},
	    {"{\"a\":1,\"kind\":\"created\",\"b\":2,\"version\":1,\"c\":3}",
	     "{\"kind\":\"created\",\"version\":1,\"columns_added\":[],"
	     "\"columns_removed\":[],\"columns_changed\":[]}"},
	    {"{}", "{\"kind\":null,\"version\":null,\"columns_added\":[],"
		   "\"columns_removed\":[],\"columns_changed\":[]}"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sample sample = {0};
		TS_AUTO(ts_buf) text = {0}, expected = {0};
		const char *kept;

		fill(&sample);
		kept = sample.reply.change;
		sample.reply.change = cases[i].change;
		ts_reply_encode(&sample.reply, SIZE_MAX, &text);
		ts_buf_printf(&expected, ",\"change\":%s,\"table\":{\"id\":7,",
			      cases[i].expected);
		assert_non_null(strstr(text.data, expected.data));
		sample.reply.change = kept;
		release(&sample);
	}
}

static void shrinking_ends_at_the_reply_that_was_encoded_short(void **state)
{
	struct sample sample = {0};
	TS_AUTO(ts_buf) text = {0}, next = {0}, shortest = {0};
	int steps = 0;
	(void)state;

	fill(&sample);
	ts_reply_encode(&sample.reply, 1, &shortest);
	ts_reply_encode(&sample.reply, SIZE_MAX, &text);
	while (ts_reply_shrink(text.data, text.len, SIZE_MAX, &next)) {
		assert_true(next.len < text.len);
		ts_buf_clear(&text);
		ts_buf_add(&text, next.data, next.len);
		ts_buf_clear(&next);
		steps++;
	}
	assert_int_equal(steps, 4);
	assert_string_equal(text.data, shortest.data);
	assert_in_range(shortest.len, 1, SHORTEST_BYTES);
	release(&sample);
}

static void what_stands_in_the_buffer_stays_there(void **state)
{
	struct sample sample = {0};
	TS_AUTO(ts_buf) text = {0}, buf = {0};
	(void)state;

	fill(&sample);
	ts_reply_encode(&sample.reply, SIZE_MAX, &text);
	ts_buf_puts(&buf, "before");
	assert_false(ts_reply_shrink(text.data, text.len, 10, &buf));
	assert_string_equal(buf.data, "before");
	assert_true(ts_reply_shrink(text.data, text.len, SHORTEST_BYTES, &buf));
	assert_memory_equal(buf.data, "before{\"status\"", 14);
	ts_buf_clear(&buf);
	ts_buf_puts(&buf, "before");
	ts_reply_encode(&sample.reply, SHORTEST_BYTES, &buf);
	assert_memory_equal(buf.data, "before{\"status\"", 14);
	assert_in_range(buf.len, 7, SHORTEST_BYTES + 6);
	release(&sample);
}

/* A topic may hold what somebody else wrote. */
static void what_is_no_reply_is_not_shrunk_and_does_no_harm(void **state)
{
	static const char *const texts[] = {"",
					    "{",
					    "}",
					    "{}",
					    "[]",
					    "{\"job\":",
					    "{\"error\":\"",
					    "{\"error\":{}}",
					    "{\"job\":{},\"error\":\\",
					    "{\"warnings\":[],\"error\":{}}",
					    "{\"change\":{},\"timing\":[[[["};
	struct sample sample = {0};
	TS_AUTO(ts_buf) text = {0}, buf = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(
		    ts_reply_shrink(texts[i], strlen(texts[i]), SIZE_MAX, &buf));

	fill(&sample);
	ts_reply_encode(&sample.reply, SIZE_MAX, &text);
	srand(13);
	for (int round = 0; round < 3000; round++) {
		size_t len = (size_t)rand() % text.len + 1;
		char *copy = malloc(len);

		assert_non_null(copy);
		memcpy(copy, text.data, len);
		for (int edits = rand() % 4; edits > 0; edits--)
			copy[(size_t)rand() % len] = "\"{}[],:\\x"[rand() % 9];
		if (ts_reply_shrink(copy, len, SIZE_MAX, &buf))
			assert_true(buf.len < len);
		ts_buf_clear(&buf);
		free(copy);
	}
	release(&sample);
}

static void an_error_wins_over_a_table_and_ok_is_no_error(void **state)
{
	struct sample sample = {0};
	struct ts_error err = {0};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	fill(&sample);
	sample.reply.err = &err;
	ts_reply_encode(&sample.reply, SIZE_MAX, &text);
	assert_non_null(strstr(text.data, "\"code\":201"));

	ts_fail(&err, TS_E_SOURCE_TIMEOUT, "nothing within 30 s");
	ts_buf_clear(&text);
	ts_reply_encode(&sample.reply, SIZE_MAX, &text);
	assert_non_null(strstr(text.data, "\"status\":\"error\",\"code\":500"));
	assert_non_null(strstr(text.data, "\"retryable\":true"));
	assert_null(strstr(text.data, "\"table\":{"));
	release(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reply_of_any_bound_keeps_it_and_says_what_it_is),
	    cmocka_unit_test(the_answer_of_the_catalog_is_put_in_order),
	    cmocka_unit_test(shrinking_ends_at_the_reply_that_was_encoded_short),
	    cmocka_unit_test(what_stands_in_the_buffer_stays_there),
	    cmocka_unit_test(what_is_no_reply_is_not_shrunk_and_does_no_harm),
	    cmocka_unit_test(an_error_wins_over_a_table_and_ok_is_no_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
