/* test_config.c - config/: file, environment and flags as one configuration. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/report.h"

static char folder[] = "/tmp/test_config.XXXXXX";
static char path[64], secret_path[64];

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, mode), 0);
}

/* The configuration of a file with this text; fails with the error's text. */
static struct ts_config load(const char *text, const struct ts_setting *settings,
			     size_t count)
{
	struct ts_config config = {0};
	struct ts_error err = {0};

	write_file(path, text, 0644);
	if (!ts_config_load(path, false, settings, count, &config, &err))
		fail_msg("%s", err.text);
	return config;
}

/* All findings, one a line, without the folder. */
static char *findings_of(const char *text, const struct ts_setting *settings,
			 size_t count)
{
	struct ts_config config;
	struct ts_report report;
	struct ts_buf lines = {0};

	write_file(path, text, 0644);
	ts_config_read(path, false, settings, count, &config, &report);
	for (size_t i = 0; i < report.findings.count; i++) {
		const char *line = report.findings.items[i].text;
		const char *name = strstr(line, path) == line ? "f" : "";

		ts_buf_printf(&lines, "%s%s\n", name,
			      line + (*name ? strlen(path) : 0));
	}
	ts_report_release(&report);
	ts_config_release(&config);
	return ts_buf_detach(&lines);
}

static void an_empty_file_is_all_defaults(void **state)
{
	struct ts_config config = load("", NULL, 0);
	(void)state;

	assert_int_equal(config.pool.workers, 16);
	assert_int_equal(config.pool.queued, 4096);
	assert_int_equal(config.pool.drain_ms, 2000);
	assert_true(config.topics.create);
	assert_int_equal(config.topics.partitions, 12);
	assert_string_equal(config.topics.jobs, "tablesync.jobs");
	assert_int_equal(config.topics.retry_delays.count, 2);
	assert_int_equal(config.topics.retry_delays.ms[0], 10000);
	assert_int_equal(config.topics.retry_delays.ms[1], 300000);
	assert_int_equal(config.topics.dead_letters.count, 8);
	assert_string_equal(config.topics.dead_letters.items[0], "bad_message");
	assert_string_equal(config.topics.dead_letters.items[7], "worker_crash");
	assert_string_equal(config.delivery, "at-least-once");
	assert_false(config.simulation);
	assert_string_equal(config.instance, "");
	assert_null(config.catalog.token);
	assert_string_equal(config.http.storage,
			    "Driver=SQLite3;Database=/var/lib/tablesync/catalog.db");
	assert_string_equal(ts_config_kafka(&config, "group.id"), "tablesync");
	assert_string_equal(ts_config_kafka(&config, "auto.offset.reset"), "earliest");
	assert_null(ts_config_kafka(&config, "bootstrap.servers"));
	assert_int_equal(config.datasource_count, 0);
	ts_config_release(&config);
}

static void a_whole_file_arrives(void **state)
{
	TS_AUTO(ts_buf) text = {0};
	struct ts_config config;
	const struct ts_datasource *source;
	(void)state;

	write_file(secret_path, "se cret\n", 0640);
	ts_buf_printf(
	    &text,
	    "kafka: {bootstrap.servers: \"a:1,b:2\", group.id: g, sasl.password_file: "
	    "%s}\n"
	    "topics: {jobs: j, replies: r, reply_allow: [x, y], create: false}\n"
	    "state_dir: /s\npool: {workers: 3, grace: 1m}\n"
	    "datasources:\n"
	    "  - {id: 8, name: w, connection: \"DSN=w;D={catalog}\", default_catalog: "
	    "m,\n"
	    "     catalogs: [m, n], password_file: %s, init: \"\", concurrency: 2,\n"
	    "     timeout: 5s, exclude_schemas: [sys, \"tmp_*\"], dialect: generic}\n"
	    "  - {id: 0, name: v, connection: c}\n"
	    "catalog: {url: \"https://h:1/x\", token_file: %s, timeout: 500ms}\n"
	    "http: {storage: \"D={state_dir}/x;E={state_dir}\"}\nlog: {level: debug}\n",
	    secret_path, secret_path, secret_path);
	config = load(text.data, NULL, 0);
	assert_string_equal(ts_config_kafka(&config, "bootstrap.servers"), "a:1,b:2");
	assert_string_equal(ts_config_kafka(&config, "group.id"), "g");
	assert_string_equal(ts_config_kafka(&config, "sasl.password"), "se cret");
	assert_null(ts_config_kafka(&config, "sasl.password_file"));
	assert_string_equal(config.topics.reply_allow.items[1], "y");
	assert_false(config.topics.create);
	assert_int_equal(config.pool.grace_ms, 60000);
	assert_string_equal(config.catalog.token, "se cret");
	assert_int_equal(config.catalog.timeout_ms, 500);
	assert_string_equal(config.http.storage, "D=/s/x;E=/s");
	assert_string_equal(config.log_level, "debug");
	assert_int_equal(config.datasource_count, 2);
	source = &config.datasources[0];
	assert_int_equal(source->id, 8);
	assert_string_equal(source->name, "w");
	assert_string_equal(source->password, "se cret");
	assert_string_equal(source->default_catalog, "m");
	assert_string_equal(source->catalogs.items[1], "n");
	assert_string_equal(source->init, "");
	assert_string_equal(source->dialect, "generic");
	assert_int_equal(source->concurrency, 2);
	assert_int_equal(source->timeout_ms, 5000);
	assert_string_equal(source->exclude_schemas.items[1], "tmp_*");
	source = &config.datasources[1];
	assert_int_equal(source->id, 0);
	assert_int_equal(source->concurrency, 8);
	assert_null(source->password);
	assert_null(source->init);
	ts_config_release(&config);
}

static void flags_come_before_environment_before_file_before_default(void **state)
{
	struct ts_setting settings[] = {
	    {(char[]){"pool.workers"}, (char[]){"4"}},
	    {(char[]){"kafka.client.id"}, (char[]){"flag"}},
	    {(char[]){"pool.workers"}, (char[]){"5"}},
	    {(char[]){"topics.reply_allow"}, (char[]){"a, b,c"}},
	    {(char[]){"topics.retry_delays"}, (char[]){"[1s, 2s]"}},
	};
	struct ts_config config;
	(void)state;

	setenv("TS_POOL__WORKERS", "3", 1);
	setenv("TS_POOL__BATCH", "33", 1);
	setenv("TS_TOPICS__DEAD_LETTERS", "", 1);
	setenv("TS_STATE_DIR", "/e", 1);
	setenv("TS_KAFKA__CLIENT_ID", "env", 1);
	setenv("TS_KAFKA__GROUP_ID", "env", 1);
	config = load("kafka: {client.id: file, group.id: file, linger.ms: 5}\n"
		      "pool: {workers: 2, batch: 22, queued: 222}\n",
		      settings, 5);
	assert_int_equal(config.pool.workers, 5);
	assert_int_equal(config.pool.batch, 33);
	assert_int_equal(config.pool.queued, 222);
	assert_string_equal(config.state_dir, "/e");
	assert_string_equal(config.http.storage,
			    "Driver=SQLite3;Database=/e/catalog.db");
	assert_string_equal(ts_config_kafka(&config, "client.id"), "flag");
	assert_string_equal(ts_config_kafka(&config, "group.id"), "env");
	assert_string_equal(ts_config_kafka(&config, "linger.ms"), "5");
	assert_int_equal(config.topics.reply_allow.count, 3);
	assert_string_equal(config.topics.reply_allow.items[1], "b");
	assert_int_equal(config.topics.retry_delays.count, 2);
	assert_int_equal(config.topics.retry_delays.ms[1], 2000);
	assert_int_equal(config.topics.dead_letters.count, 0);
	ts_config_release(&config);
	unsetenv("TS_POOL__WORKERS");
	unsetenv("TS_POOL__BATCH");
	unsetenv("TS_TOPICS__DEAD_LETTERS");
	unsetenv("TS_STATE_DIR");
	unsetenv("TS_KAFKA__CLIENT_ID");
	unsetenv("TS_KAFKA__GROUP_ID");
}

static const struct variable {
	const char *name, *value, *expected;
} variables[] = {
    {"TS_POOL__WORKER", "3",
     "TS_POOL__WORKER: no option has this variable: did you mean "
     "'TS_POOL__WORKERS'?\n"},
    {"TS_POOL__XYZZY", "3", "TS_POOL__XYZZY: no option has this variable\n"},
    {"TS_POOL__WORKERS", "x",
     "TS_POOL__WORKERS: pool.workers: 'x' is not a whole number from 1 to 1024\n"},
    {"TS_DATASOURCES__ID", "3",
     "TS_DATASOURCES__ID: data sources stand in the file only\n"},
    {"TS_HTTP__STORAGE", "DSN=x;PWD=secret",
     "TS_HTTP__STORAGE: http.storage: holds a password that others could see here: "
     "put it into the configuration file\n"},
    {"TS_KAFKA__SASL_PASSWORD", "secret",
     "TS_KAFKA__SASL_PASSWORD: kafka: 'sasl.password' is a secret that others could "
     "see here: put it into a file and set 'sasl.password_file'\n"},
    {"TS_KAFKA__SASL_PASSWORD_FILE", "/no/such",
     "TS_KAFKA__SASL_PASSWORD_FILE: kafka: sasl.password_file: cannot open "
     "'/no/such': No such file or directory\n"},
    {"TS_KAFKA__ENABLE_AUTO_COMMIT", "true",
     "TS_KAFKA__ENABLE_AUTO_COMMIT: kafka: 'enable.auto.commit' is not yours to set: "
     "an offset is committed once its job was answered\n"},
    {"TS_BUILD", "x", ""},
    {"TS_OTHER__KEY", "x", ""},
    {"TS_", "x", ""},
    {"TS___", "x", ""},
    {"TSPOOL__WORKERS", "x", ""},
};

static void a_variable_of_a_section_of_ours_must_be_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		char *text;

		setenv(variables[i].name, variables[i].value, 1);
		text = findings_of("", NULL, 0);
		assert_string_equal(text, variables[i].expected);
		free(text);
		unsetenv(variables[i].name);
	}
}

static void a_wrong_flag_is_named_as_it_was_given(void **state)
{
	struct ts_setting settings[] = {
	    {(char[]){"pool.workers"}, (char[]){"none"}},
	    {(char[]){"pool.worker"}, (char[]){"1"}},
	    {(char[]){"kafka.sasl.password"}, (char[]){"hunter2"}},
	};
	char *text = findings_of("", settings, 3);
	(void)state;

	assert_string_equal(
	    text,
	    "--pool-workers: pool.workers: 'none' is not a whole number from 1 to "
	    "1024\n"
	    "--pool-worker: unknown key 'pool.worker': did you mean 'pool.workers'?\n"
	    "-X sasl.password: kafka: 'sasl.password' is a secret that others could "
	    "see "
	    "here: put it into a file and set 'sasl.password_file'\n");
	free(text);
}

static void the_first_finding_is_the_error_and_the_others_are_counted(void **state)
{
	struct ts_config config = {.pool.workers = 7};
	struct ts_error err = {0};
	TS_AUTO(ts_buf) expected = {0};
	(void)state;

	write_file(path, "a: 1\nb: 2\nc: 3\n", 0644);
	assert_false(ts_config_load(path, false, NULL, 0, &config, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	ts_buf_printf(
	    &expected,
	    "%s:1:1: unknown key 'a' (and 2 more: see tablesync config check)", path);
	assert_string_equal(err.text, expected.data);
	assert_int_equal(config.pool.workers, 7);
}

static void only_the_usual_file_may_be_missing(void **state)
{
	struct ts_config config = {0};
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_config_load("/no/such.yaml", true, NULL, 0, &config, &err));
	assert_string_equal(err.text,
			    "/no/such.yaml: cannot be read: No such file or directory: "
			    "name the configuration with --config FILE or TS_CONFIG "
			    "('tablesync config sample' prints one)");
	assert_false(ts_config_load(folder, false, NULL, 0, &config, &err));
	assert_non_null(strstr(err.text, "cannot be read: Is a directory"));
	setenv("TS_CONFIG", "/no/such.yaml", 1);
	assert_false(ts_config_load(NULL, true, NULL, 0, &config, &err));
	assert_non_null(strstr(err.text, "/no/such.yaml"));
	write_file(path, "pool: {workers: 9}\n", 0644);
	setenv("TS_CONFIG", path, 1);
	assert_true(ts_config_load(NULL, false, NULL, 0, &config, &err));
	assert_int_equal(config.pool.workers, 9);
	ts_config_release(&config);
	unsetenv("TS_CONFIG");
}

static const struct secret {
	const char *text;
	mode_t mode;
	const char *wrong; /* NULL: the text is `expected` */
	const char *expected;
} secrets[] = {
    {"abc", 0400, NULL, "abc"},
    {"abc\n", 0440, NULL, "abc"},
    {"abc\r\n", 0600, NULL, "abc"},
    {" a b \n\n", 0600, NULL, " a b \n"},
    {"abc", 0444, "can be read by everybody: chmod o-r it", NULL},
    {"abc", 0604, "can be read by everybody: chmod o-r it", NULL},
    {"", 0600, "is empty", NULL},
    {"\n", 0600, "is empty", NULL},
};

static void a_secret_is_the_text_of_a_file_that_not_everybody_can_read(void **state)
{
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_buf_printf(&text, "catalog: {token_file: %s}\n", secret_path);
	write_file(path, text.data, 0644);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		const struct secret *row = &secrets[i];
		struct ts_config config = {0};
		struct ts_error err = {0};
		bool is_loaded;

		unlink(secret_path);
		write_file(secret_path, row->text, row->mode);
		is_loaded = ts_config_load(path, false, NULL, 0, &config, &err);
		assert_int_equal(is_loaded, row->wrong == NULL);
		if (is_loaded)
			assert_string_equal(config.catalog.token, row->expected);
		else
			assert_non_null(strstr(err.text, row->wrong));
		ts_config_release(&config);
	}
	unlink(secret_path);
	assert_int_equal(mkfifo(secret_path, 0600), 0);
	free(findings_of(text.data, NULL, 0)); /* comes back without a writer */
	unlink(secret_path);
}

/* A configuration with every kind of value and origin, and secrets all over. */
static void read_rich(struct ts_config *ret_config, struct ts_report *ret_report)
{
	static struct ts_setting settings[] = {{(char *)"pool.drain", (char *)"3s"}};
	TS_AUTO(ts_buf) text = {0};

	unlink(secret_path);
	write_file(secret_path, "canary-file\n", 0600);
	ts_buf_printf(
	    &text,
	    "kafka:\n  sasl.username: me\n  sasl.password: canary-kafka\n"
	    "  ssl.key.pem: |\n    canary-pem\n  ssl.key.password_file: %s\n"
	    "instance: \"null\"\n"
	    "datasources:\n"
	    "  - {id: 8, name: 'it: \"x\" # y', connection: "
	    "\"DSN=a;PWD={canary;dsn}\",\n"
	    "     init: \"SELECT 1;\\nSELECT '\\\\'\", exclude_schemas: [a, \"*b\", "
	    "'-c']}\n"
	    "  - {id: 9, name: 0x9, connection: DSN=b, password_file: %s}\n"
	    "catalog: {token_file: %s}\n"
	    "http: {storage: \"Driver=x;Password=canary-storage\"}\n",
	    secret_path, secret_path, secret_path);
	write_file(path, text.data, 0600);
	setenv("TS_LOG__LEVEL", "warn", 1);
	ts_config_read(path, false, settings, 1, ret_config, ret_report);
	unsetenv("TS_LOG__LEVEL");
	if (ret_report->findings.count)
		fail_msg("%s", ret_report->findings.items[0].text);
}

static void print_shows_values_and_origins_and_no_secret(void **state)
{
	struct ts_config config;
	struct ts_report report;
	TS_AUTO(ts_buf) text = {0};
	TS_AUTO(ts_buf) origin = {0};
	json_t *json;
	(void)state;

	read_rich(&config, &report);
	ts_config_print(&config, &report, &text);
	assert_null(strstr(text.data, "canary"));
	assert_non_null(strstr(text.data, "  sasl.password: \"********\" "));
	assert_non_null(strstr(text.data, "DSN=a;PWD=********"));
	assert_non_null(strstr(text.data, "Driver=x;Password=********"));
	assert_non_null(strstr(text.data, "  level: warn   "));
	assert_non_null(strstr(text.data, " # TS_LOG__LEVEL\n"));
	assert_non_null(strstr(text.data, " # --pool-drain\n"));
	assert_non_null(strstr(text.data, " # default\n"));
	ts_buf_printf(&origin, " # %s:2\n", path);
	assert_non_null(strstr(text.data, origin.data));

	ts_buf_clear(&text);
	json = ts_config_json(&config, &report);
	assert_non_null(json);
	ts_json_print(json, &text);
	assert_null(strstr(text.data, "canary"));
	assert_non_null(strstr(text.data, "{\"key\":\"pool.drain\",\"value\":\"3s\","
					  "\"origin\":\"--pool-drain\"}"));
	assert_non_null(strstr(text.data, "{\"key\":\"pool.workers\",\"value\":16,"));
	json_decref(json);
	ts_report_release(&report);
	ts_config_release(&config);
}

static void what_print_shows_can_be_read_again(void **state)
{
	struct ts_config config, again;
	struct ts_report report, report_again;
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	read_rich(&config, &report);
	ts_config_print(&config, &report, &text);
	write_file(path, text.data, 0600);
	ts_config_read(path, false, NULL, 0, &again, &report_again);
	if (report_again.findings.count)
		fail_msg("%s", report_again.findings.items[0].text);
	assert_int_equal(again.pool.drain_ms, 3000);
	assert_string_equal(again.instance, "null");
	assert_string_equal(again.log_level, "warn");
	assert_int_equal(again.datasource_count, 2);
	assert_string_equal(again.datasources[0].name, config.datasources[0].name);
	assert_string_equal(again.datasources[0].init, config.datasources[0].init);
	assert_string_equal(again.datasources[0].exclude_schemas.items[2], "-c");
	assert_string_equal(again.datasources[1].name, "0x9");
	assert_string_equal(again.datasources[1].password, "canary-file");
	ts_report_release(&report);
	ts_config_release(&config);
	ts_report_release(&report_again);
	ts_config_release(&again);
}

/* A good file with some bytes changed: findings or a configuration, never a crash. */
static void a_damaged_file_never_crashes_the_reader(void **state)
{
	static const char good[] =
	    "kafka: {bootstrap.servers: \"a:1\", sasl.password_file: /no/such}\n"
	    "topics: {jobs: j, reply_allow: [x, \"y\"], create: false}\n"
	    "pool:\n  workers: 3\n  grace: 1m\n"
	    "datasources:\n  - id: 8\n    name: w\n    connection: \"D={catalog}\"\n"
	    "    catalogs: [m, n]\n  - {id: 9, name: v, connection: c, timeout: 5s}\n"
	    "http: {storage: \"D={state_dir}/x\", listen: \"[::1]:1\"}\n";
	(void)state;

	srand(11);
	for (int round = 0; round < 5000; round++) {
		char text[sizeof(good)];

		memcpy(text, good, sizeof(good));
		for (int i = rand() % 4; i >= 0; i--)
			text[(size_t)rand() % (sizeof(good) - 1)] =
			    "{}[]:,-\"' \n&*!|x9\t\xff"[rand() % 20];
		free(findings_of(text, NULL, 0));
	}
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/f.yaml", folder);
	snprintf(secret_path, sizeof(secret_path), "%s/secret", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	unlink(secret_path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_file_is_all_defaults),
	    cmocka_unit_test(a_whole_file_arrives),
	    cmocka_unit_test(flags_come_before_environment_before_file_before_default),
	    cmocka_unit_test(a_variable_of_a_section_of_ours_must_be_right),
	    cmocka_unit_test(a_wrong_flag_is_named_as_it_was_given),
	    cmocka_unit_test(the_first_finding_is_the_error_and_the_others_are_counted),
	    cmocka_unit_test(only_the_usual_file_may_be_missing),
	    cmocka_unit_test(
		a_secret_is_the_text_of_a_file_that_not_everybody_can_read),
	    cmocka_unit_test(print_shows_values_and_origins_and_no_secret),
	    cmocka_unit_test(what_print_shows_can_be_read_again),
	    cmocka_unit_test(a_damaged_file_never_crashes_the_reader),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
