/* letter_form.h - which dead letters a request means, and what is to be done with them.
 *
 * The values are kept as they were given, as an object of texts: {"error": "…",
 * "since": "2h", "rate": "50"}; fields that are left empty are not in it.
 *
 * Thread: any; values belong to one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_FORM_H
#define TS_LETTER_FORM_H
#include "http/form.h"
#include "http/route.h"
#include "kafka/replay_run.h"

/* The names of the fields, for the routes' parameters. */
#define TS_LETTER_TERMS                                                                \
	"error", "datasource", "schema", "table", "since", "until", "offsets"
#define TS_LETTER_CHOICES "what", "rate", "max_replays"

/* What the query or a form says; the caller's. */
json_t *ts_letter_form_query(const struct ts_call *call);
json_t *ts_letter_form_posted(const struct ts_form *form);

/* The filter, which borrows from `values`; TS_E_BAD_VALUE.  Release it in either case.
 */
TS_MUST_CHECK bool ts_letter_form_filter(const json_t *values,
					 const struct ts_config *config,
					 struct ts_letter_filter *ret_filter,
					 struct ts_error *err);
/* Set what, rate and max_replays of a run; TS_E_BAD_VALUE, TS_E_MISSING_VALUE. */
TS_MUST_CHECK bool ts_letter_form_choices(const json_t *values,
					  struct ts_replay_run *run,
					  struct ts_error *err);

/* For templates, lists that are the caller's: a field for each term, {"name", "label",
 * "hint", "value"}; … */
json_t *ts_letter_form_fields(const json_t *values);
/* … what was given, {"name", "label", "value"}. */
json_t *ts_letter_form_given(const json_t *values);

#endif
