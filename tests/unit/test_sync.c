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
	task->request.deadline_unix_ms = INT64_MAX;
	strcpy(task->request.job_id, "tablesync.jobs-0-1");
	ts_chain_add(batch, task);
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
	ts_sync_run(&under_test, &batch);
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
		ts_sync_run(&under_test, &batch);
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
	ts_sync_run(&under_test, &batch);
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
	ts_sync_run(&under_test, &batch);
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
	ts_sync_run(&under_test, &batch);
	assert_non_null(strstr(batch.head->err.text, "98"));
	assert_non_null(strstr(batch.tail->err.text, "99"));
	ts_chain_release(&batch);
}

static void a_job_past_its_deadline_does_not_run(void **state)
{
	struct ts_chain batch = {0};
	(void)state;

	add(&batch, 8, "orders", false);
	batch.head->request.deadline_unix_ms = ts_unix_ms() - 10;
	ts_sync_run(&under_test, &batch);
	assert_int_equal(batch.head->err.code, TS_E_DEADLINE_EXCEEDED);
	assert_int_equal(double_reads, 0);
	json_decref(reply_of(batch.head));

	add(&batch, 8, "orders", false);
	ts_buf_clear(&batch.head->reply);
	ts_sync_run(&under_test, &batch);
	assert_int_equal(batch.tail->err.code, TS_OK);
	assert_int_equal(double_tables_read, 1);
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
		ts_sync_run(&under_test, &batch);
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
	    cmocka_unit_test_setup_teardown(a_job_past_its_deadline_does_not_run,
					    set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_catalog_that_fails_fails_the_job, set_up,
					    tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
