/* clock.c - see clock.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t ts_now_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int ts_remaining_ms(int64_t deadline_ms, int max)
{
	int64_t now = ts_now_ms();

	if (deadline_ms <= now)
		return 0;
	return deadline_ms - now > max ? max : (int)(deadline_ms - now);
}

int64_t ts_unix_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

int64_t ts_unix_us(void)
{
	return read_us(CLOCK_REALTIME);
}

void ts_timestamp_print(int64_t unix_us, char ret_text[TS_TIMESTAMP_SIZE])
{
	time_t seconds = (time_t)(unix_us / 1000000);
	struct tm utc;
	size_t len;

	gmtime_r(&seconds, &utc);
	len = strftime(ret_text, TS_TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(ret_text + len, TS_TIMESTAMP_SIZE - len, ".%06uZ",
		 (unsigned)(unix_us % 1000000) % 1000000);
}

/* Days from 1970-01-01, proleptic Gregorian; years are counted from March, so that the
 * leap day is a year's last. */
static int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

bool ts_timestamp_parse(const char *text, int64_t *ret_unix_us)
{
	static const char form[] = "0000-00-00T00:00:00";
	int year, month, day, hour, minute, second, len = 0;
	int64_t fraction = 0, scale = 1000000;

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9'
				   : text[i] != form[i])
			return false;
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour,
		   &minute, &second, &len) != 6 ||
	    len != 19)
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 ||
	    hour > 23 || minute > 59 || second > 60)
		return false;
	text += len;
	if (*text == '.') {
		for (text++; *text >= '0' && *text <= '9'; text++) {
			scale /= 10;
			fraction += (*text - '0') * scale;
		}
	}
	if (text[0] != 'Z' || text[1])
		return false;
	*ret_unix_us = (days_from_civil(year, month, day) * 86400 + hour * 3600 +
			minute * 60 + second) *
			   1000000 +
		       fraction;
	return true;
}
