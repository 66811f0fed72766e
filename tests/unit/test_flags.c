/* test_flags.c - cli/flags: command lines into settings, own flags and arguments. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cli/flags.h"

struct own {
	bool wait;
	const char *from;
	int64_t limit;
	struct ts_flag_list tags;
};

static const struct ts_flag flags[] = {
    {"wait", TS_FLAG_BOOL, offsetof(struct own, wait), .text = "wait"},
    {"from", TS_FLAG_TEXT, offsetof(struct own, from), .value = "FILE", .text = "from"},
    {"limit", TS_FLAG_INT, offsetof(struct own, limit), .value = "N", .min = 1,
     .max = 256, .text = "limit"},
    {"tag", TS_FLAG_LIST, offsetof(struct own, tags), .value = "TAG", .text = "tag"},
    {0},
};

static const struct ts_command command = {.name = "publish", .flags = flags};

enum { ARGS_MAX = 16 };

/* Read a line whose words are separated by '|'. */
static bool read_line(const char *line, struct own *own, struct ts_flags *ret,
		      struct ts_error *err)
{
	static char copy[512];
	char *argv[ARGS_MAX] = {(char[]){"publish"}};
	char *rest = copy;
	int argc = 1;

	strncpy(copy, line, sizeof(copy) - 1);
	for (char *word; *line && (word = strtok_r(rest, "|", &rest));)
		argv[argc++] = word;
	return ts_flags_read(&command, argc, argv, own, ret, err);
}

static void settings_flags_and_arguments_are_told_apart(void **state)
{
	struct own own = {.limit = 7};
	TS_AUTO(ts_flags) line = {0};
	struct ts_error err = {0};
	(void)state;

	assert_true(
	    read_line("8|--pool-workers|4|--wait|-X|a.b=c=d|-Xe=|main|--from=x=y|"
		      "--topics-create|--topics-create=false|--json|-|--|--wait",
		      &own, &line, &err));
	assert_true(own.wait);
	assert_string_equal(own.from, "x=y");
	assert_int_equal(own.limit, 7);
	assert_true(line.wants_json);
	assert_null(line.config);
	assert_int_equal(line.arg_count, 4);
	assert_string_equal(line.args[0], "8");
	assert_string_equal(line.args[1], "main");
	assert_string_equal(line.args[2], "-");
	assert_string_equal(line.args[3], "--wait");
	assert_int_equal(line.setting_count, 5);
	assert_string_equal(line.settings[0].key, "pool.workers");
	assert_string_equal(line.settings[0].value, "4");
	assert_string_equal(line.settings[1].key, "kafka.a.b");
	assert_string_equal(line.settings[1].value, "c=d");
	assert_string_equal(line.settings[2].key, "kafka.e");
	assert_string_equal(line.settings[2].value, "");
	assert_string_equal(line.settings[3].value, "true");
	assert_string_equal(line.settings[4].value, "false");
}

static void a_flag_that_may_come_again_keeps_every_value_in_order(void **state)
{
	struct own own = {0};
	TS_AUTO(ts_flags) line = {0};
	struct ts_error err = {0};
	(void)state;

	assert_true(read_line("--tag|b|--wait|--tag=a|--tag|--wait|--tag=b", &own,
			      &line, &err));
	assert_int_equal(own.tags.count, 4);
	for (size_t i = 0; i < own.tags.count; i++)
		assert_string_equal(
		    own.tags.items[i],
		    ((const char *const[]){"b", "a", "--wait", "b"})[i]);
	for (size_t i = own.tags.count; i < TS_FLAG_LIST_MAX; i++)
		own.tags.items[own.tags.count++] = "";
	ts_flags_release(&line);
	assert_false(read_line("--tag=one-too-many", &own, &line, &err));
	assert_int_equal(err.code, TS_E_USAGE);
}

static void a_flag_takes_what_follows_as_its_value(void **state)
{
	struct own own = {0};
	TS_AUTO(ts_flags) line = {0};
	struct ts_error err = {0};
	(void)state;

	assert_true(
	    read_line("--config|--json|--limit|256|--from|-x", &own, &line, &err));
	assert_string_equal(line.config, "--json");
	assert_false(line.wants_json);
	assert_int_equal(own.limit, 256);
	assert_string_equal(own.from, "-x");
}

static const struct wrong {
	const char *line, *message;
} wrongs[] = {
    {"--wiat", "publish: unknown flag '--wiat': did you mean '--wait'?"},
    {"--pool-worker|4",
     "publish: unknown flag '--pool-worker': did you mean '--pool-workers'?"},
    {"--confg|x", "publish: unknown flag '--confg': did you mean '--config'?"},
    {"--xyzzyxyzzy",
     "publish: unknown flag '--xyzzyxyzzy': see tablesync help publish"},
    {"-w", "publish: unknown flag '-w': see tablesync help publish"},
    {"-json", "publish: unknown flag '-json': did you mean '--json'?"},
    {"--wait=1", "--wait takes no value"},
    {"--json=1", "--json takes no value"},
    {"--from", "--from needs a value"},
    {"--config", "--config needs a value"},
    {"--pool-workers", "--pool-workers needs a value"},
    {"-X", "-X needs a value"},
    {"-X|a", "-X: 'a' is not KEY=VALUE"},
    {"-X|=a", "-X: '=a' is not KEY=VALUE"},
    {"-X|sasl.password:canary", "-X: '********' is not KEY=VALUE"},
    {"--limit|257", "--limit: '257' is not a whole number from 1 to 256"},
    {"--limit|x", "--limit: 'x' is not a whole number from 1 to 256"},
};

static void a_wrong_line_says_what_may_have_been_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		struct own own = {0};
		struct ts_flags line = {.arg_count = 77};
		struct ts_error err = {0};

		assert_false(read_line(wrongs[i].line, &own, &line, &err));
		assert_int_equal(err.code, TS_E_USAGE);
		assert_string_equal(err.text, wrongs[i].message);
		assert_int_equal(line.arg_count, 77);
	}
}

static void too_few_and_too_many_arguments_are_named(void **state)
{
	struct own own = {0};
	TS_AUTO(ts_flags) line = {0};
	struct ts_error err = {0};
	(void)state;

	assert_true(read_line("a|b", &own, &line, &err));
	assert_true(ts_flags_want_args(&line, 1, 2, "X Y", &err));
	assert_false(ts_flags_want_args(&line, 3, 3, "X Y Z", &err));
	assert_string_equal(err.text, "arguments are missing: X Y Z");
	assert_false(ts_flags_want_args(&line, 0, 1, "X", &err));
	assert_string_equal(err.text, "unexpected argument 'b'");
}

static void the_help_comes_from_the_table(void **state)
{
	TS_AUTO(ts_buf) help = {0};
	(void)state;

	ts_flags_help(flags, &help);
	assert_string_equal(help.data, "  --wait                 wait\n"
				       "  --from FILE            from\n"
				       "  --limit N              limit\n"
				       "  --tag TAG              tag\n");
	ts_buf_clear(&help);
	ts_flags_help(NULL, &help);
	assert_int_equal(help.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(settings_flags_and_arguments_are_told_apart),
	    cmocka_unit_test(a_flag_that_may_come_again_keeps_every_value_in_order),
	    cmocka_unit_test(a_flag_takes_what_follows_as_its_value),
	    cmocka_unit_test(a_wrong_line_says_what_may_have_been_meant),
	    cmocka_unit_test(too_few_and_too_many_arguments_are_named),
	    cmocka_unit_test(the_help_comes_from_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
