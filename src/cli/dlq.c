/* dlq.c - `tablesync dlq`: look at dead letters, replay them, set them aside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dlq.h"
#include "base/clock.h"
#include <stdio.h>
#include <string.h>

enum action { LIST = 1, SHOW = 2, REPLAY = 4, DISCARD = 8 };

static const struct {
	const char *name;
	enum action action;
	enum ts_exit (*run)(const struct ts_dlq *dlq);
} actions[] = {{"list", LIST, ts_dlq_list},
	       {"show", SHOW, ts_dlq_show},
	       {"replay", REPLAY, ts_dlq_replay},
	       {"discard", DISCARD, ts_dlq_discard}};

enum { ACTION_COUNT = sizeof(actions) / sizeof(*actions) };

#define AT(member) offsetof(struct ts_dlq_flags, member)
static const struct ts_flag flags[] = {
    {"error", TS_FLAG_TEXT, AT(terms.errors), .value = "NAMES",
     .text = "letters with one of these errors: source_timeout,source_busy"},
    {"datasource", TS_FLAG_TEXT, AT(terms.datasource), .value = "ID|NAME",
     .text = "letters of this data source"},
    {"schema", TS_FLAG_TEXT, AT(terms.schema), .value = "SCHEMA",
     .text = "… of this schema, as their jobs spell it"},
    {"table", TS_FLAG_TEXT, AT(terms.table), .value = "TABLE",
     .text = "… of this table, as their jobs spell it"},
    {"since", TS_FLAG_TEXT, AT(terms.since), .value = "TIME",
     .text = "… set aside then or later: 2026-11-23T05:00:00Z, or 2h (ago)"},
    {"until", TS_FLAG_TEXT, AT(terms.until), .value = "TIME",
     .text = "… set aside before"},
    {"offsets", TS_FLAG_TEXT, AT(terms.offsets), .value = "PLACES",
     .text = "… at these places: 3-17,4-0..99 (PARTITION-OFFSET, or a range)"},
    {"all", TS_FLAG_BOOL, AT(is_all),
     .text = "replay, discard: every letter, where no filter is given"},
    {"each", TS_FLAG_BOOL, AT(is_each), .text = "list: a line for each letter"},
    {"dry-run", TS_FLAG_BOOL, AT(is_dry_run),
     .text = "replay, discard: only say what would be done"},
    {"rate", TS_FLAG_INT, AT(rate), .value = "N", .min = 1, .max = 1000000,
     .text = "replay: at most N letters a second"},
    {"max-replays", TS_FLAG_INT, AT(max_replays), .value = "N", .min = 1,
     .max = 1000000,
     .text = "replay: leave those that were replayed N times (default 2)"},
    {0}};

/* Which actions take a flag that is set. */
struct use {
	const char *name;
	bool is_set;
	int actions;
};

static bool check_uses(const struct use *uses, size_t count, size_t action,
		       struct ts_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (uses[i].is_set && !(uses[i].actions & (int)actions[action].action))
			return ts_fail(err, TS_E_USAGE, "--%s does not go with dlq %s",
				       uses[i].name, actions[action].name);
	return true;
}

static bool check_flags(const struct ts_dlq_flags *own, size_t action,
			struct ts_error *err)
{
	const bool has_filter = ts_letter_terms_exclude(&own->terms);
	enum { FILTERED = LIST | REPLAY | DISCARD };
	const struct use uses[] = {
	    {"error", own->terms.errors != NULL, FILTERED},
	    {"datasource", own->terms.datasource != NULL, FILTERED},
	    {"schema", own->terms.schema != NULL, FILTERED},
	    {"table", own->terms.table != NULL, FILTERED},
	    {"since", own->terms.since != NULL, FILTERED},
	    {"until", own->terms.until != NULL, FILTERED},
	    {"offsets", own->terms.offsets != NULL, FILTERED},
	    {"all", own->is_all, REPLAY | DISCARD},
	    {"each", own->is_each, LIST},
	    {"dry-run", own->is_dry_run, REPLAY | DISCARD},
	    {"rate", own->rate != 0, REPLAY},
	    {"max-replays", own->max_replays != 0, REPLAY},
	};

	if (!check_uses(uses, sizeof(uses) / sizeof(*uses), action, err))
		return false;
	if (own->is_all && has_filter)
		return ts_fail(err, TS_E_USAGE,
			       "--all and a filter exclude each other");
	if (!own->is_all && !has_filter &&
	    (actions[action].action & (REPLAY | DISCARD)))
		return ts_fail(err, TS_E_USAGE,
			       "dlq %s: which letters?  Give a filter such as --error "
			       "or --offsets, or --all",
			       actions[action].name);
	return true;
}

static bool find_action(const char *name, size_t *ret_action, struct ts_error *err)
{
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (strcmp(actions[i].name, name) == 0) {
			*ret_action = i;
			return true;
		}
	return ts_fail(err, TS_E_USAGE,
		       "dlq: '%.40s' is none of list, show, replay, discard", name);
}

/* Without a file, the broker's address has to be on the command line. */
static bool is_file_optional(const struct ts_flags *line)
{
	for (size_t i = 0; i < line->setting_count; i++)
		if (strcmp(line->settings[i].key, "kafka.bootstrap.servers") == 0)
			return true;
	return false;
}

static bool read_line(const struct ts_command *command, int argc, char **argv,
		      struct ts_dlq_flags *own, struct ts_flags *line,
		      size_t *ret_action, struct ts_error *err)
{
	if (!ts_flags_read(command, argc, argv, own, line, err) ||
	    !ts_flags_want_args(line, 1, 2, "list, show, replay or discard", err) ||
	    !find_action(line->args[0], ret_action, err))
		return false;
	if (actions[*ret_action].action == SHOW) {
		if (line->arg_count != 2)
			return ts_fail(err, TS_E_USAGE,
				       "dlq show: which letter?  PARTITION-OFFSET, as "
				       "list prints it");
	} else if (line->arg_count != 1) {
		return ts_fail(err, TS_E_USAGE, "dlq %s: '%.40s' is too much",
			       line->args[0], line->args[1]);
	}
	return check_flags(own, *ret_action, err);
}

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	struct ts_dlq_flags own = {.terms = {.prefix = "--"}};
	TS_AUTO(ts_flags) line = {0};
	TS_AUTO(ts_config) config = {0};
	struct ts_dlq dlq = {.config = &config, .flags = &own, .line = &line};
	struct ts_error err = {0};
	enum ts_exit exit;
	size_t action;

	if (!read_line(command, argc, argv, &own, &line, &action, &err) ||
	    !ts_flags_config(&line, is_file_optional(&line), &config, &err))
		return ts_command_fail(&err);
	if (ts_letter_terms_make(&own.terms, &config, ts_unix_ms(), &dlq.filter, &err))
		exit = actions[action].run(&dlq);
	else
		exit = ts_command_fail(&err);
	ts_letter_filter_release(&dlq.filter);
	return exit;
}

void ts_dlq_put_json(TS_TAKES json_t *value)
{
	TS_AUTO(ts_buf) text = {0};

	ts_json_print(value, &text);
	puts(text.data);
	json_decref(value);
}

void ts_dlq_say_none(const struct ts_dlq *dlq, const struct ts_letters *letters)
{
	const char *topic = ts_letters_topic(letters);
	const size_t done = ts_letters_done(letters);

	if (!ts_letters_has_topic(letters)) {
		fprintf(stderr,
			"tablesync: no dead letters: '%s' does not exist, nothing was "
			"ever set aside\n",
			topic);
		return;
	}
	fprintf(stderr, "tablesync: no dead letters%s in '%s'",
		ts_letter_terms_exclude(&dlq->flags->terms) ? " that match" : "",
		topic);
	if (done)
		fprintf(stderr, "; %zu were replayed or discarded", done);
	fputc('\n', stderr);
}

const struct ts_command ts_command_dlq = {
    .name = "dlq",
    .summary = "dead letters: list, show, replay, discard",
    .help =
	"examples:\n"
	"  tablesync dlq list                              how many, by error\n"
	"  tablesync dlq list --each --datasource 8        a line for each\n"
	"  tablesync dlq show 3-17                         one, with all that is in "
	"it\n"
	"  tablesync dlq replay --error source_unreachable --dry-run\n"
	"  tablesync dlq replay --error source_unreachable --rate 50\n"
	"  tablesync dlq replay --offsets 3-17,3-20..25\n"
	"  tablesync dlq discard --datasource 9 --until 7d\n"
	"\n"
	"A letter that is replayed is published again, once, for whoever still waits "
	"for\n"
	"it; with the same job_id, and `replay` in the reply says how many times that "
	"was.\n"
	"One that was replayed or discarded is not listed any more.  A replay that "
	"was\n"
	"interrupted is simply run again.  Several filters: all of them must match.\n"
	"Ctrl-C ends it when the transaction under way has ended.\n",
    .flags = flags,
    .run = run,
};
