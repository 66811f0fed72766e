/* dlq_filter.c - which dead letters a command line speaks of. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/dlq.h"
#include "cli/jobs.h"
#include "config/findings.h"
#include "config/options.h"
#include <stdlib.h>
#include <string.h>

bool ts_dlq_has_filter(const struct ts_dlq_flags *flags)
{
	return flags->errors || flags->datasource || flags->schema || flags->table ||
	       flags->since || flags->until || flags->offsets;
}

/* Each part of a list with commas between. */
static bool each_part(const char *list,
		      bool (*take)(const char *part, struct ts_letter_filter *filter,
				   struct ts_error *err),
		      struct ts_letter_filter *filter, struct ts_error *err)
{
	char *copy = ts_strdup(list), *rest = copy, *part;
	bool ok = true;

	while (ok && rest) {
		part = rest;
		rest = strchr(rest, ',');
		if (rest)
			*rest++ = '\0';
		ok = take(part, filter, err);
	}
	free(copy);
	return ok;
}

static bool take_error(const char *part, struct ts_letter_filter *filter,
		       struct ts_error *err)
{
	struct ts_strings *errors = &filter->errors;
	struct ts_guess guess = {.wanted = part};

	if (ts_code_find(part) == TS_OK) {
		for (enum ts_code code = TS_OK + 1; code < TS_CODE_COUNT; code++)
			if (ts_code_status(code))
				ts_guess_offer(&guess, ts_code_name(code));
		return ts_fail(err, TS_E_USAGE,
			       "--error: '%.40s' is not the name of an error%s%s%s",
			       part, guess.best ? ": did you mean '" : "",
			       guess.best ? guess.best : "", guess.best ? "'?" : "");
	}
	errors->items =
	    ts_realloc(errors->items, errors->count + 1, sizeof(*errors->items));
	errors->items[errors->count++] = ts_strdup(part);
	return true;
}

static bool take_range(const char *part, struct ts_letter_filter *filter,
		       struct ts_error *err)
{
	struct ts_letter_range range;

	if (!ts_letter_range_parse(part, &range))
		return ts_fail(err, TS_E_USAGE,
			       "--offsets: '%.40s' is neither PARTITION-OFFSET nor "
			       "PARTITION-FROM..TO",
			       part);
	filter->ranges = ts_realloc(filter->ranges, filter->range_count + 1,
				    sizeof(*filter->ranges));
	filter->ranges[filter->range_count++] = range;
	return true;
}

/* "2h" as everywhere, and "7d". */
static bool parse_ago(const char *text, int64_t *ret_ms)
{
	static const struct ts_option duration = {
	    .key = "duration", .type = TS_OPTION_DURATION, .max = INT64_MAX / 2};
	enum { DAY_HOURS = 24, HOUR_MS = 3600 * 1000, MOST_DAYS = 100000 };
	const size_t digits = strspn(text, "0123456789");
	TS_AUTO(ts_buf) copy = {0};
	struct ts_error ignored;
	int64_t days;

	if (strcmp(text + digits, "d") != 0) {
		ts_buf_puts(&copy, text);
		return copy.len &&
		       ts_option_store(&duration, ret_ms, &copy.data, 1, &ignored);
	}
	ts_buf_add(&copy, text, digits);
	if (!ts_int64_parse(ts_buf_text(&copy), 0, MOST_DAYS, &days))
		return false;
	*ret_ms = days * DAY_HOURS * HOUR_MS;
	return true;
}

/* A moment, or how long ago that was. */
static bool parse_time(const char *flag, const char *text, int64_t unix_ms,
		       int64_t *ret_ms, struct ts_error *err)
{
	int64_t us, ago_ms;

	if (ts_timestamp_parse(text, &us)) {
		*ret_ms = us / 1000;
		return true;
	}
	if (!parse_ago(text, &ago_ms))
		return ts_fail(err, TS_E_USAGE,
			       "--%s: '%.40s' is neither a time such as "
			       "2026-11-23T05:00:00Z nor how long ago, such as 2h",
			       flag, text);
	*ret_ms = unix_ms - ago_ms;
	return true;
}

bool ts_dlq_filter_make(const struct ts_dlq_flags *flags,
			const struct ts_config *config, int64_t unix_ms,
			struct ts_letter_filter *ret_filter, struct ts_error *err)
{
	struct ts_letter_filter *filter = ret_filter;

	*filter = (struct ts_letter_filter){.schema = flags->schema,
					    .table = flags->table,
					    .since_ms = INT64_MIN,
					    .until_ms = INT64_MAX};
	filter->has_datasource = flags->datasource != NULL;
	return (!flags->errors || each_part(flags->errors, take_error, filter, err)) &&
	       (!flags->offsets ||
		each_part(flags->offsets, take_range, filter, err)) &&
	       (!flags->datasource ||
		ts_jobs_datasource(config, flags->datasource, &filter->datasource_id,
				   err)) &&
	       (!flags->since ||
		parse_time("since", flags->since, unix_ms, &filter->since_ms, err)) &&
	       (!flags->until ||
		parse_time("until", flags->until, unix_ms, &filter->until_ms, err));
}
