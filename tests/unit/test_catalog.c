/* test_catalog.c - catalog/: exchanges with a real HTTP server that plays a script. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "catalog/catalog.h"
#include "catalog/exchange.h"

enum { SCRIPT_LINES = 8, WAIT_MS = 10000 };

/* Answers each request with the next line of its script; a line of NULL hangs until the
 * client goes away, "" closes the connection without a word. */
struct script {
	const char *answers[SCRIPT_LINES];
	size_t count;
	/* Written by its thread, read when that has ended. */
	struct ts_buf requests[SCRIPT_LINES];
	size_t connections;
	size_t answered;

	int listener;
	char url[64];
	pthread_t thread;
};

/* Read one request with its body.  False when the client is gone. */
static bool read_request(int fd, struct ts_buf *request)
{
	for (;;) {
		const char *end = strstr(ts_buf_text(request), "\r\n\r\n");
		const char *length = strstr(ts_buf_text(request), "Content-Length: ");
		char bytes[65536];
		ssize_t got;

		if (end &&
		    request->len >= (size_t)(end + 4 - request->data) +
					(length ? strtoul(length + 16, NULL, 10) : 0))
			return true;
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got <= 0)
			return false;
		ts_buf_add(request, bytes, (size_t)got);
	}
}

static void play_connection(struct script *script, int fd)
{
	while (script->answered < script->count) {
		const char *answer = script->answers[script->answered];
		struct ts_buf *request = &script->requests[script->answered];
		char byte;

		if (!read_request(fd, request)) {
			ts_buf_clear(request);
			break;
		}
		script->answered++;
		if (!answer)
			(void)!recv(fd, &byte, 1, 0);
		if (!answer || !*answer)
			break;
		if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
			break;
		if (strstr(answer, "Connection: close"))
			break;
	}
	close(fd);
}

static void *play(void *opaque)
{
	struct script *script = opaque;

	while (script->answered < script->count) {
		int fd = accept(script->listener, NULL, NULL);

		if (fd < 0)
			break;
		script->connections++;
		play_connection(script, fd);
	}
	return NULL;
}

static void script_start(struct script *script)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	while (script->count < SCRIPT_LINES && script->answers[script->count])
		script->count++;
	script->count += script->count == 0; /* a script of one NULL */
	script->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(script->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(script->listener, 8), 0);
	getsockname(script->listener, (struct sockaddr *)&address, &len);
	snprintf(script->url, sizeof(script->url), "http://127.0.0.1:%d",
		 ntohs(address.sin_port));
	assert_int_equal(pthread_create(&script->thread, NULL, play, script), 0);
}

static void script_end(struct script *script)
{
	shutdown(script->listener, SHUT_RDWR);
	pthread_join(script->thread, NULL);
	close(script->listener);
	for (size_t i = 0; i < SCRIPT_LINES; i++)
		ts_buf_release(&script->requests[i]);
}

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
#define OK_EMPTY HEAD "2\r\n\r\n{}"

/* Send {} to the script and see what comes of it. */
static bool run(struct script *script, const char *token, const char *traceparent,
		int wait_ms, size_t times, struct ts_error *err)
{
	struct ts_exchange *exchange;
	TS_AUTO(ts_buf) body = {0}, answer = {0};
	bool is_ok = true;

	ts_buf_puts(&body, "{}");
	assert_true(ts_exchange_new(token, &exchange, err));
	for (; times && is_ok; times--)
		is_ok =
		    ts_exchange_run(exchange, "PUT", script->url, &body, traceparent,
				    ts_now_ms() + wait_ms, &answer, err);
	ts_exchange_free(exchange);
	return is_ok;
}

static void each_status_says_whether_to_try_again(void **state)
{
	static const struct {
		long status;
		enum ts_code code;
	} cases[] = {
	    {200, TS_OK},
	    {201, TS_OK},
	    {204, TS_OK},
	    {100, TS_E_CATALOG_REJECTED},
	    {301, TS_E_CATALOG_REJECTED},
	    {400, TS_E_CATALOG_REJECTED},
	    {403, TS_E_CATALOG_REJECTED},
	    {404, TS_E_CATALOG_REJECTED},
	    {408, TS_E_CATALOG_UNREACHABLE},
	    {409, TS_E_CATALOG_REJECTED},
	    {413, TS_E_CATALOG_REJECTED},
	    {425, TS_E_CATALOG_UNREACHABLE},
	    {429, TS_E_CATALOG_UNREACHABLE},
	    {500, TS_E_CATALOG_UNREACHABLE},
	    {502, TS_E_CATALOG_UNREACHABLE},
	    {503, TS_E_CATALOG_UNREACHABLE},
	    {504, TS_E_CATALOG_UNREACHABLE},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(ts_exchange_judge(cases[i].status), cases[i].code);
}

static void one_connection_serves_many_exchanges(void **state)
{
	struct script script = {.answers = {OK_EMPTY, OK_EMPTY, OK_EMPTY}};
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	assert_true(run(&script, NULL, NULL, WAIT_MS, 3, &err));
	assert_int_equal(script.answered, 3);
	assert_int_equal(script.connections, 1);
	assert_non_null(strstr(ts_buf_text(&script.requests[0]), "PUT / HTTP/1.1\r\n"));
	assert_non_null(strstr(ts_buf_text(&script.requests[0]),
			       "Content-Type: application/json\r\n"));
	assert_null(strstr(ts_buf_text(&script.requests[0]), "Token:"));
	script_end(&script);
}

static void a_connection_that_was_closed_meanwhile_is_made_anew(void **state)
{
	/* The second answer never comes: curl sends again on a new connection. */
	struct script script = {.answers = {OK_EMPTY, "", OK_EMPTY}};
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	assert_true(run(&script, NULL, NULL, WAIT_MS, 2, &err));
	assert_int_equal(script.connections, 2);
	script_end(&script);
}

static void token_and_trace_go_along_and_nothing_else_slips_in(void **state)
{
	static const char trace[] =
	    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
	struct script script = {.answers = {OK_EMPTY}};
	struct script other = {.answers = {OK_EMPTY}};
	struct ts_exchange *exchange;
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	assert_true(run(&script, "s3cret", trace, WAIT_MS, 1, &err));
	assert_non_null(
	    strstr(ts_buf_text(&script.requests[0]), "\r\nToken: s3cret\r\n"));
	assert_non_null(strstr(ts_buf_text(&script.requests[0]), trace));
	script_end(&script);

	script_start(&other);
	assert_true(run(&other, NULL,
			"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
			"Token: mine",
			WAIT_MS, 1, &err));
	assert_null(strstr(ts_buf_text(&other.requests[0]), "mine"));
	assert_null(strstr(ts_buf_text(&other.requests[0]), "traceparent"));
	script_end(&other);

	assert_false(ts_exchange_new("a\r\nb: c", &exchange, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	assert_null(strstr(err.text, "b: c"));
}

static void a_failed_exchange_says_why_and_whether_to_try_again(void **state)
{
	static const struct {
		const char *answer;
		enum ts_code code;
		const char *text;
	} cases[] = {
	    {"HTTP/1.1 400 Bad Request\r\nContent-Length: 28\r\n\r\n"
	     "{\"detail\":\"'tables' is bad\"}",
	     TS_E_CATALOG_REJECTED, "HTTP 400: 'tables' is bad"},
	    {"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope",
	     TS_E_CATALOG_REJECTED, "HTTP 403"},
	    {"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n"
	     "Content-Length: 0\r\n\r\n",
	     TS_E_CATALOG_REJECTED, "HTTP 301"},
	    {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", TS_E_CATALOG_UNREACHABLE,
	     "HTTP 503"},
	    {"this is no HTTP at all\r\n\r\n", TS_E_CATALOG_REJECTED, "HTTP/0.9"},
	    {HEAD "100\r\nConnection: close\r\n\r\nshort", TS_E_CATALOG_UNREACHABLE,
	     "remaining"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct script script = {.answers = {cases[i].answer}};
		struct ts_error err = {0};

		script_start(&script);
		assert_false(run(&script, NULL, NULL, WAIT_MS, 1, &err));
		script_end(&script);
		if (err.code != cases[i].code || !strstr(err.text, cases[i].text))
			fail_msg("case %zu: %s: %s", i, ts_code_name(err.code),
				 err.text);
	}
}

static void a_catalog_that_says_nothing_is_left_at_the_deadline(void **state)
{
	struct script script = {0};
	struct ts_error err = {0};
	int64_t begin_ms = ts_now_ms();
	(void)state;

	script_start(&script);
	assert_false(run(&script, NULL, NULL, 200, 1, &err));
	assert_int_equal(err.code, TS_E_CATALOG_UNREACHABLE);
	assert_in_range(ts_now_ms() - begin_ms, 150, 3000);
	script_end(&script);
	assert_false(run(&script, NULL, NULL, -5, 1, &err));
	assert_int_equal(err.code, TS_E_CATALOG_UNREACHABLE);
}

static void a_catalog_that_is_not_there_may_come_back(void **state)
{
	struct script script = {.answers = {OK_EMPTY}};
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	script_end(&script); /* the port is free again */
	assert_false(run(&script, NULL, NULL, WAIT_MS, 1, &err));
	assert_int_equal(err.code, TS_E_CATALOG_UNREACHABLE);
}

#define CHANGE                                                                         \
	"\"change\":{\"kind\":\"created\",\"version\":1,\"columns_added\":[],"         \
	"\"columns_removed\":[],\"columns_changed\":[]}"
#define TABLE(name)                                                                    \
	"\"table\":{\"id\":7,\"ds_id\":8,\"schema_name\":\"s\",\"name\":\"" name "\"}"
#define OK_RESULT(name) "{\"status\":\"ok\"," CHANGE "," TABLE(name) "}"

/* The answer as the script sends it; free() it. */
static char *answer_with(const char *results)
{
	TS_AUTO(ts_buf) text = {0};

	ts_buf_printf(&text, HEAD "%zu\r\n\r\n{\"results\":%s}", strlen(results) + 12,
		      results);
	return ts_buf_detach(&text);
}

static struct ts_catalog *open_catalog(struct script *script)
{
	char driver[] = "tablesync";
	struct ts_config config = {
	    .catalog = {.driver = driver, .url = script->url, .timeout_ms = WAIT_MS}};
	struct ts_catalog *catalog;
	struct ts_error err = {0};

	assert_true(ts_catalog_new(&config, &catalog, &err));
	return catalog;
}

static struct ts_write write_of(const char *name)
{
	return (struct ts_write){.document =
				     json_pack("{s:i, s:s, s:s}", "ds_id", 8,
					       "schema_name", "s", "name", name)};
}

static void release_write(struct ts_write *write)
{
	json_decref(write->document);
	free(write->change);
	free(write->table);
}

/* Two documents, a and b, and what the catalog says of them. */
static void write_two(const char *results, struct ts_write writes[2])
{
	char *answer = answer_with(results);
	struct script script = {.answers = {answer}};
	struct ts_catalog *catalog;

	writes[0] = write_of("a");
	writes[1] = write_of("b");
	script_start(&script);
	catalog = open_catalog(&script);
	ts_catalog_write(catalog, writes, 2, TS_FOREVER);
	ts_catalog_free(catalog);
	assert_non_null(strstr(ts_buf_text(&script.requests[0]),
			       "PUT /api/v1/catalog/tables HTTP/1.1\r\n"));
	script_end(&script);
	free(answer);
}

static void each_document_gets_the_result_of_its_own(void **state)
{
	struct ts_write writes[2];
	(void)state;

	write_two("[" OK_RESULT("a") ",{\"status\":\"error\",\"error\":{\"code\":"
				     "\"bad_value\",\"message\":\"no: 'kind'\"}}]",
		  writes);
	assert_int_equal(writes[0].err.code, TS_OK);
	assert_non_null(strstr(writes[0].change, "\"kind\":\"created\""));
	assert_non_null(strstr(writes[0].table, "\"name\":\"a\""));
	assert_int_equal(writes[1].err.code, TS_E_CATALOG_REJECTED);
	assert_string_equal(writes[1].err.text, "no: 'kind'");
	assert_null(writes[1].table);
	release_write(&writes[0]);
	release_write(&writes[1]);
}

static void an_answer_is_believed_only_as_far_as_it_is_one(void **state)
{
	static const struct {
		const char *results;
		bool is_first_ok;
	} cases[] = {
	    {"{}", false},
	    {"[" OK_RESULT("a") "]", false},
	    {"[" OK_RESULT("a") "," OK_RESULT("a") "]", true},
	    {"[" OK_RESULT("a") ",7]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"maybe\"}]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"ok\"," TABLE("b") "}]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"ok\"," CHANGE "}]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"ok\"," CHANGE ",\"table\":null}]",
	     true},
	    {"[" OK_RESULT("a") ",{\"status\":\"error\",\"error\":\"x\"}]", true},
	    {"[", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_write writes[2];

		write_two(cases[i].results, writes);
		assert_int_equal(writes[0].err.code,
				 cases[i].is_first_ok ? TS_OK : TS_E_CATALOG_REJECTED);
		assert_int_equal(writes[1].err.code, TS_E_CATALOG_REJECTED);
		assert_null(writes[1].table);
		assert_null(writes[1].change);
		release_write(&writes[0]);
		release_write(&writes[1]);
	}
}

/* Each member that a reply keeps however short it has to be. */
static void a_table_that_no_reply_can_hold_is_refused(void **state)
{
	static const char *const members[] = {"url", "is_view", "schema_id",
					      "observed_at", "kind"};
	enum { LONG = 100000 };
	(void)state;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		TS_AUTO(ts_buf) results = {0};
		struct ts_write writes[2];

		ts_buf_puts(&results, "[" OK_RESULT("a") ",{\"status\":\"ok\"," CHANGE);
		ts_buf_printf(&results,
			      ",\"table\":{\"id\":1,\"ds_id\":8,\"schema_name\":\"s\","
			      "\"name\":\"b\",\"%s\":\"%0*d\"}}]",
			      members[i], LONG, 0);
		write_two(ts_buf_text(&results), writes);
		assert_int_equal(writes[0].err.code, TS_OK);
		assert_int_equal(writes[1].err.code, TS_E_CATALOG_REJECTED);
		assert_non_null(strstr(writes[1].err.text, members[i]));
		assert_null(writes[1].table);
		assert_null(writes[1].change);
		release_write(&writes[0]);
		release_write(&writes[1]);
	}
}

static void removing_what_the_catalog_never_had_gives_no_table(void **state)
{
	char *answer =
	    answer_with("[{\"status\":\"ok\",\"change\":{\"kind\":\"unchanged\","
			"\"version\":null,\"columns_added\":[],\"columns_removed\":[],"
			"\"columns_changed\":[]},\"table\":null}]");
	struct script script = {.answers = {answer}};
	struct ts_write write = write_of("a");
	struct ts_catalog *catalog;
	(void)state;

	json_object_set_new(write.document, "removed", json_true());
	script_start(&script);
	catalog = open_catalog(&script);
	ts_catalog_write(catalog, &write, 1, TS_FOREVER);
	assert_int_equal(write.err.code, TS_OK);
	assert_string_equal(write.table, "null");
	ts_catalog_free(catalog);
	script_end(&script);
	release_write(&write);
	free(answer);
}

static void a_long_list_is_cut_into_several(void **state)
{
	enum { COUNT = 300 };
	static struct ts_write writes[COUNT];
	TS_AUTO(ts_buf) first = {0}, second = {0};
	char *answers[2], name[16];
	struct script script = {0};
	struct ts_catalog *catalog;
	(void)state;

	for (int i = 0; i < COUNT; i++) {
		struct ts_buf *part = i < 256 ? &first : &second;

		snprintf(name, sizeof(name), "t%d", i);
		writes[i] = write_of(name);
		ts_buf_puts(part, part->len ? "," : "[");
		ts_buf_printf(part,
			      "{\"status\":\"ok\"," CHANGE ",\"table\":{\"id\":%d,"
			      "\"ds_id\":8,\"schema_name\":\"s\",\"name\":\"%s\"}}",
			      i + 1, name);
	}
	ts_buf_puts(&first, "]");
	ts_buf_puts(&second, "]");
	script.answers[0] = answers[0] = answer_with(ts_buf_text(&first));
	script.answers[1] = answers[1] = answer_with(ts_buf_text(&second));
	script_start(&script);
	catalog = open_catalog(&script);
	ts_catalog_write(catalog, writes, COUNT, TS_FOREVER);
	ts_catalog_free(catalog);
	script_end(&script);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "{\"id\":%d,", i + 1);
		assert_int_equal(writes[i].err.code, TS_OK);
		assert_memory_equal(writes[i].table, name, strlen(name));
		release_write(&writes[i]);
	}
	free(answers[0]);
	free(answers[1]);
}

static void a_catalog_of_an_unknown_kind_or_place_is_refused(void **state)
{
	char driver[] = "tablesync", other[] = "atlas", url[] = "ftp://host/";
	struct ts_config config = {.catalog = {.driver = other, .url = url}};
	struct ts_catalog *catalog;
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_catalog_new(&config, &catalog, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	assert_non_null(strstr(err.text, "atlas"));
	config.catalog.driver = driver;
	assert_false(ts_catalog_new(&config, &catalog, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_status_says_whether_to_try_again),
	    cmocka_unit_test(one_connection_serves_many_exchanges),
	    cmocka_unit_test(a_connection_that_was_closed_meanwhile_is_made_anew),
	    cmocka_unit_test(token_and_trace_go_along_and_nothing_else_slips_in),
	    cmocka_unit_test(a_failed_exchange_says_why_and_whether_to_try_again),
	    cmocka_unit_test(a_catalog_that_says_nothing_is_left_at_the_deadline),
	    cmocka_unit_test(a_catalog_that_is_not_there_may_come_back),
	    cmocka_unit_test(each_document_gets_the_result_of_its_own),
	    cmocka_unit_test(an_answer_is_believed_only_as_far_as_it_is_one),
	    cmocka_unit_test(a_table_that_no_reply_can_hold_is_refused),
	    cmocka_unit_test(removing_what_the_catalog_never_had_gives_no_table),
	    cmocka_unit_test(a_long_list_is_cut_into_several),
	    cmocka_unit_test(a_catalog_of_an_unknown_kind_or_place_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
