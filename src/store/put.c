/* put.c - see put.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/put.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/scope.h"
#include "store/search.h"
#include "store/shape.h"
#include "store_files.h"
#include <stdlib.h>
#include <string.h>

static void forget_outcome(struct ts_put *put)
{
	ts_row_release(&put->row);
	free(put->change);
	put->change = NULL;
}

void ts_put_release(struct ts_put *put)
{
	forget_outcome(put);
	ts_submission_release(&put->document);
}

/* `before` as in ts_change_make; `after` NULL: none is told. */
static void set_change(struct ts_put *put, const json_t *before, const json_t *after)
{
	json_t *change = ts_change_make(put->kind, put->row.version, before, after);
	TS_AUTO(ts_buf) text = {0};

	ts_json_print(change, &text);
	json_decref(change);
	put->change = ts_buf_detach(&text);
}

/* Documents in our form; NULL where the storage was damaged. */
static json_t *parse(const char *text)
{
	struct ts_error ignored;
	size_t len = strlen(text);
	json_t *value;

	return ts_json_parse(text, len, len, &value, &ignored) ? value : NULL;
}

static bool add_version(struct ts_conn *conn, const struct ts_put *put,
			struct ts_error *err)
{
	char id[TS_NUMBER_SIZE], version[TS_NUMBER_SIZE], observed[TS_NUMBER_SIZE];
	const char *params[] = {
	    ts_storage_number(put->row.id, id),
	    ts_storage_number(put->row.version, version),
	    ts_storage_number(put->row.observed_us, observed),
	    put->row.is_removed ? "1" : "0",
	    put->change,
	    put->row.document,
	};

	return ts_storage_query(conn, ts_store_sql_add_version_sql, params, 6, err);
}

/* Its id and its schema's are those of the row; false in *ret_is_there where there is
 * no such schema yet. */
static bool add_table(struct ts_conn *conn, struct ts_put *put, int64_t observed_us,
		      bool *ret_is_there, struct ts_error *err)
{
	const struct ts_submission *document = &put->document;
	char ds_id[TS_NUMBER_SIZE], observed[TS_NUMBER_SIZE];
	const char *const table[] = {
	    document->name, ts_storage_number(observed_us, observed),
	    ts_storage_number(document->ds_id, ds_id), document->schema_name};
	const char *const key[] = {ds_id, document->schema_name, document->name};

	if (!ts_storage_query(conn, ts_store_sql_add_table_sql, table, 4, err) ||
	    !ts_storage_query(conn, ts_store_sql_find_id_sql, key, 3, err) ||
	    !ts_storage_fetch(conn, ret_is_there, err))
		return false;
	put->row.id = ts_storage_cell_number(conn, 0);
	put->row.schema_id = ts_storage_cell_number(conn, 1);
	return true;
}

static bool add_schema(struct ts_conn *conn, const struct ts_submission *document,
		       struct ts_error *err)
{
	char ds_id[TS_NUMBER_SIZE];
	const char *const schema[] = {ts_storage_number(document->ds_id, ds_id),
				      document->schema_name};

	return ts_storage_query(conn, ts_store_sql_add_schema_sql, schema, 2, err);
}

static bool create(struct ts_conn *conn, struct ts_put *put, int64_t observed_us,
		   struct ts_error *err)
{
	const struct ts_submission *document = &put->document;
	json_t *after;
	bool is_there;

	if (!add_table(conn, put, observed_us, &is_there, err) ||
	    (!is_there && (!add_schema(conn, document, err) ||
			   !add_table(conn, put, observed_us, &is_there, err))))
		return false;
	if (!is_there)
		return ts_fail(err, TS_E_INTERNAL, "a new table was not kept");
	put->row = (struct ts_row){
	    .id = put->row.id,
	    .schema_id = put->row.schema_id,
	    .ds_id = document->ds_id,
	    .schema_name = ts_strdup(document->schema_name),
	    .name = ts_strdup(document->name),
	    .version = 1,
	    .observed_us = observed_us,
	    .title = ts_strdup(""),
	    .description = ts_strdup(""),
	    .custom_fields = ts_strdup("[]"),
	    .document = ts_strdup(document->text),
	};
	after = parse(document->text);
	set_change(put, NULL, after);
	json_decref(after);
	return add_version(conn, put, err) && ts_search_keep(conn, &put->row, err);
}

static bool update(struct ts_conn *conn, struct ts_put *put, int64_t observed_us,
		   struct ts_error *err)
{
	const struct ts_submission *document = &put->document;
	struct ts_row *row = &put->row;
	char id[TS_NUMBER_SIZE], version[TS_NUMBER_SIZE], observed[TS_NUMBER_SIZE];
	const char *const params[] = {ts_storage_number(row->version + 1, version),
				      ts_storage_number(observed_us, observed),
				      document->is_removed ? "1" : "0",
				      ts_storage_number(row->id, id)};
	json_t *before = parse(row->document);
	json_t *after =
	    document->is_removed ? json_incref(before) : parse(document->text);

	row->version++;
	row->observed_us = observed_us;
	row->is_removed = document->is_removed;
	/* A removed table keeps its last document, and is compared with it when it
	 * comes back. */
	set_change(put, before, after);
	json_decref(before);
	json_decref(after);
	if (!document->is_removed) {
		free(row->document);
		row->document = ts_strdup(document->text);
	}
	return ts_storage_query(conn, ts_store_sql_set_table_sql, params, 4, err) &&
	       add_version(conn, put, err) && ts_search_keep(conn, row, err);
}

static bool see_again(struct ts_conn *conn, struct ts_put *put, int64_t observed_us,
		      struct ts_error *err)
{
	char id[TS_NUMBER_SIZE], observed[TS_NUMBER_SIZE];
	const char *const params[] = {ts_storage_number(observed_us, observed),
				      ts_storage_number(put->row.id, id)};

	if (observed_us == put->row.observed_us)
		return true;
	put->row.observed_us = observed_us;
	return ts_storage_query(conn, ts_store_sql_set_seen_sql, params, 2, err);
}

/* A removal may name a table in another case, and so one that is outside its scope. */
static bool find_any_case(struct ts_conn *conn, struct ts_put *put,
			  const struct ts_scope *scope, const char *const key[3],
			  bool *ret_is_there, struct ts_error *err)
{
	if (!ts_row_query(conn, ts_store_sql_find_any_case_sql, key, 3, ret_is_there,
			  &put->row, err))
		return false;
	if (*ret_is_there &&
	    !ts_scope_has_schema(scope, put->row.ds_id, put->row.schema_name)) {
		ts_row_release(&put->row);
		*ret_is_there = false;
	}
	return true;
}

static bool write_one(struct ts_conn *conn, struct ts_put *put,
		      const struct ts_scope *scope, int64_t now_us,
		      struct ts_error *err)
{
	const struct ts_submission *document = &put->document;
	char ds_id[TS_NUMBER_SIZE];
	const char *const key[] = {ts_storage_number(document->ds_id, ds_id),
				   document->schema_name, document->name};
	struct ts_held held;
	int64_t observed_us;
	bool is_there;

	forget_outcome(put);
	if (!ts_row_query(conn, ts_store_sql_find_table_sql, key, 3, &is_there,
			  &put->row, err))
		return false;
	if (!is_there && document->is_removed && document->ignores_case &&
	    !find_any_case(conn, put, scope, key, &is_there, err))
		return false;
	held = (struct ts_held){put->row.observed_us, put->row.is_removed,
				put->row.document};
	observed_us =
	    ts_submission_cut(document->observed_us, now_us, put->row.observed_us);
	put->kind = ts_change_decide(is_there ? &held : NULL, document, observed_us);

	switch (put->kind) {
	case TS_CHANGE_CREATED:
		return create(conn, put, observed_us, err);
	case TS_CHANGE_UPDATED:
		return update(conn, put, observed_us, err);
	case TS_CHANGE_UNCHANGED:
		set_change(put, NULL, NULL);
		return !is_there || see_again(conn, put, observed_us, err);
	case TS_CHANGE_SUPERSEDED:
		set_change(put, NULL, NULL);
		return true;
	}
	return true;
}

bool ts_put_write(struct ts_conn *conn, void *opaque, struct ts_error *err)
{
	struct ts_put_list *list = opaque;
	int64_t now_us = ts_unix_us();

	for (size_t i = 0; i < list->count; i++) {
		if (list->puts[i].err.code == TS_OK &&
		    !write_one(conn, &list->puts[i], list->scope, now_us, err))
			return false;
	}
	return true;
}

static void print_error(const struct ts_error *err, struct ts_buf *results)
{
	char message[TS_ERROR_MESSAGE_BYTES];

	ts_error_message(err, message, sizeof(message));
	ts_buf_printf(results, "{\"status\":\"error\",\"error\":{\"code\":\"%s\",",
		      ts_code_name(err->code));
	ts_buf_puts(results, "\"message\":");
	ts_shape_print_text(message, results);
	ts_buf_printf(results, ",\"retryable\":%s}}",
		      ts_code_class(err->code) == TS_RETRY ? "true" : "false");
}

bool ts_put_print(const struct ts_put *put, struct ts_buf *results,
		  struct ts_error *err)
{
	if (put->err.code != TS_OK) {
		print_error(&put->err, results);
		return true;
	}
	ts_buf_printf(results,
		      "{\"status\":\"ok\",\"change\":%s,\"table\":", put->change);
	if (!put->row.id)
		ts_buf_puts(results, "null");
	else if (!ts_row_print(&put->row, results, err))
		return false;
	ts_buf_putc(results, '}');
	return true;
}
