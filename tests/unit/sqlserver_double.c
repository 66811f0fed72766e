/* sqlserver_double.c - see sqlserver_double.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/buf.h"
#include "sqlserver_double.h"
#include <string.h>

struct ts_read sqlserver_read(const char *schema, const char *table)
{
	struct ts_read read = {.schema = schema, .table = table};
	struct ts_lookup lookup = {"main", schema, table, &read};
	struct ts_error err = {0};

	if (!ts_dialect_sqlserver.read(conn_double(), &lookup, 1, &err))
		fail_msg("%s", err.text);
	return read;
}

void sqlserver_release(struct ts_read *read)
{
	json_decref(read->document);
	json_decref(read->warnings);
	*read = (struct ts_read){0};
}

void sqlserver_assert_member(const json_t *document, const char *member,
			     const char *expected)
{
	TS_AUTO(ts_buf) text = {0};

	assert_non_null(document);
	ts_json_print(json_object_get(document, member), &text);
	assert_string_equal(ts_buf_text(&text), expected);
}

void sqlserver_answer(const char *rows)
{
	conn_double_answer_counted("sqlserver_read", rows);
}

void sqlserver_answer_unchanged(void)
{
	conn_double_answer("sqlserver_changed", "1|" OLD);
}

void sqlserver_assert_param(size_t question, size_t at, const char *expected)
{
	const char *param = conn_double_param(question, at);
	size_t len = strlen(param), used = len;
	TS_AUTO(ts_buf) text = {0};

	assert_true(len == 512 || len == 3104);
	while (used && param[used - 1] == ' ')
		used--;
	ts_buf_add(&text, param, used);
	assert_string_equal(ts_buf_text(&text), expected);
}
