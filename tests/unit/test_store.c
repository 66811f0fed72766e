/* test_store.c - store/: the rules of the reference catalog, on a SQLite file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/scope.h"
#include "store/storage.h"
#include "store/store.h"

struct fixture {
	char folder[64];
	char connection[128];
	struct ts_store *store;
};

static struct ts_store *open_store(const char *connection)
{
	struct ts_store *store = NULL;
	struct ts_error err = {0};

	if (!ts_store_open(connection, NULL, &store, &err))
		fail_msg("%s", err.text);
	return store;
}

static int set_up(void **state)
{
	struct fixture *fixture = ts_calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	snprintf(fixture->connection, sizeof(fixture->connection),
		 "Driver=SQLite3;Database=%s/catalog.db", fixture->folder);
	fixture->store = open_store(fixture->connection);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const files[] = {"catalog.db", "catalog.db-wal",
					    "catalog.db-shm"};
	struct fixture *fixture = *state;
	char path[128];

	ts_store_close(fixture->store);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", fixture->folder, files[i]);
		unlink(path);
	}
	rmdir(fixture->folder);
	free(fixture);
	return 0;
}

/* A document of the table `name` with the columns named by the letters of `columns`,
 * seen at second `second`. */
static json_t *document(const char *name, const char *columns, int second)
{
	json_t *list = json_array();

	for (const char *c = columns; *c; c++) {
		char letter[] = {*c, '\0'};

		json_array_append_new(list,
				      json_pack("{s:s, s:i, s:s, s:b}", "name", letter,
						"position", (int)(c - columns + 1),
						"type", "int", "nullable", 1));
	}
	return json_pack(
	    "{s:i, s:s, s:s, s:o, s:b, s:s, s:o, s:[], s:[], s:[], s:[]}", "ds_id", 8,
	    "schema_name", "main.dbo", "name", name, "observed_at",
	    json_sprintf("2026-01-01T00:00:%02d.000001Z", second), "is_view", 0, "kind",
	    "TABLE", "columns", list, "unique_constraints", "check_constraints",
	    "foreign_keys", "indexes");
}

static json_t *removal(const char *name, int second)
{
	return json_pack("{s:i, s:s, s:s, s:o, s:b}", "ds_id", 8, "schema_name",
			 "main.dbo", "name", name, "observed_at",
			 json_sprintf("2026-01-01T00:00:%02d.000001Z", second),
			 "removed", 1);
}

static json_t *parse(const struct ts_buf *text)
{
	json_t *value = json_loads(ts_buf_text(text), JSON_REJECT_DUPLICATES, NULL);

	if (!value)
		fail_msg("this is not JSON: %s", ts_buf_text(text));
	return value;
}

static bool put_tree(struct ts_store *store, const json_t *documents,
		     struct ts_buf *ret_results, struct ts_error *err)
{
	struct ts_json_index index;
	TS_AUTO(ts_buf) text = {0};
	bool is_ok;

	ts_json_print(documents, &text);
	assert_true(ts_json_index_make(text.data, text.len, text.len, &index, err));
	is_ok =
	    ts_store_put(store, index.nodes, &(struct ts_scope){0}, ret_results, err);
	ts_json_index_release(&index);
	return is_ok;
}

static json_t *put_list(struct ts_store *store, json_t *documents)
{
	TS_AUTO(ts_buf) results = {0};
	struct ts_error err = {0};

	if (!put_tree(store, documents, &results, &err))
		fail_msg("%s", err.text);
	json_decref(documents);
	return parse(&results);
}

/* The result of one document; the caller's reference to it is taken. */
static json_t *put(struct ts_store *store, json_t *one)
{
	json_t *results = put_list(store, json_pack("[o]", one));
	json_t *result = json_incref(json_array_get(results, 0));

	json_decref(results);
	return result;
}

static void assert_change(json_t *result, const char *kind, int version)
{
	const json_t *change = json_object_get(result, "change");

	assert_string_equal(ts_json_text(result, "status"), "ok");
	assert_string_equal(ts_json_text(change, "kind"), kind);
	assert_int_equal(json_integer_value(json_object_get(change, "version")),
			 version);
}

static int64_t id_of(json_t *result)
{
	return json_integer_value(
	    json_object_get(json_object_get(result, "table"), "id"));
}

/* Put one document and look at what it was; the id. */
static int64_t put_as(struct ts_store *store, json_t *one, const char *kind,
		      int version)
{
	json_t *result = put(store, one);
	int64_t id = id_of(result);

	assert_change(result, kind, version);
	json_decref(result);
	return id;
}

static json_t *get(struct ts_store *store, int64_t id)
{
	TS_AUTO(ts_buf) table = {0};
	struct ts_error err = {0};
	int64_t curated;

	if (!ts_store_get(store, id, &table, &curated, &err))
		fail_msg("%s", err.text);
	return parse(&table);
}

static void a_table_keeps_its_id_whatever_happens_to_it(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	int64_t id = put_as(store, document("t", "ab", 1), "created", 1);
	json_t *table;

	assert_true(put_as(store, document("u", "ab", 1), "created", 1) != id);
	assert_int_equal(put_as(store, document("t", "abc", 2), "updated", 2), id);
	assert_int_equal(put_as(store, removal("t", 3), "updated", 3), id);
	table = get(store, id);
	assert_true(json_is_true(json_object_get(table, "removed")));
	json_decref(table);
	assert_int_equal(put_as(store, removal("t", 4), "unchanged", 3), id);
	assert_int_equal(put_as(store, document("t", "abc", 5), "updated", 4), id);
	table = get(store, id);
	assert_null(json_object_get(table, "removed"));
	json_decref(table);
}

static void the_same_again_makes_no_version_but_moves_observed_at(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	int64_t id = put_as(store, document("t", "ab", 1), "created", 1);
	json_t *table;

	put_as(store, document("t", "ab", 2), "unchanged", 1);
	table = get(store, id);
	assert_string_equal(ts_json_text(table, "observed_at"),
			    "2026-01-01T00:00:02.000001Z");
	json_decref(table);
}

static void an_older_document_is_answered_with_the_newer(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	json_t *result;

	put_as(store, document("t", "abc", 5), "created", 1);
	result = put(store, document("t", "a", 4));
	assert_change(result, "superseded", 1);
	assert_int_equal(json_array_size(json_object_get(
			     json_object_get(result, "table"), "columns")),
			 3);
	json_decref(result);
	put_as(store, removal("t", 4), "superseded", 1);
}

static void a_moment_in_the_future_is_cut_to_now(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	json_t *one = document("t", "a", 1), *result;
	int64_t before_us = ts_unix_us(), held_us = 0;

	json_object_set_new(one, "observed_at", json_string("2999-01-01T00:00:00Z"));
	result = put(store, one);
	assert_true(ts_timestamp_parse(
	    ts_json_text(json_object_get(result, "table"), "observed_at"), &held_us));
	assert_in_range(held_us, before_us, ts_unix_us());
	json_decref(result);

	one = document("t", "ab", 1);
	json_object_set_new(one, "observed_at", json_string("2998-01-01T00:00:00Z"));
	put_as(store, one, "updated", 2);
}

static void removing_what_was_never_there_creates_nothing(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	json_t *result = put(store, removal("t", 1));

	assert_change(result, "unchanged", 0);
	assert_true(json_is_null(json_object_get(result, "table")));
	json_decref(result);
	put_as(store, document("t", "a", 1), "created", 1);
}

static void one_wrong_document_does_not_hold_up_the_others(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	json_t *wrong = document("u", "a", 1);
	json_t *results, *error;

	json_object_set_new(wrong, "kind", json_integer(7));
	results =
	    put_list(store, json_pack("[o, o, o, o]", document("t", "a", 1), wrong,
				      document("v", "a", 1), document("t", "ab", 2)));
	assert_change(json_array_get(results, 0), "created", 1);
	error = json_object_get(json_array_get(results, 1), "error");
	assert_string_equal(ts_json_text(error, "code"), "bad_value");
	assert_non_null(strstr(ts_json_text(error, "message"), "'kind'"));
	assert_change(json_array_get(results, 2), "created", 1);
	/* The same table twice in a list: one after the other. */
	assert_change(json_array_get(results, 3), "updated", 2);
	assert_int_equal(id_of(json_array_get(results, 3)),
			 id_of(json_array_get(results, 0)));
	json_decref(results);
}

static void what_people_wrote_outlives_every_sync(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	int64_t id = put_as(store, document("t", "a", 1), "created", 1), curated;
	json_t *patch =
	    json_pack("{s:s, s:[{s:s, s:s, s:s}]}", "title", "Title", "custom_fields",
		      "name", "owner", "type", "text", "value", "me");
	TS_AUTO(ts_buf) text = {0};
	struct ts_error err = {0};
	json_t *table;

	assert_true(ts_store_patch(store, id, patch, 0, &text, &curated, &err));
	assert_int_equal(curated, 1);
	/* Somebody else read it before that. */
	assert_false(ts_store_patch(store, id, patch, 0, &text, &curated, &err));
	assert_int_equal(err.code, TS_E_CONFLICT);

	put_as(store, document("t", "ab", 2), "updated", 2);
	put_as(store, removal("t", 3), "updated", 3);
	put_as(store, document("t", "ab", 4), "updated", 4);
	table = get(store, id);
	assert_string_equal(ts_json_text(table, "title"), "Title");
	assert_string_equal(ts_json_text(table, "description"), "");
	assert_true(json_equal(json_object_get(table, "custom_fields"),
			       json_object_get(patch, "custom_fields")));
	json_decref(table);

	assert_false(ts_store_patch(store, 99, patch, -1, &text, &curated, &err));
	assert_int_equal(err.code, TS_E_TABLE_NOT_FOUND);
	json_decref(patch);
}

static void versions_tell_what_changed_and_when(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	int64_t id = put_as(store, document("t", "ab", 1), "created", 1), next;
	TS_AUTO(ts_buf) first = {0}, second = {0};
	struct ts_error err = {0};
	json_t *items, *change;

	put_as(store, document("t", "ab", 2), "unchanged", 1);
	put_as(store, document("t", "bc", 3), "updated", 2);
	put_as(store, removal("t", 4), "updated", 3);
	assert_true(ts_store_versions(store, id, INT64_MAX, 2, &first, &next, &err));
	items = parse(&first);
	assert_int_equal(json_array_size(items), 2);
	assert_int_equal(next, 2);
	assert_true(json_is_true(json_object_get(json_array_get(items, 0), "removed")));
	change = json_object_get(json_array_get(items, 1), "change");
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(change, "columns_added"), 0)),
			    "c");
	json_decref(items);
	assert_true(ts_store_versions(store, id, next, 2, &second, &next, &err));
	items = parse(&second);
	assert_int_equal(json_array_size(items), 1);
	assert_int_equal(next, 0);
	assert_string_equal(ts_json_text(json_array_get(items, 0), "observed_at"),
			    "2026-01-01T00:00:01.000001Z");
	json_decref(items);
	assert_false(ts_store_versions(store, 99, INT64_MAX, 2, &first, &next, &err));
	assert_int_equal(err.code, TS_E_TABLE_NOT_FOUND);
}

static size_t count_found(struct ts_store *store, struct ts_store_query query)
{
	struct ts_error err = {0};
	size_t count = 0;
	json_t *items;

	query.limit = 2;
	do {
		TS_AUTO(ts_buf) text = {0};

		if (!ts_store_list(store, &query, &text, &query.after, &err))
			fail_msg("%s", err.text);
		items = parse(&text);
		count += json_array_size(items);
		json_decref(items);
	} while (query.after);
	return count;
}

static void a_list_pages_through_what_fits(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	char name[] = "t_a";
	json_t *other = document("t_a", "z", 1);

	for (; name[2] <= 'e'; name[2]++)
		put_as(store, document(name, "xY", 1), "created", 1);
	json_object_set_new(other, "ds_id", json_integer(9));
	json_object_set_new(other, "schema_name", json_string("it's \"x\""));
	put_as(store, other, "created", 1);
	put_as(store, removal("t_e", 2), "updated", 2);

	assert_int_equal(count_found(store, (struct ts_store_query){.ds_id = -1}), 5);
	assert_int_equal(count_found(store, (struct ts_store_query){.ds_id = 8}), 4);
	assert_int_equal(
	    count_found(store, (struct ts_store_query){.ds_id = 8, .is_removed = true}),
	    1);
	assert_int_equal(
	    count_found(store, (struct ts_store_query){.ds_id = -1, .name = "t_a"}), 2);
	assert_int_equal(
	    count_found(store, (struct ts_store_query){.ds_id = -1,
						       .schema_name = "it's \"x\""}),
	    1);
	/* Of one character: in the table's name alone. */
	assert_int_equal(
	    count_found(store, (struct ts_store_query){.ds_id = -1, .text = "y"}), 0);
	assert_int_equal(
	    count_found(store, (struct ts_store_query){.ds_id = -1, .text = "T"}), 5);
	assert_int_equal(
	    count_found(store, (struct ts_store_query){.ds_id = -1, .text = "T_A"}), 2);
	assert_int_equal(
	    count_found(store, (struct ts_store_query){.ds_id = -1, .text = "%"}), 0);
}

/* The names that a list shows, page by page, each with a blank behind it. */
static void assert_names(struct ts_store *store, struct ts_store_query query,
			 const char *expected)
{
	TS_AUTO(ts_buf) names = {0};
	struct ts_error err = {0};
	const json_t *table;
	json_t *items;
	size_t i;

	query.ds_id = -1;
	query.limit = 2;
	query.is_brief = true;
	do {
		TS_AUTO(ts_buf) text = {0};

		if (!ts_store_list(store, &query, &text, &query.after, &err))
			fail_msg("%s", err.text);
		items = parse(&text);
		json_array_foreach(items, i, table)
		{
			ts_buf_printf(&names, "%s ", ts_json_text(table, "name"));
			assert_string_equal(ts_json_text(table, "kind"), "TABLE");
			assert_null(json_object_get(table, "columns"));
		}
		json_decref(items);
	} while (query.after);
	assert_string_equal(ts_buf_text(&names), expected);
}

static void a_schema_is_listed_by_name_and_all_by_what_was_seen_last(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	json_t *other = document("a", "z", 9);

	put_as(store, document("c", "x", 2), "created", 1);
	put_as(store, document("B", "x", 4), "created", 1);
	put_as(store, document("a", "x", 3), "created", 1);
	put_as(store, document("d", "x", 1), "created", 1);
	json_object_set_new(other, "schema_name", json_string("other"));
	put_as(store, other, "created", 1);
	put_as(store, removal("d", 5), "updated", 2);

	assert_names(store, (struct ts_store_query){0}, "c B a a ");
	assert_names(store, (struct ts_store_query){.schema_id = 1}, "c B a ");
	assert_names(store,
		     (struct ts_store_query){.schema_id = 1, .order = TS_ORDER_NAME},
		     "B a c ");
	assert_names(store,
		     (struct ts_store_query){
			 .schema_id = 1, .order = TS_ORDER_NAME, .is_removed = true},
		     "d ");
	assert_names(store, (struct ts_store_query){.order = TS_ORDER_NEWEST}, "a B ");
}

static void a_restart_keeps_everything(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = put_as(fixture->store, document("t", "ab", 1), "created", 1);

	ts_store_close(fixture->store);
	fixture->store = open_store(fixture->connection);
	assert_int_equal(put_as(fixture->store, document("t", "ab", 2), "unchanged", 1),
			 id);
}

static void a_storage_of_a_newer_program_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct ts_error err = {0};
	struct ts_conn *conn;
	struct ts_store *store;

	assert_true(ts_storage_open(fixture->connection, &conn, &err));
	assert_true(
	    ts_conn_exec(conn, "insert into storage (version) values (99)", &err));
	ts_conn_close(conn);
	assert_false(ts_store_open(fixture->connection, NULL, &store, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	assert_non_null(strstr(err.text, "version 99"));
}

static void what_is_no_database_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct ts_error err = {0};
	struct ts_store *store;
	char path[128];
	FILE *file;

	assert_false(ts_store_open("Driver=SQLite3;Database=/no/such/folder/x.db", NULL,
				   &store, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	assert_non_null(strstr(err.text, "'/no/such/folder/': No such file"));
	assert_false(
	    ts_store_open("Driver=SQLite3;Database=:memory:", NULL, &store, &err));
	assert_int_equal(err.code, TS_E_CONFIG);

	ts_store_close(fixture->store);
	fixture->store = NULL;
	snprintf(path, sizeof(path), "%s/catalog.db", fixture->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("this is a text and no database, however long it may go on", file);
	fclose(file);
	assert_false(ts_store_open(fixture->connection, NULL, &store, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
}

static void a_locked_storage_is_busy_and_works_again_later(void **state)
{
	struct fixture *fixture = *state;
	struct ts_error err = {0};
	json_t *documents = json_pack("[o]", document("t", "a", 1)), *results;
	TS_AUTO(ts_buf) text = {0};
	struct ts_conn *other;

	assert_true(ts_storage_open(fixture->connection, &other, &err));
	assert_true(ts_storage_begin(other, &err));
	assert_false(put_tree(fixture->store, documents, &text, &err));
	assert_int_equal(err.code, TS_E_BUSY);
	assert_true(ts_storage_commit(other, &err));
	ts_conn_close(other);
	results = put_list(fixture->store, documents);
	assert_change(json_array_get(results, 0), "created", 1);
	json_decref(results);
}

enum { THREADS = 6, ROUNDS = 40 };

struct writer {
	struct ts_store *store;
	int number;
};

/* Each thread writes a table of its own and one that all share. */
static void *write_much(void *opaque)
{
	struct writer *writer = opaque;
	char name[16];

	snprintf(name, sizeof(name), "own_%d", writer->number);
	for (int i = 0; i < ROUNDS; i++) {
		TS_AUTO(ts_buf) results = {0};
		json_t *documents =
		    json_pack("[o, o]", document(name, i % 2 ? "ab" : "abc", i + 1),
			      document("shared", i % 2 ? "ab" : "abc", i + 1));
		struct ts_error err = {0};

		if (!put_tree(writer->store, documents, &results, &err))
			abort();
		json_decref(documents);
	}
	return NULL;
}

static void many_writers_never_lose_a_version(void **state)
{
	struct ts_store *store = ((struct fixture *)*state)->store;
	struct writer writers[THREADS];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		writers[i] = (struct writer){store, i};
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_much, &writers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "own_%d", i);
		put_as(store, document(name, "ab", ROUNDS + 1), "unchanged", ROUNDS);
	}
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    WITH_STORE(a_table_keeps_its_id_whatever_happens_to_it),
	    WITH_STORE(the_same_again_makes_no_version_but_moves_observed_at),
	    WITH_STORE(an_older_document_is_answered_with_the_newer),
	    WITH_STORE(a_moment_in_the_future_is_cut_to_now),
	    WITH_STORE(removing_what_was_never_there_creates_nothing),
	    WITH_STORE(one_wrong_document_does_not_hold_up_the_others),
	    WITH_STORE(what_people_wrote_outlives_every_sync),
	    WITH_STORE(versions_tell_what_changed_and_when),
	    WITH_STORE(a_list_pages_through_what_fits),
	    WITH_STORE(a_schema_is_listed_by_name_and_all_by_what_was_seen_last),
	    WITH_STORE(a_restart_keeps_everything),
	    WITH_STORE(a_storage_of_a_newer_program_is_refused),
	    WITH_STORE(what_is_no_database_is_refused),
	    WITH_STORE(a_locked_storage_is_busy_and_works_again_later),
	    WITH_STORE(many_writers_never_lose_a_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
