/* refusals.h - records of a transaction that their topics do not take.
 *
 * One of them has the whole transaction aborted.  So it must be known which it is, also
 * where neither the broker nor librdkafka says so, and what is known is not tried
 * again.  The task has it then as its `refusal`.
 *
 * Thread: the transactor's. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REFUSALS_H
#define TS_REFUSALS_H
#include "kafka/transaction.h"

/* Serves a delivery report; `opaque` is the struct ts_runner. */
void ts_refusals_report(rd_kafka_t *producer, const rd_kafka_message_t *report,
			void *opaque);
/* The first refusal of a task counts; the next is met in the next transaction. */
void ts_refuse(struct ts_runner *runner, struct ts_task *task, enum ts_record which,
	       rd_kafka_resp_err_t code);

/* Before it begins: is there a topic among them that takes nothing just now? */
bool ts_refusals_foresee(struct ts_runner *runner, struct ts_transaction *transaction);
/* It takes strangely long: was a topic deleted?  Asks the broker. */
void ts_refusals_find_gone(struct ts_runner *runner,
			   struct ts_transaction *transaction);
/* It is aborted: transaction->code concerns a topic, but which? */
void ts_refusals_find_culprits(struct ts_runner *runner,
			       struct ts_transaction *transaction);
/* Why it is aborted, as its `code` and `err`. */
void ts_refusals_explain(struct ts_transaction *transaction);

#endif
