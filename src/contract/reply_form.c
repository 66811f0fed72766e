/* reply_form.c - see reply_form.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/reply_form.h"
#include "base/json_index.h"

enum {
	FRAME_BYTES = 64,    /* the names of `job`, `change` and `table` */
	ANSWER_MEMBERS = 12, /* of `table` that are the trigger API's answer */
};

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

/* What was put of an object, and what of its text is still to be copied. */
struct copy {
	struct ts_buf *buf;
	char before;         /* the next member: a brace or a comma */
	struct ts_slice run; /* members that may stay as they are, one by one */
};

static void put_run(struct copy *copy)
{
	if (!copy->run.len)
		return;
	ts_buf_putc(copy->buf, copy->before);
	put_slice(copy->run, copy->buf);
	copy->before = ',';
	copy->run.len = 0;
}

/* Without blanks or escapes up to its value it is as we would write it; where the text
 * has it one byte, a comma, behind the run, too, it belongs to that. */
static bool copy_as_it_is(struct copy *copy, const struct ts_json_node *value)
{
	const struct ts_json_node *name = value - 1;
	size_t len = name->len + 1 + value->len;

	if (name->is_escaped || value->text != name->text + name->len + 1)
		return false;
	if (copy->run.len && name->text == copy->run.bytes + copy->run.len + 1) {
		copy->run.len += 1 + len;
		return true;
	}
	put_run(copy);
	copy->run = (struct ts_slice){name->text, len};
	return true;
}

static void put_member(struct copy *copy, const char *name,
		       const struct ts_json_node *value, const char *absent)
{
	put_run(copy);
	ts_buf_putc(copy->buf, copy->before);
	ts_buf_putc(copy->buf, '"');
	ts_buf_puts(copy->buf, name);
	ts_buf_puts(copy->buf, "\":");
	if (value)
		ts_json_node_copy(value, copy->buf);
	else
		ts_buf_puts(copy->buf, absent);
	copy->before = ',';
}

static void put_members(const struct ts_json_node *object, const struct member *members,
			size_t count, enum ts_loss loss, struct ts_buf *buf)
{
	const struct ts_json_node *at = ts_json_node_first(object);
	struct copy copy = {.buf = buf, .before = '{'};

	for (size_t i = 0; i < count; i++) {
		const struct member *member = &members[i];
		const struct ts_json_node *value =
		    ts_json_node_take(object, &at, member->name);

		if (is_reached(loss, member->lost))
			continue;
		if (is_reached(loss, member->emptied))
			value = NULL;
		if (!value || !copy_as_it_is(&copy, value))
			put_member(&copy, member->name, value, member->absent);
	}
	put_run(&copy);
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

void ts_table_put_answer(const struct ts_json_node *table, struct ts_buf *buf)
{
	put_members(table, table_members, ANSWER_MEMBERS, TS_LOSS_NONE, buf);
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

/* What a reply without any loss takes, as a rule: the catalog's answers have the
 * members that the reply has, and no blanks. */
static size_t room_of(const struct ts_pieces *pieces)
{
	return pieces->head.len + pieces->job.len + pieces->change.len +
	       pieces->table.len + pieces->tail.len + FRAME_BYTES;
}

bool ts_pieces_put(const struct ts_pieces *pieces, enum ts_loss loss, size_t max_bytes,
		   struct ts_buf *buf)
{
	const size_t start = buf->len;

	ts_buf_reserve(buf, room_of(pieces));
	for (;; loss++) {
		buf->len = start;
		put_reply(pieces, loss, buf);
		if (buf->len - start <= max_bytes)
			return true;
		if (loss + 1 == TS_LOSS_COUNT)
			return false;
	}
}
