/* load.h - what the files of loading share: load.c (who has the last word), tree.c (the
 * file's sections), environment.c (the variables), apply.c (a text into its field).
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LOAD_H
#define TS_LOAD_H
#include "config/options.h"
#include "config/report.h"
#include "config/yaml.h"

/* Where values go: the program's options or one data source. */
struct ts_target {
	const struct ts_options *options;
	void *base;             /* the struct that the rows' offsets speak of */
	struct ts_given *given; /* one for each row */
	struct ts_report *report;
};

/* Put the default of each option. */
void ts_apply_defaults(const struct ts_target *target);
/* Put a variable's or a flag's text; a list has commas between. */
void ts_apply_text(const struct ts_target *target, const struct ts_option *option,
		   const char *text, const struct ts_place *place);
/* Put what the file says. */
void ts_apply_node(const struct ts_target *target, const struct ts_option *option,
		   const struct ts_node *node);
/* Say that there is no such key, and which may have been meant. */
void ts_apply_unknown(const struct ts_target *target, const char *key,
		      const struct ts_place *place);

struct ts_place ts_node_place(const struct ts_report *report,
			      const struct ts_node *node);

/* Put every variable that speaks of one of our sections. */
void ts_apply_environment(const struct ts_target *target);
/* Put a whole file. */
void ts_apply_tree(const struct ts_target *target, const struct ts_node *root,
		   struct ts_config *config);

#endif
