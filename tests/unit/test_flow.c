/* test_flow.c - kafka/flow: records that are held take no room from others. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include "base/clock.h"
#include "kafka/flow.h"

/* Instead of the pool's: what was handed to it. */
static struct ts_chain submitted;

void ts_pool_submit(struct ts_pool *pool, struct ts_chain *tasks)
{
	(void)pool;
	ts_chain_join(&submitted, tasks);
}

void ts_pool_collect(struct ts_pool *pool, struct ts_chain *ret_tasks)
{
	(void)pool;
	(void)ret_tasks;
}

void ts_pool_drop(struct ts_pool *pool, struct ts_chain *ret_tasks)
{
	(void)pool;
	(void)ret_tasks;
}

static void a_held_job_that_takes_the_last_room_begins_when_it_is_due(void **state)
{
	static const struct ts_topic retry = {.role = TS_TOPIC_RETRY, .delay_ms = 1000};
	char reason[256];
	rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_CONSUMER, rd_kafka_conf_new(),
					  reason, sizeof(reason));
	struct ts_partition partition = {.topic = &retry,
					 .queue = rd_kafka_queue_new(handle)};
	struct ts_assignment assignment = {.partitions = &partition,
					   .count = 1,
					   .in_flight = 1,
					   .held = 1,
					   .state = TS_ASSIGNMENT_RUNNING};
	struct ts_poke poke = {0};
	struct ts_flow flow = {.assignment = &assignment,
			       .poke = &poke,
			       .limit = 1,
			       .alive = 1,
			       .due_ms = TS_FOREVER};
	const int64_t now = ts_now_ms();
	struct ts_error err;
	(void)state;

	partition.held = ts_task_new();
	partition.held->due_ms = now - 1;
	assert_true(ts_flow_read(&flow, now, &err));
	assert_int_equal(submitted.count, 1); /* else nobody ever will */
	ts_chain_release(&submitted);
	rd_kafka_queue_destroy(partition.queue);
	rd_kafka_destroy(handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_held_job_that_takes_the_last_room_begins_when_it_is_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
