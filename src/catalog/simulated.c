/* simulated.c - the kind `simulated`: takes every document, keeps none; for benchmarks.
 *
 * A table has the same id whenever it is written, and never a second version. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "catalog/kind.h"
#include <inttypes.h>
#include <stdlib.h>

static bool open_catalog(const struct ts_config *config, void **ret_state,
			 struct ts_error *err)
{
	(void)config;
	(void)err;
	*ret_state = NULL;
	return true;
}

static void close_catalog(void *state)
{
	(void)state; /* there is none */
}

enum { TABLE_BYTES = 1024 }; /* of an answer, as a rule */

#define FNV_BASIS UINT32_C(2166136261)

/* FNV-1a */
static uint32_t hash(uint32_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

/* What the answer has beside the members of the document, in the reply's order. */
static const struct member {
	const char *name;
	const char *value; /* NULL: the document's */
} members[] = {
    {"name", NULL},
    {"schema_name", NULL},
    {"title", "\"\""},
    {"description", "\"\""},
    {"ds_id", NULL},
    {"is_view", NULL},
    {"custom_fields", "[]"},
    {"schema_id", "1"},
    {"synonyms", NULL},
    {"db_comment", NULL},
    {"observed_at", NULL},
    {"kind", NULL},
    {"columns", NULL},
    {"primary_key", NULL},
    {"unique_constraints", NULL},
    {"check_constraints", NULL},
    {"foreign_keys", NULL},
    {"indexes", NULL},
    {"view_definition", NULL},
};

static void put_members(const json_t *document, struct ts_buf *table)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		const json_t *value = json_object_get(document, members[i].name);

		ts_buf_puts(table, ",\"");
		ts_buf_puts(table, members[i].name);
		ts_buf_puts(table, "\":");
		if (members[i].value)
			ts_buf_puts(table, members[i].value);
		else if (value)
			ts_json_print(value, table);
		else
			ts_buf_puts(table, "null");
	}
}

static void answer(struct ts_write *write)
{
	static const char change[] =
	    "{\"kind\":\"unchanged\",\"version\":1,\"columns_added\":[],"
	    "\"columns_removed\":[],\"columns_changed\":[]}";
	const json_t *document = write->document;
	json_int_t ds_id = json_integer_value(json_object_get(document, "ds_id"));
	uint32_t schema_hash =
	    hash(FNV_BASIS ^ (uint32_t)ds_id, ts_json_text(document, "schema_name"));
	uint32_t id = hash(schema_hash, ts_json_text(document, "name")) >> 1;
	struct ts_buf table = {0};

	ts_buf_reserve(&table, TABLE_BYTES);
	ts_buf_printf(&table, "{\"id\":%" PRIu32 ",\"url\":\"/table/%" PRIu32 "/\"", id,
		      id);
	put_members(document, &table);
	ts_buf_putc(&table, '}');
	write->table = ts_buf_detach(&table);
	write->change = ts_memdup(change, sizeof(change) - 1);
}

static void write_tables(void *state, struct ts_write *writes, size_t count,
			 int64_t deadline_ms)
{
	(void)state;
	(void)deadline_ms;
	for (size_t i = 0; i < count; i++)
		answer(&writes[i]);
}

const struct ts_kind ts_kind_simulated = {
    .driver = "simulated",
    .open = open_catalog,
    .close = close_catalog,
    .write = write_tables,
};
