/* trigger_probe.c - is there a connection to Kafka?  See trigger.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/trigger.h"

static const struct ts_metric connected = {
    "trigger_connected",
    TS_METRIC_GAUGE,
    {0},
    "1 while jobs can be published to Kafka, else 0"};

const struct ts_metrics ts_trigger_metrics = {&connected, 1};

static void print(void *part, struct ts_buf *text)
{
	ts_metric_single(text, &connected, ts_trigger_is_connected(part));
}

static bool is_ready(void *part, struct ts_buf *lines)
{
	ts_buf_printf(lines, "kafka: %s\n",
		      ts_trigger_is_connected(part) ? "ok"
						    : "no connection, so no jobs");
	return true;
}

struct ts_probe ts_trigger_probe(struct ts_trigger *trigger)
{
	return (struct ts_probe){.part = trigger, .print = print, .is_ready = is_ready};
}
