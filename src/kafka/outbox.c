/* outbox.c - see outbox.h: the face of the two ways. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/outbox.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

bool ts_outbox_new(const struct ts_outbox_parts *parts, int64_t deadline_ms,
		   struct ts_outbox **ret_outbox, struct ts_error *err)
{
	const char *delivery = parts->records->config->delivery;
	struct ts_outbox *outbox = ts_calloc(1, sizeof(*outbox));

	outbox->parts = *parts;
	outbox->kind = strcmp(delivery, "exactly-once") == 0 ? &ts_outbox_transactional
							     : &ts_outbox_plain;
	if (!outbox->kind->open(outbox, deadline_ms, err)) {
		free(outbox);
		return false;
	}
	*ret_outbox = outbox;
	return true;
}

void ts_outbox_send(struct ts_outbox *outbox, struct ts_task *task)
{
	outbox->kind->send(outbox, task);
}

bool ts_outbox_turn(struct ts_outbox *outbox, struct ts_assignment *assignment,
		    int64_t now_ms, struct ts_outbox_turn *ret_turn,
		    struct ts_error *err)
{
	return outbox->kind->turn(outbox, assignment, now_ms, ret_turn, err);
}

int64_t ts_outbox_due_ms(const struct ts_outbox *outbox)
{
	return outbox->kind->due_ms(outbox);
}

bool ts_outbox_close(struct ts_outbox *outbox, int64_t deadline_ms)
{
	if (!outbox)
		return true;
	if (!outbox->kind->close(outbox, deadline_ms))
		return false;
	ts_chain_release(&outbox->waiting);
	free(outbox);
	return true;
}
