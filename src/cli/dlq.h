/* dlq.h - `tablesync dlq`: what its actions have in common.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DLQ_H
#define TS_DLQ_H
#include "base/json.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "kafka/letter_terms.h"
#include "kafka/letters.h"

struct ts_dlq_flags {
	struct ts_letter_terms terms;
	bool is_all, is_dry_run, is_each;
	int64_t rate, max_replays; /* 0: not set */
};

/* A command line that was judged; all borrowed but the filter. */
struct ts_dlq {
	const struct ts_config *config;
	const struct ts_dlq_flags *flags;
	const struct ts_flags *line;
	struct ts_letter_filter filter;
};

/* The actions; line->args[0] is the name of the action. */
enum ts_exit ts_dlq_list(const struct ts_dlq *dlq);
enum ts_exit ts_dlq_show(const struct ts_dlq *dlq);
enum ts_exit ts_dlq_replay(const struct ts_dlq *dlq);
enum ts_exit ts_dlq_discard(const struct ts_dlq *dlq);

/* Print to stdout and release it. */
void ts_dlq_put_json(TS_TAKES json_t *value);
/* There is nothing: say so, as it is asked for. */
void ts_dlq_say_none(const struct ts_dlq *dlq, const struct ts_letters *letters);

#endif
