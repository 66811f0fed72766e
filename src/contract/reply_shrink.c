/* reply_shrink.c - a reply that is encoded already, once more but shorter.
 *
 * It is not parsed as a whole: `job` stays the text that was sent, and may be one level
 * deeper here than JSON from outside is taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/reply.h"
#include "contract/reply_form.h"
#include <string.h>

/* The byte behind the value that begins at `at`, in a well-formed object. */
static size_t value_end(struct ts_slice text, size_t at)
{
	int depth = 0;

	for (; at < text.len; at++) {
		const char c = text.bytes[at];

		if (c == '"') {
			for (at++; at < text.len && text.bytes[at] != '"'; at++)
				at += text.bytes[at] == '\\';
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (depth > 0 && (c == '}' || c == ']')) {
			depth--;
		} else if (depth == 0 && (c == ',' || c == '}')) {
			return at;
		}
	}
	return text.len;
}

/* A member of the outermost object. */
struct found {
	size_t start, end; /* from the comma or brace before it to the byte behind it */
	struct ts_slice value; /* no bytes: there is no such member */
};

/* As ts_pieces_put() wrote it: without blanks between key, colon and value. */
static struct found find(struct ts_slice text, const char *name)
{
	const size_t name_len = strlen(name);
	size_t at = 1, value, end;

	for (; at + name_len + 3 < text.len; at = end + 1) {
		const char *key = text.bytes + at + 1;

		end = value_end(text, at);
		value = at + name_len + 3; /* two quotes and the colon */
		if (strncmp(key, name, name_len) == 0 && key[name_len] == '"' &&
		    value < end)
			return (struct found){
			    at - 1, end, {text.bytes + value, end - value}};
	}
	return (struct found){0};
}

/* The text from one of our commas to another. */
static struct ts_slice part(struct ts_slice text, size_t start, size_t end)
{
	return (struct ts_slice){text.bytes + start, end - start};
}

/* Borrows `text`.  False where this is no reply of ours. */
static bool take_apart(struct ts_slice text, struct ts_pieces *ret_pieces)
{
	const struct found job = find(text, "job"), change = find(text, "change"),
			   table = find(text, "table"), error = find(text, "error"),
			   timing = find(text, "timing"),
			   warnings = find(text, "warnings");
	const struct found *first = job.value.bytes      ? &job
				    : change.value.bytes ? &change
							 : &error;
	const struct found *last = timing.value.bytes ? &timing : &error;

	if (!first->value.bytes || !last->value.bytes || !warnings.value.bytes ||
	    last->start > warnings.end)
		return false;
	*ret_pieces = (struct ts_pieces){
	    .head = part(text, 0, first->start),
	    .job = job.value,
	    .is_ok = !error.value.bytes,
	    .change = change.value,
	    .table = table.value,
	    .tail = part(text, last->start, warnings.end),
	};
	return true;
}

bool ts_reply_shrink(const char *text, size_t len, size_t max_bytes, struct ts_buf *buf)
{
	const size_t start = buf->len;
	struct ts_pieces pieces;
	enum ts_loss loss = TS_LOSS_COLUMNS;
	bool ok;

	if (len == 0 || !take_apart((struct ts_slice){text, len}, &pieces))
		return false;
	/* What the reply has lost already must not come back as an empty list. */
	if (!pieces.change.bytes || !find(pieces.change, "columns_added").value.bytes)
		loss = TS_LOSS_CHANGE;
	ok = ts_pieces_put(&pieces, loss, max_bytes < len ? max_bytes : len - 1, buf);
	if (!ok) {
		buf->len = start;
		buf->data[start] = '\0';
	}
	return ok;
}
