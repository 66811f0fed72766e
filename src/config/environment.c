/* environment.c - the variables TS_SECTION__KEY; see load.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/str.h"
#include "config/kafka_settings.h"
#include "config/load.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/* "TS_POOL__WORKERS" is "pool.workers". */
static void key_of_variable(const char *name, size_t len, struct ts_buf *key)
{
	for (size_t i = strlen("TS_"); i < len; i++) {
		if (name[i] == '_' && i + 1 < len && name[i + 1] == '_') {
			ts_buf_putc(key, '.');
			i++;
		} else {
			ts_buf_putc(key, (char)tolower((unsigned char)name[i]));
		}
	}
}

static void add_unknown_variable(struct ts_report *report, const char *key,
				 const struct ts_place *place)
{
	struct ts_guess guess = {.wanted = key};
	TS_AUTO(ts_buf) near = {0};

	if (ts_str_has_prefix(key, "datasources.")) {
		ts_findings_add(&report->findings, place,
				"data sources stand in the file only");
		return;
	}
	for (size_t i = 0; i < ts_options.count; i++)
		ts_guess_offer(&guess, ts_options.rows[i].key);
	if (guess.best)
		ts_option_variable(guess.best, &near);
	ts_findings_add(&report->findings, place, "no option has this variable%s%s%s",
			near.len ? ": did you mean '" : "", ts_buf_text(&near),
			near.len ? "'?" : "");
}

/* `variable` is "TS_…=value".  What belongs to no section of ours is somebody else's.
 */
static void apply_variable(const struct ts_target *target, const char *variable)
{
	const size_t len = strcspn(variable, "=");
	const char *value = variable + len + (variable[len] ? 1 : 0);
	char *name = ts_memdup(variable, len);
	const struct ts_place place = {.name = name};
	const struct ts_option *option;
	TS_AUTO(ts_buf) key = {0};
	TS_AUTO(ts_buf) setting = {0};

	key_of_variable(variable, len, &key);
	option = ts_option_find(target->options, ts_buf_text(&key));
	if (option) {
		ts_apply_text(target, option, value, &place);
	} else if (ts_str_has_prefix(ts_buf_text(&key), "kafka.")) {
		ts_kafka_key_of(name + strlen("TS_KAFKA__"), &setting);
		ts_kafka_give(target->report, &place, true, ts_buf_text(&setting),
			      value);
	} else if (strchr(ts_buf_text(&key), '.') &&
		   (ts_str_has_prefix(key.data, "datasources.") ||
		    ts_option_is_section(key.data, strcspn(key.data, ".")))) {
		add_unknown_variable(target->report, key.data, &place);
	}
	free(name);
}

void ts_apply_environment(const struct ts_target *target)
{
	for (char **variable = environ; variable && *variable; variable++)
		if (ts_str_has_prefix(*variable, "TS_"))
			apply_variable(target, *variable);
}
