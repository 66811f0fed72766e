/* tally.c - see tally.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/tally.h"
#include "base/log.h"
#include <stddef.h>

/* First the counters, then the histograms, then what is told by its error. */
enum { ANSWERED = TS_TALLY_COUNT + TS_DURATION_COUNT, METRICS };

static const struct ts_metric metrics[METRICS] = {
#define X(id, name, help) [id] = {name, TS_METRIC_COUNTER, {0}, help},
    TS_TALLIES(X)
#undef X
#define X(id, name, help)                                                              \
	[TS_TALLY_COUNT + id] = {name, TS_METRIC_HISTOGRAM, {0}, help},
	TS_DURATIONS(X)
#undef X
	    [ANSWERED] = {"jobs_answered_total",
			  TS_METRIC_COUNTER,
			  {"result", "error"},
			  "jobs that were answered, and with which error"},
};

const struct ts_metrics ts_tally_metrics = {metrics, METRICS};

void ts_tally_add(struct ts_tally *tally, enum ts_tally_id which, int64_t n)
{
	tally->values[which] += n;
}

void ts_tally_time(struct ts_tally *tally, enum ts_duration_id which, int64_t took_ms)
{
	ts_histogram_add(&tally->durations[which], took_ms);
}

void ts_tally_log(const struct ts_tally *tally)
{
	struct ts_field fields[TS_TALLY_COUNT + 3] = {0};
	int64_t errors = 0;
	size_t count = 0;

	for (size_t i = 0; i < TS_TALLY_COUNT; i++)
		if (tally->values[i])
			fields[count++] = TS_INT(metrics[i].name, tally->values[i]);
	for (size_t code = TS_OK + 1; code < TS_CODE_COUNT; code++)
		errors += tally->answered[code];
	fields[count++] = TS_INT("jobs_ok", tally->answered[TS_OK]);
	fields[count++] = TS_INT("jobs_error", errors);
	ts_log_event(TS_LOG_INFO, "worker.counted", fields);
}

static void print_answered(const struct ts_tally *tally, struct ts_buf *text)
{
	const struct ts_metric *metric = &metrics[ANSWERED];

	ts_metric_begin(text, metric);
	for (int code = TS_OK; code < TS_CODE_COUNT; code++) {
		const char *values[] = {
		    code == TS_OK ? "ok" : "error",
		    code == TS_OK ? "" : ts_code_name((enum ts_code)code),
		};

		if (code == TS_OK || tally->answered[code])
			ts_metric_put(text, metric, values,
				      (double)tally->answered[code]);
	}
}

void ts_tally_print(const struct ts_tally *tally, struct ts_buf *text)
{
	print_answered(tally, text);
	for (size_t i = 0; i < TS_TALLY_COUNT; i++)
		ts_metric_single(text, &metrics[i], (double)tally->values[i]);
	for (size_t i = 0; i < TS_DURATION_COUNT; i++) {
		const struct ts_metric *metric = &metrics[TS_TALLY_COUNT + i];

		ts_metric_begin(text, metric);
		ts_histogram_put(text, metric, NULL, &tally->durations[i]);
	}
}
