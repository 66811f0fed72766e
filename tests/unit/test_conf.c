/* test_conf.c - kafka/conf: what the engine relies on is set, whatever the user says.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "kafka/conf.h"

static struct ts_setting settings[] = {
    {"bootstrap.servers", "127.0.0.1:1"},
    {"group.id", "tablesync"},
    {"max.in.flight", "5"},
    {"linger.ms", "7"},
};
static const struct ts_config config = {
    .kafka = settings, .kafka_count = 4, .instance = ""};

static void assert_set(rd_kafka_t *handle, const char *key, const char *expected)
{
	char value[64];
	size_t size = sizeof(value);

	assert_int_equal(rd_kafka_conf_get(rd_kafka_conf(handle), key, value, &size),
			 RD_KAFKA_CONF_OK);
	assert_string_equal(value, expected);
}

/* librdkafka 2.0.2 with several requests in flight: of a partition whose leader is not
 * ready, the first batch is refused and the second taken; the first, sent again, counts
 * as a duplicate and is reported as delivered, though it is not there. */
static void an_acknowledged_reply_is_in_the_topic(void **state)
{
	struct ts_error err = {0};
	rd_kafka_t *producer = NULL;
	(void)state;

	assert_true(ts_kafka_producer_new(&config, 0, &producer, &err));
	assert_set(producer, "enable.idempotence", "true");
	assert_set(producer, "max.in.flight.requests.per.connection", "1");
	assert_set(producer, "linger.ms", "7");
	rd_kafka_destroy(producer);
}

static rd_kafka_t *make_consumer(const struct ts_config *with)
{
	struct ts_error err = {0};
	rd_kafka_t *consumer = NULL;

	assert_true(ts_kafka_consumer_new(with, &consumer, &err));
	return consumer;
}

static void nothing_is_committed_behind_the_engines_back(void **state)
{
	rd_kafka_t *consumer = make_consumer(&config);
	(void)state;

	assert_set(consumer, "enable.auto.commit", "false");
	assert_set(consumer, "enable.auto.offset.store", "false");
	assert_set(consumer, "partition.assignment.strategy", "range");
	assert_set(consumer, "session.timeout.ms", "10000");
	rd_kafka_destroy(consumer);
}

/* It waits for each commit that is under way before it joins its group again. */
static void a_commit_that_no_broker_answers_holds_the_group_up_for_seconds(void **state)
{
	rd_kafka_t *consumer = make_consumer(&config);
	(void)state;

	assert_set(consumer, "socket.timeout.ms", "15000");
	rd_kafka_destroy(consumer);
}

static void a_static_member_keeps_its_session_longer(void **state)
{
	struct ts_config with_name = config;
	rd_kafka_t *consumer;
	(void)state;

	with_name.instance = "one";
	consumer = make_consumer(&with_name);
	assert_set(consumer, "group.instance.id", "one");
	assert_set(consumer, "session.timeout.ms", "45000");
	rd_kafka_destroy(consumer);
}

static void a_wrong_setting_is_named_and_its_value_is_not(void **state)
{
	struct ts_setting wrong[] = {{"sasl.pasword", "hunter2"}, {"acks", "hunter2"}};
	struct ts_config one = {.kafka = wrong, .kafka_count = 1, .instance = ""};
	struct ts_error err = {0};
	(void)state;

	assert_true(ts_kafka_check(&config, &err));
	for (size_t i = 0; i < 2; i++) {
		one.kafka = &wrong[i];
		assert_false(ts_kafka_check(&one, &err));
		assert_int_equal(err.code, TS_E_CONFIG);
		assert_non_null(strstr(err.text, wrong[i].key));
		assert_null(strstr(err.text, "hunter2"));
	}
}

/* The broker aborts a transaction whose time is up: what is waited for within one must
 * have failed before. */
static void what_a_transaction_waits_for_ends_before_the_transaction(void **state)
{
	static char timeout_key[] = "transaction.timeout.ms", timeout[] = "6000";
	static char message_key[] = "message.timeout.ms", message[] = "900000";
	static char socket_key[] = "socket.timeout.ms", socket[] = "100";
	static const struct {
		size_t settings;
		const char *transaction, *message, *socket;
	} rows[] = {{1, "10000", "5000", "5000"},
		    {2, "6000", "3000", "3000"},
		    {4, "6000", "3000", "100"}};
	struct ts_setting own[] = {settings[0],
				   {timeout_key, timeout},
				   {message_key, message},
				   {socket_key, socket}};
	const struct ts_kafka_transactional how = {.id = "group-one",
						   .batch_bytes = 5000};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ts_config one = config;
		struct ts_error err = {0};
		rd_kafka_t *producer = NULL;

		one.kafka = own;
		one.kafka_count = rows[i].settings;
		assert_true(ts_kafka_transactional_new(&one, &how, &producer, &err));
		assert_set(producer, "transactional.id", "group-one");
		assert_set(producer, "transaction.timeout.ms", rows[i].transaction);
		assert_set(producer, "message.timeout.ms", rows[i].message);
		assert_set(producer, "socket.timeout.ms", rows[i].socket);
		assert_set(producer, "retry.backoff.ms", "1");
		assert_set(producer, "batch.size", "5000");
		assert_set(producer, "max.in.flight.requests.per.connection", "1");
		rd_kafka_destroy(producer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_acknowledged_reply_is_in_the_topic),
	    cmocka_unit_test(nothing_is_committed_behind_the_engines_back),
	    cmocka_unit_test(
		a_commit_that_no_broker_answers_holds_the_group_up_for_seconds),
	    cmocka_unit_test(a_static_member_keeps_its_session_longer),
	    cmocka_unit_test(what_a_transaction_waits_for_ends_before_the_transaction),
	    cmocka_unit_test(a_wrong_setting_is_named_and_its_value_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
