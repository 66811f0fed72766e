/* checks.h - what a text of the configuration must look like, and what must fit
 * together.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CHECKS_H
#define TS_CHECKS_H
#include "config/config.h"
#include "config/findings.h"

/* Each is a ts_option_check: NULL, or what is wrong with the text. */
const char *ts_check_not_empty(const char *text);
const char *ts_check_line(const char *text); /* not empty, and one line */
const char *ts_check_topic(const char *text);
const char *ts_check_url(const char *text);
const char *ts_check_listen(const char *text);
const char *ts_check_metrics_listen(const char *text); /* may be empty */
const char *ts_check_public_url(const char *text);     /* may be empty */
const char *ts_check_instance(const char *text);
const char *ts_check_catalog_name(const char *text);

/* What no single value shows.  `places` says where each data source begins. */
void ts_check_config(const struct ts_config *config, const struct ts_place *places,
		     struct ts_findings *findings);

#endif
