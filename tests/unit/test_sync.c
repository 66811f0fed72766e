/* test_sync.c - sync/: one read a table, an answer a job. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sync/sync.h"
#include "sync_doubles.h"

static struct ts_datasource datasource = {.id = 8, .timeout_ms = 1000};
static struct ts_config config = {.datasources = &datasource, .datasource_count = 1};
static struct ts_sync under_test = {.record_bytes = 1000000};

static int set_up(void **state)
{
	struct ts_error err;
	(void)state;

	double_reads = double_tables_read = double_writes = 0;
	double_write_error = TS_OK;
	if (!ts_sources_new(&config, &under_test.sources, &err))
		return 1;
	return !ts_catalog_new(&config, &under_test.catalog, &err);
}

static int tear_down(void **state)
{
	(void)state;
	ts_sources_free(under_test.sources);
	ts_catalog_free(under_test.catalog);
	return 0;
}

static void add(struct ts_chain *batch, int32_t id, const char *table, bool is_view)
{
	struct ts_task *task = ts_task_new();

	task->request.job.datasource_id = id;
	task->request.job.schema = ts_strdup("main.dbo");
	task->request.job.table = ts_strdup(table);
	task->request.job.is_view = is_view;
	task->deadline_ms = TS_FOREVER;
	strcpy(task->request.job_id, "tablesync.jobs-0-1");
	ts_chain_add(batch, task);
}

static void sync_batch(const struct ts_chain *batch)
{
	struct ts_run run = {0};

	ts_sync_begin(&under_test, batch, ts_now_ms(), &run);
	ts_sync_read(&run);
	ts_sync_write(&under_test, &run);
	ts_sync_finish(&under_test, &run, batch);
	ts_run_release(&run);
}

/* The reply is JSON and says what the task's error says. */
static json_t *reply_of(const struct ts_task *task)
{
	struct ts_error err;
	json_t *reply = NULL;
	const char *status = task->err.code == TS_OK ? "ok" : "error";

	assert_true(
	    ts_json_parse(task->reply.data, task->reply.len, SIZE_MAX, &reply, &err));
	assert_string_equal(ts_json_text(reply, "status"), status);
	return reply;
}

static void jobs_of_one_table_get_a_reply_each_from_one_read(void **state)
{
	struct ts_chain batch = {0};
	(void)state;

	for (int i = 0; i < 5; i++)
		add(&batch, 8, "orders", false);
	add(&batch, 8, "customers", false);
	sync_batch(&batch);
	assert_int_equal(double_reads, 1);
	assert_int_equal(double_tables_read, 2);
	assert_int_equal(double_writes, 2);
	for (struct ts_task *task = batch.head; task; task = task->next) {
		json_t *reply = reply_of(task),
		       *table = json_object_get(reply, "table");

		assert_int_equal(task->err.code, TS_OK);
		assert_string_equal(ts_json_text(table, "name"),
				    task->request.job.table);
		assert_int_equal(json_integer_value(json_object_get(table, "ds_id")),
				 8);
		json_decref(reply);
	}
	ts_chain_release(&batch);
}

static void each_outcome_becomes_its_own_answer(void **state)
{
	static const struct {
		const char *table;
		bool is_view;
		enum ts_code code;
		int writes;
	} cases[] = {
	    {"orders", false, TS_OK, 1},
	    {"orders", true, TS_E_TABLE_NOT_FOUND,
	     0}, /* wrong kind: nothing is removed */
	    {"view_of_orders", true, TS_OK, 1},
	    {"view_of_orders", false, TS_E_TABLE_NOT_FOUND, 0},
	    {"gone", false, TS_E_TABLE_NOT_FOUND, 1}, /* and marked as removed */
	    {"denied", false, TS_E_SOURCE_DENIED, 0},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_chain batch = {0};
		int before = double_writes;

		add(&batch, 8, cases[i].table, cases[i].is_view);
		sync_batch(&batch);
		assert_int_equal(batch.head->err.code, cases[i].code);
		assert_int_equal(double_writes - before, cases[i].writes);
		json_decref(reply_of(batch.head));
		ts_chain_release(&batch);
	}
}

static void a_view_asked_for_as_table_and_as_view_answers_both(void **state)
{
	struct ts_chain batch = {0};
	(void)state;

	add(&batch, 8, "view_of_orders", false);
	add(&batch, 8, "view_of_orders", true);
	sync_batch(&batch);
	assert_int_equal(batch.head->err.code, TS_E_TABLE_NOT_FOUND);
	assert_non_null(strstr(batch.head->err.text, "ask with table_type VIEW"));
	assert_int_equal(batch.tail->err.code, TS_OK);
	ts_chain_release(&batch);
}

static void an_unknown_data_source_is_named(void **state)
{
	struct ts_chain batch = {0};
	(void)state;

	add(&batch, 99, "orders", false);
	sync_batch(&batch);
	assert_int_equal(batch.head->err.code, TS_E_DATASOURCE_UNKNOWN);
	assert_non_null(strstr(batch.head->err.text, "99"));
	assert_int_equal(double_reads, 0);
	ts_chain_release(&batch);
}

static void unknown_data_sources_of_one_batch_keep_their_names(void **state)
{
	struct ts_chain batch = {0};
	(void)state;

	add(&batch, 98, "orders", false);
	add(&batch, 99, "orders", false);
	sync_batch(&batch);
	assert_non_null(strstr(batch.head->err.text, "98"));
	assert_non_null(strstr(batch.tail->err.text, "99"));
	ts_chain_release(&batch);
}

static void a_run_outlives_the_jobs_that_asked_for_it(void **state)
{
	struct ts_chain batch = {0}, none = {0};
	struct ts_run run = {0};
	(void)state;

	add(&batch, 8, "orders", false);
	add(&batch, 8, "view_of_orders", true);
	ts_sync_begin(&under_test, &batch, ts_now_ms(), &run);
	ts_chain_release(&batch); /* somebody else has answered them */
	assert_int_equal(ts_sync_read(&run)->code, TS_OK);
	ts_sync_write(&under_test, &run);
	ts_sync_finish(&under_test, &run, &none);
	assert_int_equal(double_writes, 2);
	ts_run_release(&run);
}

/* A second at least, where the source's time-out allows it, whoever still waits then:
 * less would not tell a dead source from one that is asked by hurried people only. */
static void
a_read_ends_with_the_time_out_or_the_last_deadline_but_not_at_once(void **state)
{
	static const struct {
		int64_t timeout, first, second, expected;
	} cases[] = {
	    {6000, TS_FOREVER, TS_FOREVER, 11000},
	    {6000, 8300, TS_FOREVER, 11000},
	    {6000, 8300, 8400, 8400},
	    {6000, 8400, 8300, 8400},
	    {6000, 8300, 12000, 11000},
	    {6000, 5001, 5100, 6000},
	    {400, 5001, 5100, 5400},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_chain batch = {0};
		struct ts_run run = {0};

		datasource.timeout_ms = cases[i].timeout;
		add(&batch, 8, "orders", false);
		add(&batch, 8, "customers", false);
		batch.head->deadline_ms = cases[i].first;
		batch.tail->deadline_ms = cases[i].second;
		ts_sync_begin(&under_test, &batch, 5000, &run);
		assert_int_equal(run.deadline_ms, cases[i].expected);
		ts_run_release(&run);
		ts_chain_release(&batch);
	}
	datasource.timeout_ms = 1000;
}

/* Begin and read; gives what that tells of the data source, TS_CODE_COUNT for nothing.
 */
static enum ts_code told_by(const struct ts_chain *batch, struct ts_run *run)
{
	const struct ts_error *told;

	ts_sync_begin(&under_test, batch, ts_now_ms(), run);
	told = ts_sync_read(run);
	return told ? told->code : TS_CODE_COUNT;
}

static void a_read_tells_how_the_data_source_is(void **state)
{
	static const struct {
		int32_t id;
		const char *table;
		enum ts_code failure, expected; /* TS_CODE_COUNT: nothing is told */
		size_t writes; /* the catalog is to hear of what is there or gone */
	} cases[] = {
	    {8, "orders", TS_OK, TS_OK, 1},
	    {8, "gone", TS_OK, TS_OK, 1},
	    {8, "denied", TS_OK, TS_OK, 0},
	    {8, "orders", TS_E_TABLE_NOT_FOUND, TS_OK, 0},
	    {8, "orders", TS_E_SOURCE_ERROR, TS_OK, 0},
	    {8, "orders", TS_E_SOURCE_UNREACHABLE, TS_E_SOURCE_UNREACHABLE, 0},
	    {8, "orders", TS_E_SOURCE_TIMEOUT, TS_E_SOURCE_TIMEOUT, 0},
	    {8, "orders", TS_E_SOURCE_LOGIN_DENIED, TS_E_SOURCE_LOGIN_DENIED, 0},
	    /* These may come without asking it. */
	    {8, "orders", TS_E_BAD_SCHEMA_NAME, TS_CODE_COUNT, 0},
	    {8, "orders", TS_E_SCHEMA_EXCLUDED, TS_CODE_COUNT, 0},
	    {8, "orders", TS_E_SCHEMA_NOT_FOUND, TS_CODE_COUNT, 0},
	    {8, "orders", TS_E_SOURCE_BUSY, TS_CODE_COUNT, 0},
	    {99, "orders", TS_OK, TS_CODE_COUNT, 0},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_chain batch = {0};
		struct ts_run run = {0};

		double_read_failures = cases[i].failure != TS_OK;
		double_read_error = cases[i].failure;
		add(&batch, cases[i].id, cases[i].table, false);
		assert_int_equal(told_by(&batch, &run), cases[i].expected);
		assert_int_equal(run.write_count, cases[i].writes);
		ts_run_release(&run);
		ts_chain_release(&batch);
	}
}

/* Of one batch, a table of a catalog that is not served fails by its name alone. */
static void a_name_that_is_refused_does_not_make_a_dead_source_look_alive(void **state)
{
	struct ts_chain batch = {0};
	struct ts_run run = {0};
	(void)state;

	double_read_failures = 1;
	double_read_error = TS_E_SOURCE_UNREACHABLE;
	add(&batch, 8, "unserved", false);
	add(&batch, 8, "orders", false);
	add(&batch, 8, "unserved2", false);
	assert_int_equal(told_by(&batch, &run), TS_E_SOURCE_UNREACHABLE);
	assert_int_equal(run.reads[0].err.code, TS_E_SCHEMA_NOT_FOUND);
	ts_run_release(&run);
	ts_chain_release(&batch);
}

static void the_longest_names_do_not_stay_in_memory(void **state)
{
	struct ts_chain batch = {0}, none = {0};
	struct ts_run run = {0};
	char *name = ts_calloc(1, 1000001);
	(void)state;

	memset(name, 'n', 1000000);
	add(&batch, 8, name, false);
	told_by(&batch, &run);
	assert_true(run.names.capacity > 1000000);
	ts_sync_finish(&under_test, &run, &none);
	assert_in_range(run.names.capacity, 0, 100000);
	ts_run_release(&run);
	ts_chain_release(&batch);
	free(name);
}

static void what_may_work_later_is_left_without_a_reply(void **state)
{
	struct ts_chain batch = {0};
	(void)state;

	double_read_failures = 1;
	double_read_error = TS_E_SOURCE_BUSY;
	add(&batch, 8, "orders", false);
	sync_batch(&batch);
	assert_int_equal(batch.head->err.code, TS_E_SOURCE_BUSY);
	assert_int_equal(batch.head->reply.len, 0);
	sync_batch(&batch);
	assert_int_equal(batch.head->err.code, TS_OK);
	json_decref(reply_of(batch.head));
	ts_chain_release(&batch);
}

static void a_catalog_that_fails_fails_the_job(void **state)
{
	static const struct {
		const char *table;
		enum ts_code write, expected;
	} cases[] = {
	    {"orders", TS_E_CATALOG_UNREACHABLE, TS_E_CATALOG_UNREACHABLE},
	    {"orders", TS_E_CATALOG_REJECTED, TS_E_CATALOG_REJECTED},
	    {"gone", TS_E_CATALOG_UNREACHABLE, TS_E_CATALOG_UNREACHABLE},
	    {"gone", TS_E_CATALOG_REJECTED, TS_E_TABLE_NOT_FOUND},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_chain batch = {0};

		double_write_error = cases[i].write;
		add(&batch, 8, cases[i].table, false);
		sync_batch(&batch);
		assert_int_equal(batch.head->err.code, cases[i].expected);
		ts_chain_release(&batch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		jobs_of_one_table_get_a_reply_each_from_one_read, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_outcome_becomes_its_own_answer, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(
		a_view_asked_for_as_table_and_as_view_answers_both, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_unknown_data_source_is_named, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(
		unknown_data_sources_of_one_batch_keep_their_names, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_run_outlives_the_jobs_that_asked_for_it,
					    set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_read_ends_with_the_time_out_or_the_last_deadline_but_not_at_once,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_read_tells_how_the_data_source_is, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(
		a_name_that_is_refused_does_not_make_a_dead_source_look_alive, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(the_longest_names_do_not_stay_in_memory,
					    set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_may_work_later_is_left_without_a_reply,
					    set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_catalog_that_fails_fails_the_job, set_up,
					    tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
