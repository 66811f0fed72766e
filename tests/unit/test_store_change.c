/* test_store_change.c - store/: documents judged, compared and decided on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/change.h"
#include "store/curated.h"
#include "store/shape.h"

#define COLUMN(name, position)                                                         \
	"{\"name\":\"" name "\",\"position\":" position ",\"type\":\"int\","           \
	"\"nullable\":true,\"default\":null,\"comment\":\"Remark\","                   \
	"\"primary_key_position\":null,\"generated\":null,\"identity\":null}"
#define DOCUMENT                                                                       \
	"{\"ds_id\":8,\"schema_name\":\"main.dbo\",\"name\":\"Foobar\","               \
	"\"observed_at\":\"2026-11-23T05:00:00.123456Z\",\"is_view\":false,"           \
	"\"synonyms\":null,\"db_comment\":\"What it holds\",\"kind\":\"TABLE\","       \
	"\"columns\":[" COLUMN("A", "1") "," COLUMN(                                   \
	    "b", "2") "],"                                                             \
		      "\"primary_key\":{\"name\":\"pk\",\"columns\":[\"A\"]},"         \
		      "\"unique_constraints\":[],\"check_constraints\":[],"            \
		      "\"foreign_keys\":[{\"name\":\"fk\",\"columns\":[\"A\"],"        \
		      "\"referenced_schema\":\"s\",\"referenced_table\":\"t\","        \
		      "\"referenced_columns\":[\"x\"],\"on_update\":\"CASCADE\","      \
		      "\"on_delete\":\"NO ACTION\"}],"                                 \
		      "\"indexes\":[{\"name\":\"i\",\"unique\":true,\"primary\":true," \
		      "\"columns\":[\"A\",null],\"definition\":null}],\"view_"         \
		      "definition\":null}"

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	assert_non_null(value);
	return value;
}

static bool make(const json_t *value, struct ts_submission *ret_document,
		 struct ts_error *err)
{
	struct ts_json_index index;
	TS_AUTO(ts_buf) text = {0};
	bool is_ok;

	ts_json_print(value, &text);
	assert_true(ts_json_index_make(text.data, text.len, text.len, &index, err));
	is_ok = ts_submission_make(index.nodes, ret_document, err);
	ts_json_index_release(&index);
	return is_ok;
}

static struct ts_submission judge(const json_t *value)
{
	struct ts_submission document = {0};
	struct ts_error err = {0};

	if (!make(value, &document, &err))
		fail_msg("%s: %s", ts_code_name(err.code), err.text);
	return document;
}

static void a_document_gives_its_key_and_its_moment(void **state)
{
	json_t *value = parse(DOCUMENT);
	struct ts_submission document = judge(value);
	(void)state;

	assert_int_equal(document.ds_id, 8);
	assert_string_equal(document.schema_name, "main.dbo");
	assert_string_equal(document.name, "Foobar");
	assert_int_equal(document.observed_us % 1000000, 123456);
	assert_false(document.is_removed);
	ts_submission_release(&document);
	json_decref(value);
}

static void what_is_unknown_or_in_another_order_makes_no_difference(void **state)
{
	json_t *value = parse(DOCUMENT), *other = parse(DOCUMENT);
	struct ts_submission one = judge(value), two;
	json_t *columns = json_object_get(other, "columns");
	json_t *kind = json_incref(json_object_get(other, "kind"));
	(void)state;

	json_object_del(other, "kind");
	json_object_set_new(other, "kind", kind);
	json_object_del(other, "view_definition");
	json_object_set_new(other, "x_unknown", json_integer(1));
	json_object_set_new(json_array_get(columns, 0), "x", json_integer(1));
	json_object_set_new(other, "observed_at", json_string("2027-01-01T00:00:00Z"));
	two = judge(other);
	assert_string_equal(one.text, two.text);
	ts_submission_release(&one);
	ts_submission_release(&two);
	json_decref(value);
	json_decref(other);
}

static void a_removal_needs_only_the_key_and_the_moment(void **state)
{
	json_t *value = parse("{\"ds_id\":0,\"schema_name\":\"s\",\"name\":\"t\","
			      "\"observed_at\":\"2026-01-01T00:00:00Z\","
			      "\"removed\":true}");
	struct ts_submission document = judge(value);
	(void)state;

	assert_true(document.is_removed);
	assert_null(document.text);
	ts_submission_release(&document);
	json_decref(value);
}

/* Each case sets a member at the path to a value, or deletes it. */
static void each_wrong_member_is_refused_by_its_name(void **state)
{
	static const struct {
		const char *object; /* "": the document; else a list, its first item */
		const char *member;
		const char *value; /* JSON; NULL deletes */
		enum ts_code code;
	} cases[] = {
	    {"", "ds_id", NULL, TS_E_MISSING_VALUE},
	    {"", "ds_id", "-1", TS_E_BAD_VALUE},
	    {"", "ds_id", "2147483648", TS_E_BAD_VALUE},
	    {"", "ds_id", "8.0", TS_E_BAD_VALUE},
	    {"", "ds_id", "\"8\"", TS_E_BAD_VALUE},
	    {"", "schema_name", "\"\"", TS_E_BAD_VALUE},
	    {"", "name", NULL, TS_E_MISSING_VALUE},
	    {"", "name", "null", TS_E_BAD_VALUE},
	    {"", "observed_at", NULL, TS_E_MISSING_VALUE},
	    {"", "observed_at", "\"yesterday\"", TS_E_BAD_VALUE},
	    {"", "observed_at", "1700000000", TS_E_BAD_VALUE},
	    {"", "removed", "\"true\"", TS_E_BAD_VALUE},
	    {"", "is_view", "true", TS_E_BAD_VALUE}, /* contradicts kind */
	    {"", "is_view", NULL, TS_E_MISSING_VALUE},
	    {"", "kind", "\"SEQUENCE\"", TS_E_BAD_VALUE},
	    {"", "kind", "\"VIEW\"", TS_E_BAD_VALUE},
	    {"", "db_comment", "7", TS_E_BAD_VALUE},
	    {"", "synonyms", "\"one\"", TS_E_BAD_VALUE},
	    {"", "columns", NULL, TS_E_MISSING_VALUE},
	    {"", "columns", "null", TS_E_BAD_VALUE},
	    {"", "columns", "[7]", TS_E_BAD_VALUE},
	    {"", "columns", "[" COLUMN("a", "1") "," COLUMN("a", "2") "]",
	     TS_E_BAD_VALUE},
	    {"", "indexes", NULL, TS_E_MISSING_VALUE},
	    {"", "primary_key", "[]", TS_E_BAD_VALUE},
	    {"", "primary_key", "{\"name\":null}", TS_E_MISSING_VALUE},
	    {"", "primary_key", "{\"name\":null,\"columns\":\"A\"}", TS_E_BAD_VALUE},
	    {"columns", "name", NULL, TS_E_MISSING_VALUE},
	    {"columns", "position", "0", TS_E_BAD_VALUE},
	    {"columns", "nullable", "\"YES\"", TS_E_BAD_VALUE},
	    {"columns", "generated", "\"maybe\"", TS_E_BAD_VALUE},
	    {"columns", "identity", "true", TS_E_BAD_VALUE},
	    {"foreign_keys", "on_delete", "\"cascade\"", TS_E_BAD_VALUE},
	    {"foreign_keys", "referenced_table", "7", TS_E_BAD_VALUE},
	    {"indexes", "columns", "[1]", TS_E_BAD_VALUE},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = parse(DOCUMENT), *object = value;
		struct ts_submission document = {0};
		struct ts_error err = {0};

		if (*cases[i].object)
			object =
			    json_array_get(json_object_get(value, cases[i].object), 0);
		if (cases[i].value)
			json_object_set_new(
			    object, cases[i].member,
			    json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		else
			json_object_del(object, cases[i].member);
		assert_false(make(value, &document, &err));
		assert_int_equal(err.code, cases[i].code);
		if (!strstr(err.text, cases[i].member))
			fail_msg("case %zu: '%s' does not name %s", i, err.text,
				 cases[i].member);
		json_decref(value);
	}
}

static void a_name_of_1024_bytes_is_the_longest(void **state)
{
	json_t *value = parse(DOCUMENT);
	struct ts_submission document = {0};
	struct ts_error err = {0};
	char name[TS_NAME_BYTES + 2] = {0};
	(void)state;

	memset(name, 'n', TS_NAME_BYTES);
	json_object_set_new(value, "name", json_string(name));
	document = judge(value);
	ts_submission_release(&document);
	name[TS_NAME_BYTES] = 'n';
	json_object_set_new(value, "name", json_string(name));
	assert_false(make(value, &document, &err));
	json_decref(value);
}

static void a_moment_in_the_future_is_cut_but_never_made_old(void **state)
{
	(void)state;
	assert_int_equal(ts_submission_cut(10, 20, 0), 10);
	assert_int_equal(ts_submission_cut(30, 20, 0), 20);
	assert_int_equal(ts_submission_cut(30, 20, 25),
			 25); /* our clock stepped back */
	assert_int_equal(ts_submission_cut(24, 20, 25), 24); /* really older */
}

static void what_is_held_decides_the_kind_of_change(void **state)
{
	static const struct {
		bool is_held, held_removed;
		int64_t held_us;
		const char *held_text;
		bool removed;
		int64_t observed_us;
		enum ts_change_kind kind;
	} cases[] = {
	    {false, false, 0, NULL, false, 5, TS_CHANGE_CREATED},
	    {false, false, 0, NULL, true, 5, TS_CHANGE_UNCHANGED},
	    {true, false, 5, "same", false, 6, TS_CHANGE_UNCHANGED},
	    {true, false, 5, "same", false, 5, TS_CHANGE_UNCHANGED},
	    {true, false, 5, "other", false, 6, TS_CHANGE_UPDATED},
	    {true, false, 5, "other", false, 5, TS_CHANGE_UPDATED},
	    {true, false, 5, "other", false, 4, TS_CHANGE_SUPERSEDED},
	    {true, false, 5, "same", false, 4, TS_CHANGE_SUPERSEDED},
	    {true, false, 5, "same", true, 4, TS_CHANGE_SUPERSEDED},
	    {true, false, 5, "same", true, 6, TS_CHANGE_UPDATED},
	    {true, true, 5, "same", true, 6, TS_CHANGE_UNCHANGED},
	    {true, true, 5, "same", false, 6, TS_CHANGE_UPDATED},
	    {true, true, 5, "same", false, 4, TS_CHANGE_SUPERSEDED},
	};
	char same[] = "same";
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_held held = {cases[i].held_us, cases[i].held_removed,
				       cases[i].held_text};
		struct ts_submission document = {.is_removed = cases[i].removed,
						 .text =
						     cases[i].removed ? NULL : same};

		assert_int_equal(ts_change_decide(cases[i].is_held ? &held : NULL,
						  &document, cases[i].observed_us),
				 cases[i].kind);
	}
}

static void assert_json(const json_t *value, const char *expected)
{
	TS_AUTO(ts_buf) text = {0};

	ts_json_print(value, &text);
	assert_string_equal(ts_buf_text(&text), expected);
}

static void columns_are_told_by_name_wherever_they_stand(void **state)
{
	json_t *before =
	    parse("{\"columns\":[{\"name\":\"a\",\"position\":1,\"type\":\"int\"},"
		  "{\"name\":\"b\",\"position\":2,\"type\":\"int\"},"
		  "{\"name\":\"c\",\"position\":3,\"type\":\"int\"}]}");
	json_t *after =
	    parse("{\"columns\":[{\"name\":\"c\",\"position\":1,\"type\":\"int\"},"
		  "{\"name\":\"d\",\"position\":2,\"type\":\"int\"},"
		  "{\"name\":\"b\",\"position\":3,\"type\":\"text\"}]}");
	json_t *change = ts_change_make(TS_CHANGE_UPDATED, 7, before, after);
	(void)state;

	assert_json(change, "{\"kind\":\"updated\",\"version\":7,"
			    "\"columns_added\":[\"d\"],\"columns_removed\":[\"a\"],"
			    "\"columns_changed\":[\"b\"]}");
	json_decref(change);
	change = ts_change_make(TS_CHANGE_UNCHANGED, 0, NULL, NULL);
	assert_json(change, "{\"kind\":\"unchanged\",\"version\":null,"
			    "\"columns_added\":[],\"columns_removed\":[],"
			    "\"columns_changed\":[]}");
	json_decref(change);
	json_decref(before);
	json_decref(after);
}

static void only_what_people_write_can_be_patched(void **state)
{
	static const struct {
		const char *patch;
		enum ts_code code;
	} cases[] = {
	    {"{}", TS_OK},
	    {"{\"title\":\"\",\"description\":\"<b>x</b>\",\"custom_fields\":[]}",
	     TS_OK},
	    {"{\"custom_fields\":[{\"name\":\"a\",\"type\":\"text\",\"value\":\"\"},"
	     "{\"name\":\"b\",\"type\":\"rich_text\",\"value\":\"v\"}]}",
	     TS_OK},
	    {"[]", TS_E_BAD_VALUE},
	    {"{\"name\":\"x\"}", TS_E_BAD_VALUE},
	    {"{\"title\":null}", TS_E_BAD_VALUE},
	    {"{\"title\":7}", TS_E_BAD_VALUE},
	    {"{\"custom_fields\":{}}", TS_E_BAD_VALUE},
	    {"{\"custom_fields\":[7]}", TS_E_BAD_VALUE},
	    {"{\"custom_fields\":[{\"name\":\"a\",\"type\":\"text\"}]}",
	     TS_E_MISSING_VALUE},
	    {"{\"custom_fields\":[{\"name\":\"a\",\"type\":\"html\",\"value\":\"\"}]}",
	     TS_E_BAD_VALUE},
	    {"{\"custom_fields\":[{\"name\":\"\",\"type\":\"text\",\"value\":\"\"}]}",
	     TS_E_BAD_VALUE},
	    {"{\"custom_fields\":[{\"name\":\"a\",\"type\":\"text\",\"value\":1}]}",
	     TS_E_BAD_VALUE},
	    {"{\"custom_fields\":[{\"name\":\"a\",\"type\":\"text\",\"values\":1}]}",
	     TS_E_BAD_VALUE},
	    {"{\"custom_fields\":[{\"name\":\"a\",\"type\":\"text\",\"value\":\"\"},"
	     "{\"name\":\"a\",\"type\":\"text\",\"value\":\"\"}]}",
	     TS_E_BAD_VALUE},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *patch = parse(cases[i].patch);
		struct ts_error err = {0};

		assert_int_equal(ts_curated_judge(patch, &err), cases[i].code == TS_OK);
		assert_int_equal(err.code, cases[i].code);
		json_decref(patch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_document_gives_its_key_and_its_moment),
	    cmocka_unit_test(what_is_unknown_or_in_another_order_makes_no_difference),
	    cmocka_unit_test(a_removal_needs_only_the_key_and_the_moment),
	    cmocka_unit_test(each_wrong_member_is_refused_by_its_name),
	    cmocka_unit_test(a_name_of_1024_bytes_is_the_longest),
	    cmocka_unit_test(a_moment_in_the_future_is_cut_but_never_made_old),
	    cmocka_unit_test(what_is_held_decides_the_kind_of_change),
	    cmocka_unit_test(columns_are_told_by_name_wherever_they_stand),
	    cmocka_unit_test(only_what_people_write_can_be_patched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
