/* test_record.c - kafka/record: what is left to write of a job after refusals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include "kafka/record.h"

/* Exactly once: its transaction was aborted, so neither of its records is there. */
static void a_letter_that_was_aborted_is_still_to_be_written(void **state)
{
	struct ts_tally tally = {0};
	const struct ts_records records = {.tally = &tally};
	struct ts_task *task = ts_task_new();
	(void)state;

	task->fate = TS_FATE_LETTER;
	task->records = TS_RECORD_LETTER | TS_RECORD_REPLY;
	task->request.reply_partition = -1;
	assert_true(ts_record_amend(&records, task, TS_RECORD_REPLY,
				    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE));
	assert_int_equal(task->records, TS_RECORD_LETTER);
	ts_task_free(task);
}

/* A compacted topic takes no record without a key: the same again later is in vain, and
 * in a transaction it is in vain for everybody. */
static void a_reply_that_the_default_topic_never_takes_is_given_up(void **state)
{
	static const rd_kafka_resp_err_t codes[] = {
	    RD_KAFKA_RESP_ERR_INVALID_RECORD,
	    RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
	    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
	};
	struct ts_tally tally = {0};
	const struct ts_records records = {.tally = &tally};
	(void)state;

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct ts_task *task = ts_task_new();

		task->fate = TS_FATE_ANSWER;
		task->records = TS_RECORD_REPLY;
		task->request.reply_partition = -1;
		if (!ts_record_amend(&records, task, TS_RECORD_REPLY, codes[i]) ||
		    task->records != TS_RECORD_LETTER)
			fail_msg("%s is waited out for ever",
				 rd_kafka_err2name(codes[i]));
		ts_task_free(task);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_letter_that_was_aborted_is_still_to_be_written),
	    cmocka_unit_test(a_reply_that_the_default_topic_never_takes_is_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
