/* fault.h - what an error of a transactional call means.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FAULT_H
#define TS_FAULT_H
#include <librdkafka/rdkafka.h>
#include <stdbool.h>

/* What is to be done about an error of a transactional call. */
enum ts_remedy {
	TS_REMEDY_NONE,    /* there is none */
	TS_REMEDY_REPEAT,  /* the same call once more */
	TS_REMEDY_ABORT,   /* abort, then AGAIN */
	TS_REMEDY_DISOWN,  /* abort, then DISOWNED */
	TS_REMEDY_GIVE_UP, /* UNFIT */
};
struct ts_fault {
	rd_kafka_resp_err_t code;
	bool is_fatal, is_retriable, requires_abort; /* as rd_kafka_error_… say */
	bool is_committing; /* of rd_kafka_commit_transaction */
};
enum ts_remedy ts_fault_judge(const struct ts_fault *fault);

#endif
