/* letter_terms.c - see letter_terms.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letter_terms.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/datasources.h"
#include "config/duration.h"
#include "config/findings.h"
#include <stdlib.h>
#include <string.h>

bool ts_letter_terms_exclude(const struct ts_letter_terms *terms)
{
	return terms->errors || terms->datasource || terms->schema || terms->table ||
	       terms->since || terms->until || terms->offsets;
}

typedef bool take_part(const char *part, const char *prefix,
		       struct ts_letter_filter *filter, struct ts_error *err);

/* Each part of a list with commas between. */
static bool each_part(const char *list, take_part *take, const char *prefix,
		      struct ts_letter_filter *filter, struct ts_error *err)
{
	char *copy = ts_strdup(list), *rest = copy, *part;
	bool ok = true;

	while (ok && rest) {
		part = rest;
		rest = strchr(rest, ',');
		if (rest)
			*rest++ = '\0';
		ok = take(part, prefix, filter, err);
	}
	free(copy);
	return ok;
}

static bool take_error(const char *part, const char *prefix,
		       struct ts_letter_filter *filter, struct ts_error *err)
{
	struct ts_strings *errors = &filter->errors;
	struct ts_guess guess = {.wanted = part};

	if (ts_code_find(part) == TS_OK) {
		for (enum ts_code code = TS_OK + 1; code < TS_CODE_COUNT; code++)
			if (ts_code_status(code))
				ts_guess_offer(&guess, ts_code_name(code));
		return ts_fail(err, TS_E_USAGE,
			       "%serror: '%.40s' is not the name of an error%s%s%s",
			       prefix, part, guess.best ? ": did you mean '" : "",
			       guess.best ? guess.best : "", guess.best ? "'?" : "");
	}
	errors->items =
	    ts_realloc(errors->items, errors->count + 1, sizeof(*errors->items));
	errors->items[errors->count++] = ts_strdup(part);
	return true;
}

static bool take_range(const char *part, const char *prefix,
		       struct ts_letter_filter *filter, struct ts_error *err)
{
	struct ts_letter_range range;

	if (!ts_letter_range_parse(part, &range))
		return ts_fail(err, TS_E_USAGE,
			       "%soffsets: '%.40s' is neither PARTITION-OFFSET nor "
			       "PARTITION-FROM..TO",
			       prefix, part);
	filter->ranges = ts_realloc(filter->ranges, filter->range_count + 1,
				    sizeof(*filter->ranges));
	filter->ranges[filter->range_count++] = range;
	return true;
}

/* A moment, or how long ago that was; NULL leaves it as it is. */
static bool take_time(const struct ts_letter_terms *terms, const char *name,
		      const char *text, int64_t unix_ms, int64_t *ret_ms,
		      struct ts_error *err)
{
	int64_t us, ago_ms;

	if (!text)
		return true;
	if (ts_timestamp_parse(text, &us)) {
		*ret_ms = us / 1000;
		return true;
	}
	if (!ts_duration_parse(text, &ago_ms))
		return ts_fail(err, TS_E_USAGE,
			       "%s%s: '%.40s' is neither a time such as "
			       "2026-11-23T05:00:00Z nor how long ago, such as 2h",
			       terms->prefix, name, text);
	*ret_ms = unix_ms - ago_ms;
	return true;
}

bool ts_letter_terms_make(const struct ts_letter_terms *terms,
			  const struct ts_config *config, int64_t unix_ms,
			  struct ts_letter_filter *ret_filter, struct ts_error *err)
{
	struct ts_letter_filter *filter = ret_filter;
	const char *prefix = terms->prefix;

	*filter = (struct ts_letter_filter){.schema = terms->schema,
					    .table = terms->table,
					    .since_ms = INT64_MIN,
					    .until_ms = INT64_MAX};
	filter->has_datasource = terms->datasource != NULL;
	return (!terms->errors ||
		each_part(terms->errors, take_error, prefix, filter, err)) &&
	       (!terms->offsets ||
		each_part(terms->offsets, take_range, prefix, filter, err)) &&
	       (!terms->datasource || ts_datasource_id(config, terms->datasource,
						       &filter->datasource_id, err)) &&
	       take_time(terms, "since", terms->since, unix_ms, &filter->since_ms,
			 err) &&
	       take_time(terms, "until", terms->until, unix_ms, &filter->until_ms, err);
}
