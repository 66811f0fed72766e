/* conditions.c - see conditions.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/conditions.h"
#include "base/mem.h"
#include "store/dialect.h"
#include "store/shape.h"
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

void ts_conditions_release(struct ts_conditions *conditions)
{
	ts_buf_release(&conditions->sql);
	for (size_t i = 0; i < conditions->count; i++)
		free(conditions->params[i]);
	*conditions = (struct ts_conditions){0};
}

void ts_conditions_add_text(struct ts_conditions *conditions, const char *text)
{
	assert(conditions->count < TS_PARAMS_MAX);
	conditions->params[conditions->count++] = ts_strdup(text);
}

void ts_conditions_add_number(struct ts_conditions *conditions, int64_t number)
{
	char text[TS_NUMBER_SIZE];

	ts_conditions_add_text(conditions, ts_storage_number(number, text));
}

void ts_conditions_where_text(struct ts_conditions *conditions, const char *sql,
			      const char *text)
{
	ts_buf_printf(&conditions->sql, "\n\tand %s", sql);
	ts_conditions_add_text(conditions, text);
}

void ts_conditions_where(struct ts_conditions *conditions, const char *sql,
			 int64_t number)
{
	char text[TS_NUMBER_SIZE];

	ts_conditions_where_text(conditions, sql, ts_storage_number(number, text));
}

/* `column` is one of a list of texts. */
static void where_listed(struct ts_conditions *conditions, const char *column,
			 const char *each, const struct ts_buf *list)
{
	TS_AUTO(ts_buf) sql = {0};

	ts_buf_printf(&sql, "%s in (select value from %s)", column, each);
	ts_conditions_where_text(conditions, sql.data, list->data);
}

void ts_conditions_where_scope(struct ts_conditions *conditions, const char *ds_id,
			       const char *schema, const char *each,
			       const struct ts_scope *scope)
{
	TS_AUTO(ts_buf) numbers = {0};
	TS_AUTO(ts_buf) names = {0};
	TS_AUTO(ts_buf) number_text = {0};

	if (!scope)
		return;
	for (size_t i = 0; i < scope->datasource_count; i++)
		ts_buf_printf(&numbers, "%s\"%" PRId32 "\"", i ? "," : "[",
			      scope->datasources[i]);
	for (size_t i = 0; i < scope->schema_count; i++) {
		ts_buf_putc(&names, i ? ',' : '[');
		ts_shape_print_text(scope->schemas[i], &names);
	}
	ts_buf_printf(&number_text, "cast(%s as text)", ds_id);
	if (numbers.len) {
		ts_buf_putc(&numbers, ']');
		where_listed(conditions, number_text.data, each, &numbers);
	}
	if (names.len) {
		ts_buf_putc(&names, ']');
		where_listed(conditions, schema, each, &names);
	}
}

bool ts_conditions_query(struct ts_conn *conn, const char *sql, const char *order,
			 const struct ts_conditions *conditions, struct ts_error *err)
{
	const char *params[TS_PARAMS_MAX];
	TS_AUTO(ts_buf) ordered = {0};
	TS_AUTO(ts_buf) narrowed = {0};
	TS_AUTO(ts_buf) whole = {0};

	for (size_t i = 0; i < conditions->count; i++)
		params[i] = conditions->params[i];
	ts_buf_fill(&ordered, sql, "{order}", order);
	ts_buf_fill(&narrowed, ts_buf_text(&ordered), "{conditions}",
		    ts_buf_text(&conditions->sql));
	ts_buf_fill(&whole, ts_buf_text(&narrowed), "{each}",
		    ts_store_dialect_of(conn)->each);
	return ts_storage_query(conn, whole.data, params, conditions->count, err);
}
