/* report.c - the memory of report.h; load.c fills it, print.c shows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"
#include "base/mem.h"
#include "config/options.h"
#include <stdlib.h>

static void release_given(struct ts_given *given, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(given[i].text);
		free(given[i].place);
	}
}

void ts_report_release(struct ts_report *report)
{
	if (report->options)
		release_given(report->options, ts_options.count);
	if (report->datasources)
		release_given(report->datasources,
			      report->datasource_count * ts_datasource_options.count);
	for (size_t i = 0; i < report->kafka_count; i++) {
		free(report->kafka[i].key);
		release_given(&report->kafka[i].given, 1);
	}
	free(report->options);
	free(report->datasources);
	free(report->datasource_places);
	free(report->kafka);
	free(report->file);
	ts_findings_release(&report->findings);
	*report = (struct ts_report){0};
}

void ts_given_set(struct ts_given *given, const struct ts_place *place,
		  const char *text)
{
	release_given(given, 1);
	*given = (struct ts_given){ts_strdup(text), ts_strdup(place->name), place->line,
				   place->column};
}

struct ts_place ts_given_place(const struct ts_given *given)
{
	return (struct ts_place){given->place, given->line, given->column};
}
