/* generate.c - prints a text that is written from the program's tables.
 *
 *   generate sample     deploy/tablesync.yaml
 *   generate options    the README between <!-- options --> and <!-- /options -->
 *   generate errors     the README between <!-- errors --> and <!-- /errors -->
 *   generate metrics    the README between <!-- metrics --> and <!-- /metrics -->
 *
 * test_generated.py compares them, and writes them anew. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"
#include "config/manual.h"
#include "http/checkup.h"
#include "http/figures.h"
#include "http/trigger.h"
#include "kafka/board.h"
#include <stdio.h>
#include <string.h>

static void put_metrics(const char *who, const struct ts_metrics *metrics,
			struct ts_buf *text)
{
	for (size_t i = 0; i < metrics->count; i++) {
		const struct ts_metric *metric = &metrics->rows[i];

		ts_buf_printf(text, "| `tablesync_%s` | %s | %s |", metric->name,
			      ts_metric_type_name(metric->type), who);
		for (size_t label = 0; metric->labels[label]; label++)
			ts_buf_printf(text, "%s `%s`", label ? "," : "",
				      metric->labels[label]);
		ts_buf_printf(text, " | %s |\n", metric->help);
	}
}

static void put_all_metrics(struct ts_buf *text)
{
	ts_buf_puts(text, "| metric | type | of | labels | what it tells |\n"
			  "|---|---|---|---|---|\n");
	put_metrics("both", &ts_process_metrics, text);
	for (size_t i = 0; ts_board_metrics[i]; i++)
		put_metrics("worker", ts_board_metrics[i], text);
	put_metrics("serve", &ts_figures_metrics, text);
	put_metrics("serve", &ts_checkup_metrics, text);
	put_metrics("serve", &ts_trigger_metrics, text);
}

static const struct text {
	const char *name;
	void (*put)(struct ts_buf *text);
} texts[] = {
    {"sample", ts_options_sample},
    {"options", ts_options_markdown},
    {"errors", ts_errors_markdown},
    {"metrics", put_all_metrics},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(texts) / sizeof(*texts); i++) {
		TS_AUTO(ts_buf) text = {0};

		if (strcmp(texts[i].name, argv[1]) != 0)
			continue;
		texts[i].put(&text);
		fputs(ts_buf_text(&text), stdout);
		return 0;
	}
	fputs("usage: generate sample|options|errors|metrics\n", stderr);
	return 2;
}
