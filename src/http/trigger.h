/* trigger.h - publishes jobs for requests, and answers each when its reply comes.
 *
 *   handler ──submit──▶ Kafka ──▶ workers ──▶ replies ──▶ dispatcher ──done──▶ answer
 *
 * A waiting request costs no thread: one dispatcher takes the replies, looks for waits
 * that have run out, and connects to Kafka, again and again where it is away.  Until it
 * is there, each submission fails at once.
 *
 * Thread: start and stop from one thread; submit from any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRIGGER_H
#define TS_TRIGGER_H
#include "base/exposition.h"
#include "base/probe.h"
#include "config/config.h"
#include "http/call.h"

struct ts_trigger;
struct ts_figures;
struct ts_inquiry;
struct ts_job_log;

enum ts_trigger_status {
	TS_TRIGGER_ANSWERED,  /* there is a reply */
	TS_TRIGGER_PUBLISHED, /* it has not come, or nobody waits; the job goes on */
	TS_TRIGGER_FAILED,    /* the job is not, or may not be, on its topic */
};

/* What came of a submission; borrowed. */
struct ts_trigger_result {
	enum ts_trigger_status status;
	const char *job_id; /* "" where it is not known */
	const char *reply;  /* design.md 4.2; NULL without */
	size_t reply_len;
	const struct ts_error *err; /* TS_TRIGGER_FAILED */
};

/* A job, and what is to be done when there is something to tell.  Texts are borrowed
 * for the call of ts_trigger_submit. */
struct ts_trigger_order {
	int32_t datasource_id;
	const char *schema, *table;
	bool is_view;
	const char *traceparent, *tracestate; /* NULL: none */
	/* How long the reply is waited for; 0: not at all, the job's place is all. */
	int64_t wait_ms;
	/* Somebody waits: `x-deadline`, http.wait from now on.  Who waits for less goes
	 * earlier, but the job goes on. */
	bool has_deadline;
	/* Writes the answer into the call, on whatever thread; called once. */
	void (*done)(struct ts_call *call, const struct ts_trigger_result *result);
};

/* What it works with; borrowed. */
struct ts_trigger_parts {
	const struct ts_config *config;
	struct ts_inquiry *inquiry; /* NULL: there is no Kafka in the configuration */
	struct ts_job_log *log;     /* is told of jobs that wait */
	struct ts_figures *figures; /* NULL: nobody counts */
};

/* Starts without waiting for Kafka. */
TS_MUST_CHECK bool ts_trigger_start(const struct ts_trigger_parts *parts,
				    struct ts_trigger **ret_trigger,
				    struct ts_error *err);
/* From now on take no order; what waits is answered when its reply comes until
 * `deadline_ms`, and then with what is known. */
void ts_trigger_drain(struct ts_trigger *trigger, int64_t deadline_ms);
/* Nothing may wait any more; within some seconds.  NULL is fine. */
void ts_trigger_stop(struct ts_trigger *trigger);

/* To Kafka. */
bool ts_trigger_is_connected(struct ts_trigger *trigger);
/* Tells so.  Without Kafka the rest can be used, so it is ready in any case. */
struct ts_probe ts_trigger_probe(struct ts_trigger *trigger);
extern const struct ts_metrics ts_trigger_metrics;

/* Publish the job and answer the call later (later.h).  False, and the call is to be
 * answered with the error at once: TS_E_PUBLISH_FAILED, TS_E_BUSY. */
TS_MUST_CHECK bool ts_trigger_submit(struct ts_trigger *trigger, struct ts_call *call,
				     const struct ts_trigger_order *order,
				     struct ts_error *err);

#endif
