/* reply_form.c - see reply_form.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/reply_form.h"
#include "base/json_index.h"

/* The members of an object in the order of the contract. */
struct member {
	const char *name;
	const char *absent;   /* JSON for it where the catalog has not answered it */
	enum ts_loss lost;    /* from here on it is left out; TS_LOSS_NONE: never */
	enum ts_loss emptied; /* from here on it is `absent`; TS_LOSS_NONE: never */
};

static const struct member change_members[] = {
    {"kind", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"version", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"columns_added", "[]", TS_LOSS_CHANGE, TS_LOSS_NONE},
    {"columns_removed", "[]", TS_LOSS_CHANGE, TS_LOSS_NONE},
    {"columns_changed", "[]", TS_LOSS_CHANGE, TS_LOSS_NONE},
};

static const struct member table_members[] = {
    {"id", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"url", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"name", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"schema_name", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"title", "\"\"", TS_LOSS_NONE, TS_LOSS_TEXTS},
    {"description", "\"\"", TS_LOSS_NONE, TS_LOSS_TEXTS},
    {"ds_id", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"is_view", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"custom_fields", "[]", TS_LOSS_NONE, TS_LOSS_TEXTS},
    {"schema_id", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"synonyms", "null", TS_LOSS_NONE, TS_LOSS_TEXTS},
    {"db_comment", "null", TS_LOSS_NONE, TS_LOSS_TEXTS},
    {"observed_at", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"kind", "null", TS_LOSS_NONE, TS_LOSS_NONE},
    {"columns", "[]", TS_LOSS_COLUMNS, TS_LOSS_NONE},
    {"primary_key", "null", TS_LOSS_COLUMNS, TS_LOSS_NONE},
    {"unique_constraints", "[]", TS_LOSS_COLUMNS, TS_LOSS_NONE},
    {"check_constraints", "[]", TS_LOSS_COLUMNS, TS_LOSS_NONE},
    {"foreign_keys", "[]", TS_LOSS_COLUMNS, TS_LOSS_NONE},
    {"indexes", "[]", TS_LOSS_COLUMNS, TS_LOSS_NONE},
    {"view_definition", "null", TS_LOSS_COLUMNS, TS_LOSS_NONE},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void put_slice(struct ts_slice slice, struct ts_buf *buf)
{
	ts_buf_add(buf, slice.bytes, slice.len);
}

static bool is_reached(enum ts_loss loss, enum ts_loss limit)
{
	return limit != TS_LOSS_NONE && loss >= limit;
}

static void put_members(const struct ts_json_node *object, const struct member *members,
			size_t count, enum ts_loss loss, struct ts_buf *buf)
{
	const struct ts_json_node *at = ts_json_node_first(object);
	char before = '{';

	for (size_t i = 0; i < count; i++) {
		const struct ts_json_node *value =
		    ts_json_node_take(object, &at, members[i].name);

		if (is_reached(loss, members[i].lost))
			continue;
		ts_buf_putc(buf, before);
		ts_buf_putc(buf, '"');
		ts_buf_puts(buf, members[i].name);
		ts_buf_puts(buf, "\":");
		if (!value || is_reached(loss, members[i].emptied))
			ts_buf_puts(buf, members[i].absent);
		else
			ts_json_node_copy(value, buf);
		before = ',';
	}
	ts_buf_putc(buf, '}');
}

static void put_object(struct ts_slice text, const struct member *members, size_t count,
		       enum ts_loss loss, struct ts_buf *buf)
{
	struct ts_json_index index = {0};
	struct ts_error ignored;

	if (text.bytes &&
	    ts_json_index_make(text.bytes, text.len, text.len, &index, &ignored) &&
	    ts_json_node_is_object(index.nodes))
		put_members(index.nodes, members, count, loss, buf);
	else
		ts_buf_puts(buf, "null");
	ts_json_index_release(&index);
}

static void put_reply(const struct ts_pieces *pieces, enum ts_loss loss,
		      struct ts_buf *buf)
{
	put_slice(pieces->head, buf);
	if (pieces->job.bytes && !is_reached(loss, TS_LOSS_JOB)) {
		ts_buf_puts(buf, ",\"job\":");
		put_slice(pieces->job, buf);
	}
	if (pieces->is_ok) {
		ts_buf_puts(buf, ",\"change\":");
		put_object(pieces->change, change_members, COUNT(change_members), loss,
			   buf);
		ts_buf_puts(buf, ",\"table\":");
		put_object(pieces->table, table_members, COUNT(table_members), loss,
			   buf);
	}
	put_slice(pieces->tail, buf);
	ts_buf_puts(buf, loss == TS_LOSS_NONE ? "}" : ",\"truncated\":true}");
}

bool ts_pieces_put(const struct ts_pieces *pieces, enum ts_loss loss, size_t max_bytes,
		   struct ts_buf *buf)
{
	const size_t start = buf->len;

	for (;; loss++) {
		buf->len = start;
		put_reply(pieces, loss, buf);
		if (buf->len - start <= max_bytes)
			return true;
		if (loss + 1 == TS_LOSS_COUNT)
			return false;
	}
}
