/* findings.h - everything that is wrong with a configuration, not only the first.
 *
 * A finding is one line: its place, then what is wrong and what may have been meant.
 * It never holds a secret.  Zero-initialised is empty.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FINDINGS_H
#define TS_FINDINGS_H
#include "base/attr.h"
#include <stddef.h>

enum { TS_FINDINGS_MAX = 100 }; /* the others are only counted */

/* Where something was said: a file with line and column, a variable, a flag. */
struct ts_place {
	const char *name; /* the file's, the variable's, the flag's; borrowed */
	int line, column; /* from 1; 0 for a variable, a flag, a whole file */
};

struct ts_finding {
	int line, column; /* 0: belongs to no line */
	char *text;       /* owned; one line, valid UTF-8 */
};

struct ts_findings {
	struct ts_finding *items; /* by place, those without a line at the end */
	size_t count;
	size_t dropped; /* found, but beyond TS_FINDINGS_MAX */
};

void ts_findings_release(struct ts_findings *findings);
/* `place` NULL: about the configuration as a whole. */
void ts_findings_add(struct ts_findings *findings, const struct ts_place *place,
		     const char *format, ...) TS_PRINTF(3, 4);

/* The nearest of several texts to one that is not among them: zero it, set `wanted`,
 * offer the candidates, look at `best`. */
struct ts_guess {
	const char *wanted;
	const char *best; /* NULL: none is near; borrowed from the candidates */
	int distance;
};

void ts_guess_offer(struct ts_guess *guess, const char *candidate);

#endif
