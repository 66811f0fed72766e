/* test_options.c - config/options: the table, the types, what is written from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/manual.h"
#include "config/options.h"
#include "config/secret.h"

static bool store(struct ts_config *config, const char *key, const char *text,
		  struct ts_error *err)
{
	char *copy = ts_strdup(text);
	const bool is_stored =
	    ts_option_store(ts_option_find(&ts_options, key), config, &copy, 1, err);

	free(copy);
	return is_stored;
}

static void a_value_that_is_right_is_stored(void **state)
{
	struct ts_config config = {0};
	struct ts_error err = {0};
	char *topics[] = {(char[]){"a"}, (char[]){"b.c"}};
	(void)state;

	assert_true(store(&config, "pool.workers", "1024", &err));
	assert_int_equal(config.pool.workers, 1024);
	assert_true(store(&config, "pool.drain", "200ms", &err));
	assert_int_equal(config.pool.drain_ms, 200);
	assert_true(store(&config, "pool.drain", "5m", &err));
	assert_int_equal(config.pool.drain_ms, 300000);
	assert_true(store(&config, "pool.grace", "1h", &err));
	assert_int_equal(config.pool.grace_ms, 3600000);
	assert_true(store(&config, "topics.create", "true", &err));
	assert_true(config.topics.create);
	assert_true(store(&config, "topics.create", "false", &err));
	assert_false(config.topics.create);
	assert_true(store(&config, "log.level", "debug", &err));
	assert_string_equal(config.log_level, "debug");
	assert_true(ts_option_store(ts_option_find(&ts_options, "topics.reply_allow"),
				    &config, topics, 2, &err));
	assert_int_equal(config.topics.reply_allow.count, 2);
	assert_string_equal(config.topics.reply_allow.items[1], "b.c");
	assert_true(ts_option_store(ts_option_find(&ts_options, "topics.reply_allow"),
				    &config, NULL, 0, &err));
	assert_int_equal(config.topics.reply_allow.count, 0);
	ts_options_release(&ts_options, &config);
}

static const struct wrong {
	const char *key, *text, *message;
} wrongs[] = {
    {"pool.workers", "", "'' is not a whole number from 1 to 1024"},
    {"pool.workers", "0", "'0' is not a whole number from 1 to 1024"},
    {"pool.workers", "1025", "'1025' is not a whole number from 1 to 1024"},
    {"pool.workers", "8 ", "'8 ' is not a whole number from 1 to 1024"},
    {"pool.workers", "99999999999999999999",
     "'99999999999999999999' is not a whole number from 1 to 1024"},
    {"pool.drain", "30", "'30' is not a duration from 0s to 5m (200ms, 30s, 5m, 1h)"},
    {"pool.drain", "s", "'s' is not a duration from 0s to 5m (200ms, 30s, 5m, 1h)"},
    {"pool.drain", "6m", "'6m' is not a duration from 0s to 5m (200ms, 30s, 5m, 1h)"},
    {"pool.drain", "1.5s",
     "'1.5s' is not a duration from 0s to 5m (200ms, 30s, 5m, 1h)"},
    {"pool.drain", "-1s", "'-1s' is not a duration from 0s to 5m (200ms, 30s, 5m, 1h)"},
    {"pool.drain", "9223372036854775807h",
     "'9223372036854775807h' is not a duration from 0s to 5m (200ms, 30s, 5m, 1h)"},
    {"catalog.timeout", "5ms",
     "'5ms' is not a duration from 100ms to 10m (200ms, 30s, 5m, 1h)"},
    {"topics.create", "yes", "'yes' is neither true nor false"},
    {"topics.create", "", "'' is neither true nor false"},
    {"log.level", "warning", "'warning' is none of error|warn|info|debug"},
    {"log.level", "", "'' is none of error|warn|info|debug"},
    {"log.level", "warn|info", "'warn|info' is none of error|warn|info|debug"},
    {"delivery", "once", "'once' is none of at-least-once|exactly-once"},
    {"state_dir", "", "is empty"},
    {"catalog.token_file", "", "is empty"},
    {"state_dir", "a\x01",
     "holds what is no text (control characters, or bytes that "
     "are not UTF-8)"},
    {"state_dir", "\xff",
     "holds what is no text (control characters, or bytes that "
     "are not UTF-8)"},
    {"http.storage", "a\nb", "is more than one line"},
    {"topics.jobs", "a/b", "is not the name of a topic: 1 to 249 of a-z A-Z 0-9 . _ -"},
    {"topics.jobs", "..", "is not the name of a topic: 1 to 249 of a-z A-Z 0-9 . _ -"},
    {"instance", "a b", "is not a name of at most 249 of a-z A-Z 0-9 . _ -"},
    {"catalog.url", "ftp://x", "is not a URL that begins with http:// or https://"},
    {"catalog.url", "http://", "is a URL without a host"},
    {"catalog.url", "http://:80", "is a URL without a host"},
    {"catalog.url", "http://u:p@x",
     "must not hold a user or a password: use token_file"},
    {"catalog.url", "http://x/?a=b", "must not hold spaces, '?' or '#'"},
};

static void a_wrong_value_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		struct ts_config config = {.pool.workers = 7}, before = config;
		struct ts_error err = {0};

		assert_false(store(&config, wrongs[i].key, wrongs[i].text, &err));
		assert_int_equal(err.code, TS_E_CONFIG);
		assert_string_equal(err.text, wrongs[i].message);
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

static const struct listen {
	const char *text;
	bool is_right;
} listens[] = {
    {"127.0.0.1:8080", true},
    {"127.1.2.3:0", true},
    {"[::1]:8080", true},
    {"localhost:65535", true},
    {"0.0.0.0:8080", true},
    {"10.0.0.1:80", true},
    {"[::]:8080", true},
    {"::1:8080", false},
    {"127.0.0.1", false},
    {"127.0.0.1:", false},
    {"127.0.0.1:65536", false},
    {":8080", false},
    {"example.org:80", true},
    {"localhost.evil:80", true},
    {"[]:1", false},
    {"[::1:80", false},
    {"127.0.0.1:-1", false},
    {"", false},
    {"[:1", false},
};

static void an_address_to_listen_at_is_a_host_and_a_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(listens) / sizeof(*listens); i++) {
		struct ts_config config = {0};
		struct ts_error err = {0};

		if (store(&config, "http.listen", listens[i].text, &err) !=
		    listens[i].is_right)
			fail_msg("'%s': %s", listens[i].text, err.text);
		ts_options_release(&ts_options, &config);
	}
}

static void a_list_names_the_item_that_is_wrong(void **state)
{
	char *bad[] = {(char[]){"good"}, (char[]){"not good"}};
	char *twice[] = {(char[]){"same"}, (char[]){"same"}};
	const struct ts_option *option =
	    ts_option_find(&ts_options, "topics.reply_allow");
	struct ts_config config = {0};
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_option_store(option, &config, bad, 2, &err));
	assert_non_null(strstr(err.text, "'not good': is not the name of a topic"));
	assert_false(ts_option_store(option, &config, twice, 2, &err));
	assert_string_equal(err.text, "'same' is listed twice");
	assert_int_equal(config.topics.reply_allow.count, 0);
}

static void delays_grow_and_are_few(void **state)
{
	char *good[] = {(char[]){"1s"}, (char[]){"90s"}, (char[]){"24h"}};
	char *same[] = {(char[]){"60s"}, (char[]){"1m"}};
	char *short_one[] = {(char[]){"999ms"}};
	char *many[] = {(char[]){"1s"}, (char[]){"2s"}, (char[]){"3s"},
			(char[]){"4s"}, (char[]){"5s"}, (char[]){"6s"},
			(char[]){"7s"}, (char[]){"8s"}, (char[]){"9s"}};
	const struct ts_option *option =
	    ts_option_find(&ts_options, "topics.retry_delays");
	struct ts_config config = {0};
	struct ts_error err = {0};
	(void)state;

	assert_true(ts_option_store(option, &config, good, 3, &err));
	assert_false(ts_option_store(option, &config, same, 2, &err));
	assert_string_equal(err.text,
			    "'1m' is not longer than '60s', which stands before it");
	assert_false(ts_option_store(option, &config, short_one, 1, &err));
	assert_string_equal(
	    err.text, "'999ms' is not a duration from 1s to 24h (200ms, 30s, 5m, 1h)");
	assert_false(ts_option_store(option, &config, many, 9, &err));
	assert_string_equal(err.text, "holds 9 durations, at most 8 are possible");
	assert_int_equal(config.topics.retry_delays.count, 3);
	assert_int_equal(config.topics.retry_delays.ms[1], 90000);
	assert_int_equal(config.topics.retry_delays.ms[2], 86400000);
	assert_true(ts_option_store(option, &config, many, 8, &err));
	assert_int_equal(config.topics.retry_delays.count, TS_DELAYS_MAX);
	assert_true(ts_option_store(option, &config, NULL, 0, &err));
	assert_int_equal(config.topics.retry_delays.count, 0);
	assert_null(config.topics.retry_delays.ms);
	ts_options_release(&ts_options, &config);
}

static const struct error_name {
	const char *text, *message; /* NULL: it is one */
} error_names[] = {
    {"bad_message", NULL},
    {"internal", NULL},
    {"worker_crush", "'worker_crush': is not the name of an error: did you mean "
		     "'worker_crash'?"},
    {"", "'': is not the name of an error"},
    {"broker", "'broker': is not the name of an error"}, /* never on the wire */
    {"something else", "'something else': is not the name of an error"},
};

static void dead_letters_are_names_of_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(error_names) / sizeof(*error_names); i++) {
		const struct error_name *row = &error_names[i];
		struct ts_config config = {0};
		struct ts_error err = {0};

		assert_int_equal(store(&config, "topics.dead_letters", row->text, &err),
				 !row->message);
		assert_string_equal(err.text, row->message ? row->message : "");
		ts_options_release(&ts_options, &config);
	}
}

static void names_follow_from_the_key(void **state)
{
	TS_AUTO(ts_buf) variable = {0};
	TS_AUTO(ts_buf) flag = {0};
	(void)state;

	ts_option_variable("topics.reply_allow", &variable);
	assert_string_equal(variable.data, "TS_TOPICS__REPLY_ALLOW");
	ts_option_flag("topics.reply_allow", &flag);
	assert_string_equal(flag.data, "--topics-reply-allow");
	assert_true(ts_option_is_section("pool", 4));
	assert_false(ts_option_is_section("poo", 3));
	assert_false(ts_option_is_section("delivery", 8));
}

static void check_rows(const struct ts_options *options, const char *document,
		       const char *readme)
{
	for (size_t i = 0; i < options->count; i++) {
		const struct ts_option *row = &options->rows[i];
		TS_AUTO(ts_buf) cell = {0};

		ts_buf_printf(&cell, "| `%s` | ", row->key);
		assert_non_null(strstr(readme, cell.data));
		assert_non_null(strstr(document, row->text));
		assert_true(islower((unsigned char)row->text[0]) ||
			    strncmp(row->text, "SQL", 3) == 0);
		assert_int_not_equal(row->text[strlen(row->text) - 1], '.');
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(row->key, options->rows[other].key);
	}
}

static void every_option_is_in_the_sample_and_in_the_readme(void **state)
{
	TS_AUTO(ts_buf) sample = {0};
	TS_AUTO(ts_buf) readme = {0};
	TS_AUTO(ts_buf) help = {0};
	TS_AUTO(ts_buf) errors = {0};
	(void)state;

	ts_options_sample(&sample);
	ts_options_markdown(&readme);
	ts_options_help(&help);
	ts_errors_markdown(&errors);
	check_rows(&ts_options, sample.data, readme.data);
	check_rows(&ts_datasource_options, sample.data, readme.data);
	for (size_t i = 0; i < ts_options.count; i++)
		assert_non_null(strstr(help.data, ts_options.rows[i].text));
	assert_non_null(strstr(errors.data, "| `table_not_found` | 404 | reject | "));
	assert_null(strstr(errors.data, "`usage`"));
}

static const struct masked {
	const char *text, *expected; /* NULL: nothing to hide */
} masks[] = {
    {"DSN=a;UID=b", NULL},
    {"DSN=a;PWD=secret;UID=b", "DSN=a;PWD=" TS_SECRET_MASK ";UID=b"},
    {"pwd={se;cr}}et};x=y", "pwd=" TS_SECRET_MASK ";x=y"},
    {" Password = secret", " Password =" TS_SECRET_MASK},
    {"pqopt={password=secret};x=y", "pqopt=" TS_SECRET_MASK ";x=y"},
    {"PWD={secret", "PWD=" TS_SECRET_MASK},
    {"a;;b;AccessToken=secret;", "a;;b;AccessToken=" TS_SECRET_MASK ";"},
    {"", NULL},
};

static void secrets_in_a_connection_string_are_masked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(*masks); i++) {
		const struct masked *row = &masks[i];
		TS_AUTO(ts_buf) text = {0};

		ts_secret_mask(row->text, &text);
		assert_string_equal(ts_buf_text(&text),
				    row->expected ? row->expected : row->text);
		assert_int_equal(ts_secret_is_in(row->text), row->expected != NULL);
	}
}

static void secret_keys_are_known(void **state)
{
	static const char *const secret[] = {"sasl.password",
					     "ssl.key.password",
					     "ssl.keystore.password",
					     "ssl.key.pem",
					     "sasl.oauthbearer.client.secret",
					     "sasl.oauthbearer.config",
					     "PWD"};
	static const char *const open[] = {"bootstrap.servers", "ssl.key.location",
					   "sasl.username", "ssl.certificate.pem",
					   "sasl.oauthbearer.token.endpoint.url"};
	(void)state;

	for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++)
		assert_true(ts_secret_is_key(secret[i]));
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		assert_false(ts_secret_is_key(open[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_value_that_is_right_is_stored),
	    cmocka_unit_test(a_wrong_value_is_refused_and_changes_nothing),
	    cmocka_unit_test(an_address_to_listen_at_is_a_host_and_a_port),
	    cmocka_unit_test(a_list_names_the_item_that_is_wrong),
	    cmocka_unit_test(delays_grow_and_are_few),
	    cmocka_unit_test(dead_letters_are_names_of_errors),
	    cmocka_unit_test(names_follow_from_the_key),
	    cmocka_unit_test(every_option_is_in_the_sample_and_in_the_readme),
	    cmocka_unit_test(secrets_in_a_connection_string_are_masked),
	    cmocka_unit_test(secret_keys_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
