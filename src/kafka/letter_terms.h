/* letter_terms.h - which dead letters are meant, as people say it.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_TERMS_H
#define TS_LETTER_TERMS_H
#include "kafka/letter.h"

/* All borrowed; NULL: not said.  Several: all of them must hold. */
struct ts_letter_terms {
	const char *errors;         /* "source_timeout,source_busy" */
	const char *datasource;     /* its id or its name */
	const char *schema, *table; /* as their jobs spell it */
	const char *since, *until;  /* "2026-11-23T05:00:00Z", or "2h" (ago) */
	const char *offsets;        /* "3-17,4-0..99" */
	const char *prefix; /* of a term's name, for complaints: "--"; not NULL */
};

/* Is any letter excluded by them? */
bool ts_letter_terms_exclude(const struct ts_letter_terms *terms);
/* Make the filter, which borrows from the terms; TS_E_USAGE with what is meant.
 * `unix_ms` is now.  Release it in either case. */
TS_MUST_CHECK bool ts_letter_terms_make(const struct ts_letter_terms *terms,
					const struct ts_config *config, int64_t unix_ms,
					struct ts_letter_filter *ret_filter,
					struct ts_error *err);

#endif
