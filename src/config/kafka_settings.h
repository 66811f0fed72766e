/* kafka_settings.h - the section `kafka`: handed to librdkafka as it is, but for what
 * the pool owns and what must not be seen.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_KAFKA_SETTINGS_H
#define TS_KAFKA_SETTINGS_H
#include "config/report.h"

/* What is set unless somebody says otherwise; a row whose key is NULL ends it. */
struct ts_kafka_default {
	const char *key, *value, *text;
};

extern const struct ts_kafka_default ts_kafka_defaults[];

/* How TS_KAFKA__SASL_PASSWORD_FILE is spelt in the file ("sasl.password_file"); `name`
 * is what stands behind TS_KAFKA__. */
void ts_kafka_key_of(const char *name, struct ts_buf *key);

/* Take note of one setting.  `is_seen`: it comes from where others can see it (a flag,
 * a variable), so that a secret is refused. */
void ts_kafka_give(struct ts_report *report, const struct ts_place *place, bool is_seen,
		   const char *key, const char *value);

/* Turn what was given into config->kafka: read the files, add the defaults. */
void ts_kafka_settle(struct ts_report *report, struct ts_config *config);

#endif
