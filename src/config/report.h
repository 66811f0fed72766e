/* report.h - how a configuration came about: who said what, and what is wrong.
 *
 * ts_config_load (config.h) is for those who want the configuration or an error; this
 * is for `config check` and `config print`.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REPORT_H
#define TS_REPORT_H
#include "base/json.h"
#include "config/config.h"
#include "config/findings.h"

/* What was said about one key, and where. */
struct ts_given {
	char *text;  /* as it was written, of a list NULL */
	char *place; /* the file's, the variable's, the flag's name, or TS_DEFAULT */
	int line, column; /* in a file */
};

#define TS_DEFAULT "default"

/* The same for one key of `kafka`, in the order in which they came. */
struct ts_given_setting {
	char *key; /* as it was written: may be the "<key>_file" of a secret */
	struct ts_given given;
};

/* Zero-initialised is empty. */
struct ts_report {
	char *file;                   /* that was read; NULL: none */
	struct ts_given *options;     /* one for each row of ts_options */
	struct ts_given *datasources; /* one for each row of ts_datasource_options, for
					 each data source in turn */
	struct ts_place *datasource_places; /* where each begins */
	size_t datasource_count;
	struct ts_given_setting *kafka;
	size_t kafka_count;
	struct ts_findings findings;
};

void ts_report_release(struct ts_report *report);
/* Note what was said (`text` may be NULL), in place of what was noted before. */
void ts_given_set(struct ts_given *given, const struct ts_place *place,
		  const char *text);
struct ts_place ts_given_place(const struct ts_given *given); /* borrows */

/* As ts_config_load, but go on behind what is wrong.  Fills both in any case; the
 * configuration is only to be used where there is no finding. */
void ts_config_read(const char *path, bool is_file_optional,
		    const struct ts_setting *settings, size_t count,
		    struct ts_config *ret_config, struct ts_report *ret_report);

/* Append every value that is in force, in the form of the file, with its origin behind
 * it; secrets are masked. */
void ts_config_print(const struct ts_config *config, const struct ts_report *report,
		     struct ts_buf *text);
/* The same as {"file", "options": [{"key", "value", "origin"}], "datasources": [[…]],
 * "kafka": […]}; the caller owns it. */
json_t *ts_config_json(const struct ts_config *config, const struct ts_report *report);

#endif
