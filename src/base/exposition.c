/* exposition.c - see exposition.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/exposition.h"

#define PREFIX "tablesync_"

/* What each bucket of a histogram takes at most; the last one takes all. */
static const struct {
	int64_t ms;
	const char *seconds;
} bounds[TS_HISTOGRAM_BUCKETS] = {
    {5, "0.005"},  {10, "0.01"},  {25, "0.025"},       {50, "0.05"},  {100, "0.1"},
    {250, "0.25"}, {500, "0.5"},  {1000, "1"},         {2500, "2.5"}, {5000, "5"},
    {10000, "10"}, {30000, "30"}, {INT64_MAX, "+Inf"},
};

const char *ts_metric_type_name(enum ts_metric_type type)
{
	switch (type) {
	case TS_METRIC_COUNTER:
		return "counter";
	case TS_METRIC_GAUGE:
		return "gauge";
	case TS_METRIC_HISTOGRAM:
		break;
	}
	return "histogram";
}

void ts_metric_begin(struct ts_buf *text, const struct ts_metric *metric)
{
	ts_buf_printf(text, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n",
		      metric->name, metric->help, metric->name,
		      ts_metric_type_name(metric->type));
}

static void put_label(struct ts_buf *text, char before, const char *name,
		      const char *value)
{
	ts_buf_putc(text, before);
	ts_buf_puts(text, name);
	ts_buf_puts(text, "=\"");
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			ts_buf_putc(text, '\\');
		if (*value == '\n')
			ts_buf_puts(text, "\\n");
		else
			ts_buf_putc(text, *value);
	}
	ts_buf_putc(text, '"');
}

/* The sample up to its number; `bucket` NULL: it is none of a histogram's. */
static void put_name(struct ts_buf *text, const struct ts_metric *metric,
		     const char *suffix, const char *const *values, const char *bucket)
{
	char before = '{';

	ts_buf_puts(text, PREFIX);
	ts_buf_puts(text, metric->name);
	ts_buf_puts(text, suffix);
	for (size_t i = 0; metric->labels[i]; i++) {
		put_label(text, before, metric->labels[i], values[i]);
		before = ',';
	}
	if (bucket) {
		put_label(text, before, "le", bucket);
		before = ',';
	}
	ts_buf_puts(text, before == ',' ? "} " : " ");
}

void ts_metric_put(struct ts_buf *text, const struct ts_metric *metric,
		   const char *const *values, double number)
{
	put_name(text, metric, "", values, NULL);
	ts_buf_printf(text, "%.15g\n", number);
}

void ts_metric_single(struct ts_buf *text, const struct ts_metric *metric,
		      double number)
{
	ts_metric_begin(text, metric);
	ts_metric_put(text, metric, NULL, number);
}

void ts_histogram_add(struct ts_histogram *histogram, int64_t took_ms)
{
	size_t at = 0;

	while (took_ms > bounds[at].ms)
		at++;
	histogram->counts[at]++;
	histogram->sum_ms += took_ms;
}

void ts_histogram_put(struct ts_buf *text, const struct ts_metric *metric,
		      const char *const *values, const struct ts_histogram *histogram)
{
	int64_t count = 0;

	for (size_t i = 0; i < TS_HISTOGRAM_BUCKETS; i++) {
		count += histogram->counts[i];
		put_name(text, metric, "_bucket", values, bounds[i].seconds);
		ts_buf_printf(text, "%lld\n", (long long)count);
	}
	put_name(text, metric, "_sum", values, NULL);
	ts_buf_printf(text, "%.15g\n", (double)histogram->sum_ms / 1000);
	put_name(text, metric, "_count", values, NULL);
	ts_buf_printf(text, "%lld\n", (long long)count);
}
