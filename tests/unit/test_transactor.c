/* test_transactor.c - kafka/transactor: what becomes of a transaction when Kafka
 * refuses.
 *
 * Against librdkafka's mock broker, which can refuse on command.  It neither hides
 * aborted records nor fences nor keeps offsets of transactions: what readers see, and
 * who is fenced, is shown on a real broker in tests/system/test_exactly_once.py. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/conf.h"
#include "kafka/fault.h"
#include "kafka/membership.h"
#include "kafka/transactor.h"

enum { /* keys of the Kafka protocol */
       PRODUCE = 0,
       INIT_PRODUCER_ID = 22,
       ADD_PARTITIONS_TO_TXN = 24,
       END_TXN = 26,
       TXN_OFFSET_COMMIT = 28,
};
enum { LONG_MS = 20000, BROKER = 1 };

static char jobs[] = "jobs", replies[] = "replies", instance[] = "one";
static char billing[] = "billing", audit[] = "audit";
static char *allowed[] = {billing, audit};
static char servers_key[] = "bootstrap.servers", group_key[] = "group.id";
static char timeout_key[] = "transaction.timeout.ms";
static char group[] = "workers", timeout[] = "1500";

static struct ts_destinations *destinations;

/* A mock broker, and a transactor that writes to it. */
struct site {
	rd_kafka_t *handle;
	rd_kafka_mock_cluster_t *cluster;
	char servers[64];
	struct ts_setting settings[3];
	struct ts_config config;
	struct ts_topics topics;
	struct ts_tally tally;
	struct ts_records records;
	struct ts_transactor *transactor;
	int wake_fd;
	int64_t offset;
};

static void open_broker(struct site *site)
{
	static const char *const topics[] = {"jobs", "replies", "billing", "audit",
					     "jobs-dlt"};
	char reason[256];

	*site = (struct site){.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
	site->handle = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason,
				    sizeof(reason));
	site->cluster = rd_kafka_mock_cluster_new(site->handle, 1);
	for (size_t i = 0; i < sizeof(topics) / sizeof(*topics); i++)
		rd_kafka_mock_topic_create(site->cluster, topics[i], 1, 1);
	snprintf(site->servers, sizeof(site->servers), "%s",
		 rd_kafka_mock_cluster_bootstraps(site->cluster));
	site->settings[0] = (struct ts_setting){servers_key, site->servers};
	site->settings[1] = (struct ts_setting){group_key, group};
	site->settings[2] = (struct ts_setting){timeout_key, timeout};
	site->config = (struct ts_config){
	    .kafka = site->settings,
	    .kafka_count = 3,
	    .topics = {.jobs = jobs, .replies = replies, .reply_allow = {allowed, 2}},
	    .instance = instance,
	};
	ts_topics_make(&site->config, &site->topics);
	site->records = (struct ts_records){
	    .config = &site->config,
	    .topics = &site->topics,
	    .destinations = destinations,
	    .group = group,
	    .record_bytes = 1000000,
	    .tally = &site->tally,
	};
}

static void close_site(struct site *site)
{
	if (site->transactor)
		assert_true(
		    ts_transactor_stop(site->transactor, ts_now_ms() + LONG_MS));
	ts_topics_release(&site->topics);
	rd_kafka_mock_cluster_destroy(site->cluster);
	rd_kafka_destroy(site->handle);
	close(site->wake_fd);
}

/* As a broker knows them; asked once, since the mock takes a second to say no more. */
static int look_up_destinations(void **state)
{
	struct ts_error err = {0};
	rd_kafka_t *consumer;
	struct site site;
	bool ok;
	(void)state;

	open_broker(&site);
	if (!ts_kafka_consumer_new(&site.config, &consumer, &err))
		return -1;
	ok = ts_destinations_new(&site.config, consumer, ts_now_ms() + LONG_MS,
				 &destinations, &err);
	rd_kafka_destroy_flags(consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	close_site(&site);
	return ok ? 0 : -1;
}

static int free_destinations(void **state)
{
	(void)state;
	ts_destinations_free(destinations);
	return 0;
}

static void open_site(struct site *site)
{
	struct ts_error err = {0};

	open_broker(site);
	if (!ts_transactor_start(&site->config, &site->records, site->wake_fd, -1,
				 ts_now_ms() + LONG_MS, &site->transactor, &err))
		fail_msg("%s", err.text);
}

static void refuse_next(struct site *site, int16_t request, rd_kafka_resp_err_t code)
{
	rd_kafka_mock_push_request_errors_array(site->cluster, request, 1, &code);
}

/* A job whose reply goes to `topic`; NULL: to the default one. */
static struct ts_task *make_task(struct site *site, const char *topic)
{
	static const char job[] = "{\"datasource_id\": 8, \"schema\": \"main\", "
				  "\"table\": \"t\"}";
	const struct ts_header header = {"replyTo", topic, topic ? strlen(topic) : 0};
	const struct ts_message message = {
	    .topic = jobs,
	    .offset = ++site->offset,
	    .timestamp_ms = 1,
	    .value = job,
	    .value_len = sizeof(job) - 1,
	    .headers = &header,
	    .header_count = topic ? 1 : 0,
	};
	struct ts_task *task = ts_task_new();

	task->message = ts_message_copy(&message);
	assert_true(ts_request_make(task->message, &task->request, &task->err));
	ts_buf_puts(&task->reply, "{\"status\": \"ok\", \"warnings\": []}");
	task->fate = TS_FATE_ANSWER;
	ts_record_prepare(&site->records, task);
	return task;
}

static struct ts_transaction run(struct site *site, struct ts_chain *tasks)
{
	struct ts_transaction transaction = {0};
	struct pollfd wake = {.fd = site->wake_fd, .events = POLLIN};
	const int64_t deadline = ts_now_ms() + LONG_MS;
	eventfd_t count;

	ts_chain_join(&transaction.tasks, tasks);
	transaction.offsets = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(transaction.offsets, jobs, 0)->offset =
	    site->offset + 1;
	transaction.group =
	    rd_kafka_consumer_group_metadata_new_with_genid(group, 1, "member", NULL);
	assert_true(ts_transactor_is_idle(site->transactor));
	ts_transactor_submit(site->transactor, &transaction);
	assert_false(ts_transactor_is_idle(site->transactor));
	while (!ts_transactor_collect(site->transactor, &transaction)) {
		assert_in_range(ts_now_ms(), 0, deadline);
		poll(&wake, 1, 100); /* it may have to be asked, as by the engine */
		(void)!eventfd_read(site->wake_fd, &count);
	}
	return transaction;
}

static struct ts_transaction run_one(struct site *site, const char *topic)
{
	struct ts_chain tasks = {0};

	ts_chain_add(&tasks, make_task(site, topic));
	return run(site, &tasks);
}

static void assert_commits(struct site *site)
{
	struct ts_transaction transaction = run_one(site, NULL);

	assert_int_equal(transaction.verdict, TS_VERDICT_COMMITTED);
	assert_int_equal(transaction.err.code, TS_OK);
	assert_int_equal(transaction.tasks.count, 1);
	ts_transaction_release(&transaction);
}

static void every_error_has_one_remedy(void **state)
{
	static const struct {
		struct ts_fault fault;
		enum ts_remedy remedy;
	} rows[] = {
	    {{.code = RD_KAFKA_RESP_ERR__TIMED_OUT, .is_retriable = true},
	     TS_REMEDY_REPEAT},
	    {{.code = RD_KAFKA_RESP_ERR__TIMED_OUT,
	      .is_retriable = true,
	      .is_committing = true},
	     TS_REMEDY_REPEAT},
	    {{.code = RD_KAFKA_RESP_ERR__TIMED_OUT, .requires_abort = true},
	     TS_REMEDY_ABORT},
	    {{.code = RD_KAFKA_RESP_ERR__TIMED_OUT,
	      .requires_abort = true,
	      .is_committing = true},
	     TS_REMEDY_GIVE_UP},
	    {{.code = RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, .requires_abort = true},
	     TS_REMEDY_ABORT},
	    {{.code = RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .requires_abort = true},
	     TS_REMEDY_DISOWN},
	    {{.code = RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, .requires_abort = true},
	     TS_REMEDY_DISOWN},
	    {{.code = RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, .requires_abort = true},
	     TS_REMEDY_DISOWN},
	    {{.code = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
	      .requires_abort = true},
	     TS_REMEDY_ABORT},
	    {{.code = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
	      .requires_abort = true},
	     TS_REMEDY_GIVE_UP},
	    {{.code = RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE,
	      .requires_abort = true},
	     TS_REMEDY_GIVE_UP},
	    {{.code = RD_KAFKA_RESP_ERR__FENCED, .is_fatal = true}, TS_REMEDY_GIVE_UP},
	    {{.code = RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, .is_fatal = true},
	     TS_REMEDY_GIVE_UP},
	    {{.code = RD_KAFKA_RESP_ERR__STATE}, TS_REMEDY_GIVE_UP},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (ts_fault_judge(&rows[i].fault) != rows[i].remedy)
			fail_msg("row %zu: %s", i,
				 rd_kafka_err2name(rows[i].fault.code));
}

static void what_is_committed_comes_back_once(void **state)
{
	struct ts_transaction none;
	struct site site;
	(void)state;

	open_site(&site);
	for (int i = 0; i < 3; i++)
		assert_commits(&site);
	assert_false(ts_transactor_collect(site.transactor, &none));
	close_site(&site);
}

/* The group has gone on without this process: its jobs are run elsewhere. */
static void offsets_of_a_former_member_are_disowned(void **state)
{
	static const rd_kafka_resp_err_t codes[] = {
	    RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
	    RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
	    RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
	};
	struct site site;
	(void)state;

	open_site(&site);
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct ts_transaction transaction;

		refuse_next(&site, TXN_OFFSET_COMMIT, codes[i]);
		transaction = run_one(&site, NULL);
		assert_int_equal(transaction.verdict, TS_VERDICT_DISOWNED);
		assert_int_equal(transaction.tasks.count, 1);
		ts_transaction_release(&transaction);
		assert_commits(&site);
	}
	close_site(&site);
}

static void a_refused_record_is_amended_and_the_others_stay_as_they_are(void **state)
{
	struct ts_chain tasks = {0};
	struct ts_transaction transaction;
	struct ts_task *refused, *other;
	struct site site;
	(void)state;

	open_site(&site);
	refused = make_task(&site, "billing");
	other = make_task(&site, NULL);
	rd_kafka_mock_topic_set_error(site.cluster, "billing",
				      RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION);
	ts_chain_add(&tasks, refused);
	ts_chain_add(&tasks, other);
	transaction = run(&site, &tasks);
	assert_int_equal(transaction.verdict, TS_VERDICT_AGAIN);
	assert_true(transaction.is_amended);
	assert_null(refused->request.reply_topic);
	assert_non_null(strstr(ts_buf_text(&refused->reply), "billing"));
	assert_null(strstr(ts_buf_text(&other->reply), "billing"));

	ts_chain_join(&tasks, &transaction.tasks);
	ts_transaction_release(&transaction);
	transaction = run(&site, &tasks);
	assert_int_equal(transaction.verdict, TS_VERDICT_COMMITTED);
	ts_transaction_release(&transaction);
	close_site(&site);
}

/* Otherwise each job that names it would have everybody's transaction aborted. */
static void a_topic_that_refused_is_not_tried_again_at_once(void **state)
{
	struct ts_transaction transaction;
	struct site site;
	(void)state;

	open_site(&site);
	rd_kafka_mock_topic_set_error(site.cluster, "billing",
				      RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION);
	transaction = run_one(&site, "billing");
	ts_transaction_release(&transaction);
	/* It would take a record now: so what is refused was not sent. */
	rd_kafka_mock_topic_set_error(site.cluster, "billing",
				      RD_KAFKA_RESP_ERR_NO_ERROR);
	transaction = run_one(&site, "billing");
	assert_int_equal(transaction.verdict, TS_VERDICT_AGAIN);
	assert_true(transaction.is_amended);
	assert_null(transaction.tasks.head->request.reply_topic);
	ts_transaction_release(&transaction);
	close_site(&site);
}

/* The broker says that some topic may not be written, librdkafka does not say which. */
static void a_forbidden_topic_is_the_one_that_never_worked(void **state)
{
	struct ts_chain tasks = {0};
	struct ts_transaction transaction;
	struct ts_task *forbidden, *other;
	struct site site;
	(void)state;

	open_site(&site);
	transaction = run_one(&site, "audit");
	assert_int_equal(transaction.verdict, TS_VERDICT_COMMITTED);
	ts_transaction_release(&transaction);

	forbidden = make_task(&site, "billing");
	other = make_task(&site, "audit");
	ts_chain_add(&tasks, forbidden);
	ts_chain_add(&tasks, other);
	/* of both at once, then of the one that is tried alone */
	refuse_next(&site, ADD_PARTITIONS_TO_TXN,
		    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	refuse_next(&site, ADD_PARTITIONS_TO_TXN,
		    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	transaction = run(&site, &tasks);
	assert_int_equal(transaction.verdict, TS_VERDICT_AGAIN);
	assert_true(transaction.is_amended);
	assert_null(forbidden->request.reply_topic);
	assert_string_equal(other->request.reply_topic, "audit");
	ts_transaction_release(&transaction);
	close_site(&site);
}

static void a_fenced_process_is_told_to_end_and_gets_its_jobs_back(void **state)
{
	struct ts_transaction transaction;
	struct site site;
	(void)state;

	open_site(&site);
	refuse_next(&site, END_TXN, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
	transaction = run_one(&site, NULL);
	assert_int_equal(transaction.verdict, TS_VERDICT_UNFIT);
	assert_int_equal(transaction.err.code, TS_E_BROKER);
	assert_int_equal(transaction.tasks.count, 1);
	ts_transaction_release(&transaction);
	transaction = run_one(&site, NULL);
	assert_int_equal(transaction.verdict, TS_VERDICT_UNFIT);
	ts_transaction_release(&transaction);
	close_site(&site);
}

static void what_passes_is_waited_for(void **state)
{
	static const struct {
		int16_t request;
		rd_kafka_resp_err_t code;
	} rows[] = {
	    {TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS},
	    {TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_NOT_COORDINATOR},
	    {ADD_PARTITIONS_TO_TXN, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS},
	    {END_TXN, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE},
	    {END_TXN, RD_KAFKA_RESP_ERR__TRANSPORT},
	    {PRODUCE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION},
	};
	struct site site;
	(void)state;

	open_site(&site);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		refuse_next(&site, rows[i].request, rows[i].code);
		assert_commits(&site);
	}
	close_site(&site);
}

static void without_a_broker_it_gives_up_in_time_and_lets_go(void **state)
{
	struct ts_transaction transaction;
	int64_t begun;
	struct site site;
	(void)state;

	open_site(&site);
	assert_commits(&site);
	rd_kafka_mock_broker_set_down(site.cluster, BROKER);
	begun = ts_now_ms();
	transaction = run_one(&site, NULL);
	/* not known before the broker itself has given the transaction up: twice 1.5 s
	 */
	assert_in_range(ts_now_ms() - begun, 0, 10000);
	assert_int_equal(transaction.verdict, TS_VERDICT_UNFIT);
	assert_int_equal(transaction.tasks.count, 1);
	ts_transaction_release(&transaction);
	close_site(&site);
}

/* It takes the requests and says nothing. */
static void a_frozen_broker_is_given_up_in_time(void **state)
{
	struct ts_transaction transaction;
	struct site site;
	int64_t begun;
	(void)state;

	open_site(&site);
	assert_commits(&site);
	rd_kafka_mock_broker_set_rtt(site.cluster, BROKER, 60000);
	begun = ts_now_ms();
	transaction = run_one(&site, NULL);
	assert_int_equal(transaction.verdict, TS_VERDICT_UNFIT);
	assert_in_range(ts_now_ms() - begun, 0, 10000);
	ts_transaction_release(&transaction);
	rd_kafka_mock_broker_set_rtt(site.cluster, BROKER, 0);
	close_site(&site);
}

static void a_broker_that_comes_back_goes_on(void **state)
{
	struct ts_transaction transaction = {0};
	struct pollfd wake;
	struct site site;
	(void)state;

	open_site(&site);
	assert_commits(&site);
	rd_kafka_mock_broker_set_down(site.cluster, BROKER);
	transaction.offsets = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(transaction.offsets, jobs, 0)->offset = 9;
	transaction.group =
	    rd_kafka_consumer_group_metadata_new_with_genid(group, 1, "member", NULL);
	ts_chain_add(&transaction.tasks, make_task(&site, NULL));
	ts_transactor_submit(site.transactor, &transaction);
	wake = (struct pollfd){.fd = site.wake_fd, .events = POLLIN};
	assert_int_equal(poll(&wake, 1, 500), 0); /* it waits for the broker */
	rd_kafka_mock_broker_set_up(site.cluster, BROKER);
	assert_int_equal(poll(&wake, 1, LONG_MS), 1);
	assert_true(ts_transactor_collect(site.transactor, &transaction));
	assert_true(transaction.verdict == TS_VERDICT_COMMITTED ||
		    transaction.verdict == TS_VERDICT_AGAIN);
	ts_transaction_release(&transaction);
	assert_commits(&site);
	close_site(&site);
}

static void starting_without_a_broker_ends_in_time(void **state)
{
	struct ts_error err = {0};
	struct site site;
	int64_t begun;
	(void)state;

	open_broker(&site);
	rd_kafka_mock_broker_set_down(site.cluster, BROKER);
	begun = ts_now_ms();
	assert_false(ts_transactor_start(&site.config, &site.records, site.wake_fd, -1,
					 begun + 1000, &site.transactor, &err));
	assert_int_equal(err.code, TS_E_BROKER);
	assert_in_range(ts_now_ms() - begun, 900, 4000);
	/* … and at once when the worker is told to stop */
	begun = ts_now_ms();
	assert_int_equal(eventfd_write(site.wake_fd, 1), 0);
	assert_false(ts_transactor_start(&site.config, &site.records, site.wake_fd,
					 site.wake_fd, begun + LONG_MS,
					 &site.transactor, &err));
	assert_in_range(ts_now_ms() - begun, 0, 4000);
	close_site(&site);
}

static void an_id_that_is_not_allowed_is_told_at_once(void **state)
{
	struct ts_error err = {0};
	struct site site;
	int64_t begun = ts_now_ms();
	(void)state;

	open_broker(&site);
	refuse_next(&site, INIT_PRODUCER_ID,
		    RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
	assert_false(ts_transactor_start(&site.config, &site.records, site.wake_fd, -1,
					 begun + LONG_MS, &site.transactor, &err));
	assert_in_range(ts_now_ms() - begun, 0, 5000);
	assert_non_null(strstr(err.text, "workers-one"));
	close_site(&site);
}

static void nobody_has_no_membership(void **state)
{
	rd_kafka_consumer_group_metadata_t *one, *other;
	struct ts_error err = {0};
	rd_kafka_t *consumer;
	struct site site;
	void *bytes, *same;
	size_t size, same_size;
	(void)state;

	open_broker(&site);
	assert_true(ts_kafka_consumer_new(&site.config, &consumer, &err));
	assert_null(ts_membership_take(consumer)); /* it has not joined */
	rd_kafka_destroy_flags(consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);

	one = rd_kafka_consumer_group_metadata_new_with_genid(group, 7, "m", "i");
	other = ts_membership_copy(one);
	rd_kafka_consumer_group_metadata_write(one, &bytes, &size);
	rd_kafka_consumer_group_metadata_write(other, &same, &same_size);
	assert_int_equal(size, same_size);
	assert_memory_equal(bytes, same, size);
	rd_kafka_mem_free(NULL, bytes);
	rd_kafka_mem_free(NULL, same);
	rd_kafka_consumer_group_metadata_destroy(one);
	rd_kafka_consumer_group_metadata_destroy(other);
	close_site(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_error_has_one_remedy),
	    cmocka_unit_test(what_is_committed_comes_back_once),
	    cmocka_unit_test(offsets_of_a_former_member_are_disowned),
	    cmocka_unit_test(
		a_refused_record_is_amended_and_the_others_stay_as_they_are),
	    cmocka_unit_test(a_topic_that_refused_is_not_tried_again_at_once),
	    cmocka_unit_test(a_forbidden_topic_is_the_one_that_never_worked),
	    cmocka_unit_test(a_fenced_process_is_told_to_end_and_gets_its_jobs_back),
	    cmocka_unit_test(what_passes_is_waited_for),
	    cmocka_unit_test(without_a_broker_it_gives_up_in_time_and_lets_go),
	    cmocka_unit_test(a_frozen_broker_is_given_up_in_time),
	    cmocka_unit_test(a_broker_that_comes_back_goes_on),
	    cmocka_unit_test(starting_without_a_broker_ends_in_time),
	    cmocka_unit_test(an_id_that_is_not_allowed_is_told_at_once),
	    cmocka_unit_test(nobody_has_no_membership),
	};
	return cmocka_run_group_tests(tests, look_up_destinations, free_destinations);
}
