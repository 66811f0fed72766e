/* transactor.h - exactly once: records and offsets in one Kafka transaction.
 *
 *   engine ──submit──▶ begin ─ produce ─ offsets ─ commit ──▶ collect ──▶ engine
 *                        └────────── abort ◀─┘
 *
 * A thread owns the transactional producer and runs one transaction at a time; the
 * engine goes on meanwhile.  What was handed in comes back exactly once, with a
 * verdict.  Readers that are read_committed see all of a transaction or nothing.
 *
 * Thread: all functions by one thread (the engine). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRANSACTOR_H
#define TS_TRANSACTOR_H
#include "config/config.h"
#include "kafka/transaction.h"

struct ts_transactor;

/* Make the producer, make sure that nobody else holds its transactional id (who did is
 * fenced, what it had open is aborted), and start the thread.  Borrows `config` and
 * `records`.  `wake_fd`, an eventfd, is written when there is something to collect.
 * Waits for Kafka; TS_E_BROKER when it is not done by the deadline, not allowed, or
 * `stop_fd` (-1: none) has become readable. */
TS_MUST_CHECK bool ts_transactor_start(const struct ts_config *config,
				       const struct ts_records *records, int wake_fd,
				       int stop_fd, int64_t deadline_ms,
				       struct ts_transactor **ret_transactor,
				       struct ts_error *err);

/* Is there nothing that was submitted and not collected? */
bool ts_transactor_is_idle(const struct ts_transactor *transactor);
/* Run this transaction; leaves `transaction` empty.  Only when idle. */
void ts_transactor_submit(struct ts_transactor *transactor,
			  struct ts_transaction *transaction);
/* True: `ret_transaction` is the one that was submitted, with its verdict; tasks whose
 * record was refused are amended.  Where it has not come to its end for far too long,
 * it is UNFIT, and without its tasks: call this from time to time. */
bool ts_transactor_collect(struct ts_transactor *transactor,
			   struct ts_transaction *ret_transaction);

/* Abort what is open, end the thread, free everything.  False where librdkafka did not
 * come back by the deadline: then all is left as it is, and the process should end
 * without further cleaning up. */
bool ts_transactor_stop(struct ts_transactor *transactor, int64_t deadline_ms);

#endif
