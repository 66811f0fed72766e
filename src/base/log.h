/* log.h - one line an event, to stderr.
 *
 *   2026-11-23T05:00:00.123456Z info job.done job=tablesync.jobs-3-17 read_ms=2
 *   {"time":"2026-11-23T05:00:00.123456Z","level":"info","event":"job.done","job":…}
 *
 * An event is a stable word; what belongs to it are fields.  A line is UTF-8 whatever
 * the values hold: bytes that are none become '?', control characters never reach it as
 * they are.  The layers below sync, kafka and cli log nothing above debug: they return
 * their errors.
 *
 * Thread: any; a line is written by one write(2).  Level and format are process-wide.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LOG_H
#define TS_LOG_H
#include <stdbool.h>
#include <stdint.h>

enum ts_log_level { TS_LOG_ERROR, TS_LOG_WARN, TS_LOG_INFO, TS_LOG_DEBUG };
enum ts_log_format { TS_LOG_LOGFMT, TS_LOG_JSON };

struct ts_field {
	const char *key;  /* NULL ends the list */
	const char *text; /* NULL: `number` is the value */
	int64_t number;
};

#define TS_STR(key, value) ((struct ts_field){(key), (value) ? (value) : "", 0})
#define TS_INT(key, value) ((struct ts_field){(key), NULL, (value)})
/* ts_log(TS_LOG_INFO, "job.done", TS_STR("job", id), TS_INT("read_ms", 2)); */
#define ts_log(level, ...) ts_log_event((level), TS_LOG_FIELDS(__VA_ARGS__, TS_LOG_END))
#define TS_LOG_END ((struct ts_field){0})
#define TS_LOG_FIELDS(event, ...)                                                      \
	(event), (const struct ts_field[])                                             \
	{                                                                              \
		__VA_ARGS__                                                            \
	}

void ts_log_event(enum ts_log_level level, const char *event,
		  const struct ts_field *fields);

void ts_log_set_format(enum ts_log_format format);
void ts_log_set_level(enum ts_log_level level);
bool ts_log_is_on(enum ts_log_level level);
/* By name: "error", "warn", "info", "debug".  False for any other. */
bool ts_log_level_parse(const char *name, enum ts_log_level *ret_level);
/* By name: "logfmt", "json".  False for any other. */
bool ts_log_format_parse(const char *name, enum ts_log_format *ret_format);

#endif
