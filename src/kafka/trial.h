/* trial.h - the in-memory trial broker of `tablesync up`.
 *
 * librdkafka's mock cluster: real clients can use it through its address, it keeps
 * nothing and has no groups' finer points (facts: no fencing, no transactions to rely
 * on).
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRIAL_H
#define TS_TRIAL_H
#include "kafka/topics.h"

struct ts_trial;

TS_MUST_CHECK bool ts_trial_start(struct ts_trial **ret_trial, struct ts_error *err);
/* "127.0.0.1:PORT", for bootstrap.servers; borrowed. */
const char *ts_trial_address(const struct ts_trial *trial);
/* Make all of them: it does not know CreateTopics. */
TS_MUST_CHECK bool ts_trial_create_topics(struct ts_trial *trial,
					  const struct ts_topics *topics,
					  struct ts_error *err);
void ts_trial_stop(struct ts_trial *trial);

#endif
