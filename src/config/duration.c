/* duration.c - see duration.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/duration.h"
#include "base/str.h"
#include "config/options.h"
#include <string.h>

bool ts_duration_parse(const char *text, int64_t *ret_ms)
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
