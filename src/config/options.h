/* options.h - the options table.
 *
 * A row is one scalar or list of the configuration; where it stands in the file, the
 * variable, the flag, the help, the README and the sample file all come from it.  There
 * are two tables: the options of the program and the members of one data source, which
 * only the file can hold.
 *
 * Thread: any; the tables are constant. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_OPTIONS_H
#define TS_OPTIONS_H
#include "base/buf.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ts_option_type {
	TS_OPTION_TEXT,     /* to a char * */
	TS_OPTION_WORD,     /* to a char *; one of the words in `unit` */
	TS_OPTION_INT,      /* to an int */
	TS_OPTION_BOOL,     /* to a bool */
	TS_OPTION_DURATION, /* `30s`; to an int64_t of milliseconds */
	TS_OPTION_STRINGS,  /* a list; to a struct ts_strings */
	TS_OPTION_ERRORS,   /* a list of errors' names; to a struct ts_strings */
	TS_OPTION_DELAYS,   /* a list of durations that grow; to a struct ts_delays */
	TS_OPTION_SECRET,   /* a file's path; to a char * with that file's text */
};

/* Is the text right?  NULL, or what is wrong with it. */
typedef const char *ts_option_check(const char *text);

struct ts_option {
	const char *key; /* "pool.workers"; the part before the dot is the section */
	enum ts_option_type type;
	size_t offset;        /* into struct ts_config or struct ts_datasource */
	int64_t min, max;     /* of an int or (in ms) of each duration */
	const char *standard; /* the default as it would stand in the file, or NULL */
	const char *unit;     /* what the value is, for the help; words: `a|b` */
	bool is_required;
	bool is_connection; /* may hold a password: masked when printed */
	const char *sample; /* a value for the sample file; NULL: the default */
	ts_option_check *check;
	const char *text; /* what it decides, one line */
};

struct ts_options {
	const struct ts_option *rows;
	size_t count;
};

extern const struct ts_options ts_options, ts_datasource_options;

/* Does it take any number of texts instead of one? */
bool ts_option_is_list(const struct ts_option *option);
/* The row with this key; NULL where there is none. */
const struct ts_option *ts_option_find(const struct ts_options *options,
				       const char *key);
/* Is it the name of a section of the program's options ("pool")? */
bool ts_option_is_section(const char *name, size_t len);

/* Append "TS_POOL__WORKERS" or "--pool-workers". */
void ts_option_variable(const char *key, struct ts_buf *name);
void ts_option_flag(const char *key, struct ts_buf *name);

/* Put the value into the struct at `base`, in place of what was there; a list from
 * `count` texts, anything else from one.  A secret's path is only checked.  On failure
 * TS_E_CONFIG and `base` as it was. */
TS_MUST_CHECK bool ts_option_store(const struct ts_option *option, void *base,
				   char *const *texts, size_t count,
				   struct ts_error *err);
/* Append "30s". */
void ts_option_print_duration(int64_t ms, struct ts_buf *text);
/* Free what the struct at `base` holds for these options. */
void ts_options_release(const struct ts_options *options, void *base);

#endif
