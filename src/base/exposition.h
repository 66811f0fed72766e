/* exposition.h - figures as Prometheus reads them (text format 0.0.4).
 *
 * A metric is written as one piece: its head once, then all its samples.  Its name is
 * without the program's prefix, its unit the base unit (seconds, bytes), and a
 * counter's ends in _total.
 *
 * Thread: any; plain data. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_EXPOSITION_H
#define TS_EXPOSITION_H
#include "base/buf.h"
#include <stdint.h>

enum ts_metric_type { TS_METRIC_COUNTER, TS_METRIC_GAUGE, TS_METRIC_HISTOGRAM };

enum { TS_METRIC_LABELS = 3 };

struct ts_metric {
	const char *name;
	enum ts_metric_type type;
	const char *labels[TS_METRIC_LABELS + 1]; /* their names; NULL ends them */
	const char *help;
};

/* The metrics of one part of the program, all that there may be. */
struct ts_metrics {
	const struct ts_metric *rows;
	size_t count;
};

const char *ts_metric_type_name(enum ts_metric_type type);

/* Append the metric's head. */
void ts_metric_begin(struct ts_buf *text, const struct ts_metric *metric);
/* Append a sample; `values` are its labels', in their order (NULL where it has none).
 */
void ts_metric_put(struct ts_buf *text, const struct ts_metric *metric,
		   const char *const *values, double number);
/* Both, for a metric without labels. */
void ts_metric_single(struct ts_buf *text, const struct ts_metric *metric,
		      double number);

/* How many took how long.  Zero-initialised is empty. */
enum { TS_HISTOGRAM_BUCKETS = 13 };
struct ts_histogram {
	int64_t counts[TS_HISTOGRAM_BUCKETS]; /* of each bucket alone */
	int64_t sum_ms;
};

void ts_histogram_add(struct ts_histogram *histogram, int64_t took_ms);
/* Append all samples of a metric that is a histogram, in seconds. */
void ts_histogram_put(struct ts_buf *text, const struct ts_metric *metric,
		      const char *const *values, const struct ts_histogram *histogram);

#endif
