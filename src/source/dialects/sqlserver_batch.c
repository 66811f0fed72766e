/* sqlserver_batch.c - see sqlserver_batch.h.
 *
 * Two round trips: one for all rows of all tables, one to see that none was altered or
 * made meanwhile, since a statement reads what is committed when it comes to it and not
 * when it began. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlserver_batch.h"
#include "base/mem.h"
#include "source/dialects/sqlserver_text.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>

enum {
	MAX_READS = 5,    /* of a batch whose tables are altered all the time */
	STAMP_BYTES = 23, /* of the date in what tells when a table was altered */
};

void ts_sqlserver_batch_release(struct ts_sqlserver_batch *batch)
{
	for (size_t i = 0; i < TS_SQLSERVER_TABLES; i++) {
		ts_buf_release(&batch->names[i]);
		free(batch->changed[i]);
	}
	ts_sqlserver_rows_release(&batch->rows);
}

void ts_sqlserver_batch_add(struct ts_sqlserver_batch *batch, struct ts_lookup *lookup)
{
	size_t at = batch->count++;
	TS_AUTO(ts_buf) name = {0};

	batch->lookups[at] = lookup;
	if (!ts_sqlserver_is_name(batch->catalog) ||
	    !ts_sqlserver_is_name(lookup->schema) ||
	    !ts_sqlserver_is_name(lookup->table))
		return;
	ts_sqlserver_quote_table(batch->catalog, lookup->schema, lookup->table, &name);
	ts_sqlserver_encode(name.data, &batch->names[at]);
}

/* Their number is rounded up to a power of two, so that seven statements serve every
 * batch and keep their plans. */
static size_t count_names(const struct ts_sqlserver_batch *batch)
{
	size_t count = 1;

	while (count < batch->count)
		count *= 2;
	return count;
}

/* Bring all names to one length. */
static void pad_names(struct ts_sqlserver_batch *batch)
{
	size_t len = TS_SQLSERVER_SHORT;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->names[i].len > len)
			len = TS_SQLSERVER_LONG;
	for (size_t i = 0; i < count_names(batch); i++)
		ts_sqlserver_pad(&batch->names[i], len);
}

/* Run a statement on the batch's names. */
static bool query(struct ts_sqlserver_batch *batch, const char *sql, bool has_catalog,
		  struct ts_error *err)
{
	const size_t first = has_catalog ? 1 : 0, count = count_names(batch);
	const char *params[TS_SQLSERVER_TABLES + 1] = {NULL};
	TS_AUTO(ts_buf) text = {0};
	TS_AUTO(ts_buf) catalog = {0};

	ts_sqlserver_for_names(sql, batch->catalog, count, &text);
	if (has_catalog) {
		if (ts_sqlserver_is_name(batch->catalog))
			ts_sqlserver_encode(batch->catalog, &catalog);
		ts_sqlserver_pad(&catalog, TS_SQLSERVER_SHORT);
		params[0] = catalog.data;
	}
	for (size_t i = 0; i < count; i++)
		params[first + i] = batch->names[i].data;
	return ts_conn_query(batch->conn, text.data, params, first + count, err);
}

static bool read_rows(struct ts_sqlserver_batch *batch, struct ts_error *err)
{
	ts_sqlserver_rows_release(&batch->rows);
	return query(batch, ts_source_sql_sqlserver_read_sql, true, err) &&
	       ts_sqlserver_rows_fetch(batch->conn, &batch->rows, err);
}

/* Look again when the tables were altered; what was known before goes to `before`. */
static bool read_changed(struct ts_sqlserver_batch *batch, char **before,
			 struct ts_error *err)
{
	bool has_row = true;

	memcpy(before, batch->changed, sizeof(batch->changed));
	memset(batch->changed, 0, sizeof(batch->changed));
	if (!query(batch, ts_source_sql_sqlserver_changed_sql, false, err))
		return false;
	while (has_row) {
		const char *nth;
		size_t at;

		if (!ts_conn_fetch(batch->conn, &has_row, err))
			return false;
		nth = has_row ? ts_conn_cell(batch->conn, 0) : NULL;
		at = nth ? strtoul(nth, NULL, 10) : 0;
		if (at < 1 || at > batch->count || batch->changed[at - 1])
			continue;
		batch->changed[at - 1] = ts_strdup(ts_conn_cell(batch->conn, 1));
	}
	return true;
}

/* Was the table the same while its rows were read?  It was if it was last altered
 * before that, by the server's clock, or when the rows before were read. */
static bool is_whole(const struct ts_sqlserver_batch *batch, size_t at,
		     const char *before)
{
	const char *now = batch->rows.items[0].texts[TS_CATALOG_NOW];
	const char *changed = batch->changed[at], *told;
	const struct ts_sqlserver_row *table;
	size_t count;

	ts_sqlserver_rows_find(&batch->rows, (long)at + 1, &table, &count);
	if (!count) /* or has it just been made, perhaps in the place of another? */
		return !changed;
	told = table->texts[TS_TABLE_CHANGED];
	if (!changed || !told || strcmp(changed, told) != 0)
		return false;
	return (now && strncmp(changed, now, STAMP_BYTES) < 0) ||
	       (before && strcmp(changed, before) == 0);
}

bool ts_sqlserver_batch_read(struct ts_sqlserver_batch *batch, struct ts_error *err)
{
	bool is_done = false, is_ok = true;

	pad_names(batch);
	for (int i = 0; i < MAX_READS && is_ok && !is_done; i++) {
		char *before[TS_SQLSERVER_TABLES] = {NULL};

		is_ok = read_rows(batch, err) && read_changed(batch, before, err);
		is_done = is_ok;
		for (size_t j = 0; j < batch->count; j++) {
			batch->is_whole[j] = is_ok && is_whole(batch, j, before[j]);
			is_done &= batch->is_whole[j];
			free(before[j]);
		}
	}
	return is_ok;
}
