/* letter_json.h - a dead letter as JSON, for lists.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_JSON_H
#define TS_LETTER_JSON_H
#include "base/json.h"
#include "kafka/letter.h"

/* A new object: where it stands, when and why it was set aside, of which job. */
json_t *ts_letter_json(const struct ts_letter *letter);

#endif
