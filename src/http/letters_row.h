/* letters_row.h - a dead letter as the pages' templates have it.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTERS_ROW_H
#define TS_LETTERS_ROW_H
#include "base/json.h"
#include "kafka/letter.h"

/* What kafka/letter_json.h says, with the data source's name and was_replayed. */
json_t *ts_letters_row(const struct ts_letter *letter, const struct ts_config *config);

#endif
