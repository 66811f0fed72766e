/* test_source_names.c - which catalog and schema a job means, without a connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "source/names.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct ts_dialect exact = {
    .name = "exact", .levels = 2, .is_case_sensitive = true};
static const struct ts_dialect relaxed = {
    .name = "relaxed", .levels = 2, .is_multi_catalog = true};
static const struct ts_dialect flat = {.name = "flat", .levels = 1};

/* A data source as it is once its first connection has told what it is. */
struct fixture {
	const struct ts_dialect *dialect;
	bool is_template;
	const char *default_catalog; /* NULL: none */
	const char *catalogs[3];
	const char *excluded[3];
};

static const struct fixture one_catalog = {.dialect = &exact};
static const struct fixture many_catalogs = {.dialect = &relaxed};
static const struct fixture levelless = {.dialect = &flat};
static const struct fixture by_template = {.dialect = &exact,
					   .is_template = true,
					   .default_catalog = "alpha",
					   .catalogs = {"alpha", "beta"}};
static const struct fixture no_default = {
    .dialect = &exact, .is_template = true, .catalogs = {"alpha", "beta"}};
static const struct fixture relaxed_template = {
    .dialect = &relaxed, .is_template = true, .default_catalog = "main"};
static const struct fixture listed = {
    .dialect = &relaxed, .default_catalog = "main", .catalogs = {"main", "other"}};
static const struct fixture excluding = {.dialect = &exact,
					 .excluded = {"tmp_*", "main.pg_*"}};
static const struct fixture excluding_relaxed = {.dialect = &relaxed,
						 .excluded = {"sys", "other.*"}};
static const struct fixture excluding_template = {.dialect = &exact,
						  .is_template = true,
						  .default_catalog = "alpha",
						  .catalogs = {"alpha", "beta"},
						  .excluded = {"alpha.private"}};

static struct ts_strings strings(const char *const *items)
{
	struct ts_strings list = {(char **)(uintptr_t)items, 0};

	while (list.count < 3 && items[list.count])
		list.count++;
	return list;
}

static bool make(const struct fixture *fixture, const char *schema,
		 struct ts_target *ret_target, struct ts_error *err)
{
	char none[] = "postgres";
	struct ts_datasource config = {.default_catalog =
					   (char *)(uintptr_t)fixture->default_catalog,
				       .catalogs = strings(fixture->catalogs),
				       .exclude_schemas = strings(fixture->excluded)};
	struct ts_source source = {
	    .config = &config,
	    .is_template = fixture->is_template,
	    .traits = {.dialect = fixture->dialect,
		       .is_case_sensitive = fixture->dialect->is_case_sensitive,
		       .levels = fixture->dialect->levels,
		       .is_multi_catalog = fixture->dialect->is_multi_catalog,
		       .catalog = none}};
	bool is_ok;

	pthread_mutex_init(&source.lock, NULL);
	is_ok = ts_target_check(&source, schema, err) &&
		ts_target_make(&source, &source.traits, schema, TS_FOREVER, ret_target,
			       err);
	/* Catalogs of the source are borrowed; here they go out of scope. */
	if (is_ok && ret_target->catalog == none)
		ret_target->catalog = "postgres";
	pthread_mutex_destroy(&source.lock);
	return is_ok;
}

static void names_lead_to_a_connection_a_catalog_and_a_schema(void **state)
{
	static const struct {
		const struct fixture *fixture;
		const char *schema;
		const char *key, *catalog, *found; /* catalog NULL: the connection's */
	} cases[] = {
	    {&one_catalog, "dbo", "", NULL, "dbo"},
	    {&one_catalog, "postgres.dbo", "", NULL, "dbo"},
	    {&one_catalog, "\"main.dbo\"", "", NULL, "main.dbo"},
	    {&many_catalogs, "dbo", "", "postgres", "dbo"},
	    {&many_catalogs, "main.dbo", "", "main", "dbo"},
	    {&levelless, "main.dbo", "", NULL, "main.dbo"},
	    {&levelless, "\"main.dbo\"", "", NULL, "main.dbo"},
	    {&by_template, "dbo", "alpha", NULL, "dbo"},
	    {&by_template, "beta.dbo", "beta", NULL, "dbo"},
	    {&no_default, "beta.dbo", "beta", NULL, "dbo"},
	    {&relaxed_template, "MAIN.dbo", "main", "main", "dbo"},
	    {&listed, "dbo", "", "main", "dbo"},
	    {&listed, "OTHER.dbo", "", "OTHER", "dbo"},
	    {&excluding, "dbo", "", NULL, "dbo"},
	    {&excluding_template, "beta.private", "beta", NULL, "private"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_target) target = {0};
		struct ts_error err = {0};

		if (!make(cases[i].fixture, cases[i].schema, &target, &err))
			fail_msg("%s: %s", cases[i].schema, err.text);
		assert_string_equal(target.key, cases[i].key);
		assert_string_equal(target.schema, cases[i].found);
		if (cases[i].catalog)
			assert_string_equal(target.catalog, cases[i].catalog);
		else
			assert_null(target.catalog);
	}
}

static void what_is_not_served_is_refused_before_anything_is_connected(void **state)
{
	static const struct {
		const struct fixture *fixture;
		const char *schema;
		enum ts_code code;
		const char *text; /* a part of it */
	} cases[] = {
	    {&one_catalog, "a.b.c", TS_E_BAD_SCHEMA_NAME, ""},
	    {&one_catalog, "other.dbo", TS_E_SCHEMA_NOT_FOUND, "only 'postgres' is"},
	    {&one_catalog, "Postgres.dbo", TS_E_SCHEMA_NOT_FOUND, "not served"},
	    {&listed, "third.dbo", TS_E_SCHEMA_NOT_FOUND, "not among those"},
	    {&by_template, "gamma.dbo", TS_E_SCHEMA_NOT_FOUND, "no catalog 'gamma'"},
	    {&by_template, "Beta.dbo", TS_E_SCHEMA_NOT_FOUND, "did you mean 'beta'?"},
	    {&by_template, "\"alpha;UID=evil\".dbo", TS_E_SCHEMA_NOT_FOUND, "cannot"},
	    {&by_template, "\"{catalog}\".dbo", TS_E_SCHEMA_NOT_FOUND, "cannot"},
	    {&by_template, "\"a\nb\".dbo", TS_E_SCHEMA_NOT_FOUND, "cannot"},
	    {&no_default, "dbo", TS_E_SCHEMA_NOT_FOUND, "no default catalog"},
	    {&excluding, "tmp_1", TS_E_SCHEMA_EXCLUDED, "'tmp_1'"},
	    {&excluding, "postgres.tmp_1", TS_E_SCHEMA_EXCLUDED, "'tmp_1'"},
	    {&excluding_relaxed, "main.SYS", TS_E_SCHEMA_EXCLUDED, "'main.SYS'"},
	    {&excluding_relaxed, "Other.dbo", TS_E_SCHEMA_EXCLUDED, "'Other.dbo'"},
	    {&excluding_template, "private", TS_E_SCHEMA_EXCLUDED, "'alpha.private'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_target) target = {0};
		struct ts_error err = {0};

		if (make(cases[i].fixture, cases[i].schema, &target, &err))
			fail_msg("%s was taken", cases[i].schema);
		if (err.code != cases[i].code || !strstr(err.text, cases[i].text))
			fail_msg("%s: %s, %s", cases[i].schema, ts_code_name(err.code),
				 err.text);
	}
}

static void a_catalog_is_judged_though_nothing_answers(void **state)
{
	static const struct {
		const char *schema;
		enum ts_code code;
	} cases[] = {
	    {"dbo", TS_OK},
	    {"beta.dbo", TS_OK},
	    {"BETA.dbo", TS_OK}, /* the DBMS may say that it is the same */
	    {"gamma.dbo", TS_E_SCHEMA_NOT_FOUND},
	    {"alpha;UID=evil.dbo", TS_E_SCHEMA_NOT_FOUND},
	    {"a..b", TS_E_BAD_SCHEMA_NAME},
	    {"\"a", TS_E_BAD_SCHEMA_NAME},
	};
	char *catalogs[] = {"alpha", "beta"};
	const struct ts_datasource config = {.default_catalog = "alpha",
					     .catalogs = {catalogs, 2}};
	const struct ts_source source = {.config = &config, .is_template = true};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_error err = {0};

		assert_int_equal(ts_target_check(&source, cases[i].schema, &err),
				 cases[i].code == TS_OK);
		assert_int_equal(err.code, cases[i].code);
	}
}

static void a_long_catalog_is_refused(void **state)
{
	TS_AUTO(ts_target) target = {0};
	struct ts_error err = {0};
	char schema[140];

	(void)state;
	memset(schema, 'x', sizeof(schema));
	strcpy(schema + 129, ".dbo");
	assert_false(make(&by_template, schema, &target, &err));
	assert_int_equal(err.code, TS_E_SCHEMA_NOT_FOUND);
}

static json_t *document(const char *schema_name, const char *referenced)
{
	return json_pack("{ss, s[{ss}]}", "schema_name", schema_name, "foreign_keys",
			 "referenced_schema", referenced);
}

static void a_connection_per_catalog_puts_the_catalog_before_each_name(void **state)
{
	struct ts_datasource config = {0};
	struct ts_source source = {.config = &config, .is_template = true};
	struct ts_traits traits = {.dialect = &exact, .is_case_sensitive = true};
	char key[] = "my.db";
	struct ts_target target = {.key = key};
	struct ts_error err = {0};
	json_t *value = document("dbo", "\"a.b\"");
	TS_AUTO(ts_buf) text = {0};

	(void)state;
	assert_true(ts_target_finish(&source, &traits, &target, value, &err));
	ts_json_print(value, &text);
	assert_string_equal(text.data,
			    "{\"schema_name\":\"\\\"my.db\\\".dbo\",\"foreign_keys\":"
			    "[{\"referenced_schema\":\"\\\"my.db\\\".\\\"a.b\\\"\"}]}");
	json_decref(value);
}

static void the_spelling_that_was_found_is_excluded_too(void **state)
{
	char pattern[] = "OTHER.dbo";
	char *patterns[] = {pattern};
	struct ts_datasource config = {.exclude_schemas = {patterns, 1}};
	struct ts_source source = {.config = &config};
	struct ts_traits traits = {.dialect = &relaxed, .is_multi_catalog = true};
	struct ts_target target = {0};
	struct ts_error err = {0};
	json_t *value = document("other.DBO", "x.y");

	(void)state;
	assert_false(ts_target_finish(&source, &traits, &target, value, &err));
	assert_int_equal(err.code, TS_E_SCHEMA_EXCLUDED);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_lead_to_a_connection_a_catalog_and_a_schema),
	    cmocka_unit_test(
		what_is_not_served_is_refused_before_anything_is_connected),
	    cmocka_unit_test(a_catalog_is_judged_though_nothing_answers),
	    cmocka_unit_test(a_long_catalog_is_refused),
	    cmocka_unit_test(
		a_connection_per_catalog_puts_the_catalog_before_each_name),
	    cmocka_unit_test(the_spelling_that_was_found_is_excluded_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
