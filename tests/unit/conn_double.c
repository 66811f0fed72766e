/* conn_double.c - see conn_double.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/mem.h"
#include "conn_double.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_QUESTIONS = 32, MAX_PARAMS = 128, MAX_CELLS = 32 };

struct ts_conn {
	struct {
		char *name, *rows;
		bool is_counted;
		enum ts_code code;
	} answers[MAX_QUESTIONS];
	size_t answer_count;
	struct {
		char *sql, *params[MAX_PARAMS];
		size_t param_count;
	} questions[MAX_QUESTIONS];
	size_t question_count;
	char *next;  /* what is left of the rows; NULL: none are being read */
	size_t rows; /* that the answer has */
	bool is_counted;
	char *cells[MAX_CELLS];
	size_t cell_count;
	struct ts_naming naming;
};

#define USUAL_NAMING                                                                   \
	{                                                                              \
		true, true, "\\"                                                       \
	}

static struct ts_conn conn = {.naming = USUAL_NAMING};

struct ts_conn *conn_double(void)
{
	return &conn;
}

static void expect(const char *name, const char *rows, bool is_counted,
		   enum ts_code code)
{
	size_t at = conn.answer_count++;

	assert_true(at < MAX_QUESTIONS);
	conn.answers[at].name = ts_strdup(name);
	conn.answers[at].rows = ts_strdup(rows);
	conn.answers[at].is_counted = is_counted;
	conn.answers[at].code = code;
}

void conn_double_answer(const char *name, const char *rows)
{
	expect(name, rows, false, TS_OK);
}

void conn_double_answer_counted(const char *name, const char *rows)
{
	expect(name, rows, true, TS_OK);
}

void conn_double_fail(const char *name, enum ts_code code)
{
	expect(name, "", false, code);
}

size_t conn_double_count(void)
{
	return conn.question_count;
}

const char *conn_double_sql(size_t question)
{
	assert_true(question < conn.question_count);
	return conn.questions[question].sql;
}

size_t conn_double_param_count(size_t question)
{
	assert_true(question < conn.question_count);
	return conn.questions[question].param_count;
}

const char *conn_double_param(size_t question, size_t at)
{
	assert_true(at < conn_double_param_count(question));
	return conn.questions[question].params[at];
}

static void forget_cells(void)
{
	for (size_t i = 0; i < conn.cell_count; i++)
		free(conn.cells[i]);
	conn.cell_count = 0;
}

void conn_double_reset(void)
{
	size_t unasked = conn.answer_count - conn.question_count;

	forget_cells();
	for (size_t i = 0; i < conn.answer_count; i++) {
		free(conn.answers[i].name);
		free(conn.answers[i].rows);
	}
	for (size_t i = 0; i < conn.question_count; i++) {
		free(conn.questions[i].sql);
		for (size_t j = 0; j < conn.questions[i].param_count; j++)
			free(conn.questions[i].params[j]);
	}
	conn = (struct ts_conn){.naming = USUAL_NAMING};
	assert_int_equal(unasked, 0);
}

/* Note the question, and begin with its answer. */
static bool ask(const char *sql, const char *const *params, size_t count,
		struct ts_error *err)
{
	size_t at = conn.question_count++;
	TS_AUTO(ts_buf) first = {0};

	if (at >= conn.answer_count)
		fail_msg("nobody expected: %s", sql);
	assert_true(count <= MAX_PARAMS);
	conn.questions[at].sql = ts_strdup(sql);
	conn.questions[at].param_count = count;
	for (size_t i = 0; i < count; i++)
		conn.questions[at].params[i] = ts_strdup(params[i] ? params[i] : "");

	ts_buf_printf(&first, "-- %s.sql ", conn.answers[at].name);
	if (strncmp(sql, first.data, first.len) != 0)
		fail_msg("expected %s, not: %s", conn.answers[at].name, sql);
	if (conn.answers[at].code != TS_OK)
		return ts_fail(err, conn.answers[at].code, "as the test says");
	conn.next = conn.answers[at].rows;
	conn.is_counted = conn.answers[at].is_counted;
	conn.rows = *conn.next ? 1 : 0;
	for (const char *c = conn.next; *c; c++)
		conn.rows += *c == '\n';
	return true;
}

bool ts_conn_query(struct ts_conn *unused, const char *sql, const char *const *params,
		   size_t count, struct ts_error *err)
{
	(void)unused;
	return ask(sql, params, count, err);
}

bool ts_conn_exec(struct ts_conn *unused, const char *sql, struct ts_error *err)
{
	(void)unused;
	return ask(sql, NULL, 0, err);
}

void conn_double_set_naming(const struct ts_naming *naming)
{
	conn.naming = *naming;
}

bool ts_conn_naming(struct ts_conn *unused, struct ts_naming *ret_naming,
		    struct ts_error *err)
{
	(void)unused;
	(void)err;
	*ret_naming = conn.naming;
	return true;
}

bool ts_conn_call(struct ts_conn *unused, enum ts_odbc_function function,
		  const char *catalog, const char *schema, const char *table,
		  struct ts_error *err)
{
	static const char *const names[] = {
	    "catalogs",     "schemas",      "tables",     "columns",
	    "primary_keys", "foreign_keys", "statistics",
	};
	const char *params[] = {catalog, schema, table};
	TS_AUTO(ts_buf) text = {0};

	(void)unused;
	ts_buf_printf(&text, "-- %s.sql ", names[function]);
	return ask(text.data, params, 3, err);
}

static char *cell_of(const char *text, size_t len)
{
	TS_AUTO(ts_buf) cell = {0};

	if (len == 1 && text[0] == '-')
		return NULL;
	if (len == 0 || text[0] != '~') {
		ts_buf_add(&cell, text, len);
	} else {
		for (size_t i = 1; i < len; i++)
			ts_buf_printf(&cell, "%02X00", (unsigned)text[i]);
	}
	return ts_strdup(ts_buf_text(&cell));
}

bool ts_conn_fetch(struct ts_conn *unused, bool *ret_has_row, struct ts_error *err)
{
	(void)unused;
	(void)err;
	forget_cells();
	*ret_has_row = conn.next && *conn.next;
	if (!*ret_has_row)
		return true;
	if (conn.is_counted) {
		TS_AUTO(ts_buf) total = {0};

		ts_buf_printf(&total, "%zu", conn.rows);
		conn.cells[conn.cell_count++] = ts_buf_detach(&total);
	}
	for (bool is_last = false; !is_last;) {
		size_t len = strcspn(conn.next, "|\n");

		assert_true(conn.cell_count < MAX_CELLS);
		conn.cells[conn.cell_count++] = cell_of(conn.next, len);
		is_last = conn.next[len] != '|';
		conn.next += len + (conn.next[len] != '\0');
	}
	return true;
}

const char *ts_conn_cell(struct ts_conn *unused, size_t index)
{
	(void)unused;
	return index < conn.cell_count ? conn.cells[index] : NULL;
}

bool ts_conn_catalog(struct ts_conn *unused, const char **ret_catalog,
		     struct ts_error *err)
{
	(void)unused;
	(void)err;
	*ret_catalog = "own";
	return true;
}
