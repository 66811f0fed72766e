/* findings.c - see findings.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/findings.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 1024 };

void ts_findings_release(struct ts_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->items[i].text);
	free(findings->items);
	*findings = (struct ts_findings){0};
}

static bool is_before(const struct ts_finding *one, const struct ts_finding *other)
{
	if (!one->line || !other->line)
		return one->line && !other->line;
	return one->line < other->line ||
	       (one->line == other->line && one->column < other->column);
}

/* Nearly always at the end: the file is read from its top. */
static void insert(struct ts_findings *findings, struct ts_finding finding)
{
	size_t at = findings->count;

	findings->items =
	    ts_realloc(findings->items, findings->count + 1, sizeof(*findings->items));
	for (; at > 0 && is_before(&finding, &findings->items[at - 1]); at--)
		findings->items[at] = findings->items[at - 1];
	findings->items[at] = finding;
	findings->count++;
}

void ts_findings_add(struct ts_findings *findings, const struct ts_place *place,
		     const char *format, ...)
{
	struct ts_finding finding = {place ? place->line : 0, place ? place->column : 0,
				     NULL};
	char text[TEXT_BYTES];
	TS_AUTO(ts_buf) line = {0};
	va_list args;

	if (findings->count == TS_FINDINGS_MAX) {
		findings->dropped++;
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (place && place->line)
		ts_buf_printf(&line, "%s:%d:%d: ", place->name, place->line,
			      place->column);
	else if (place)
		ts_buf_printf(&line, "%s: ", place->name);
	ts_buf_puts(&line, text);
	finding.text = ts_buf_detach(&line);
	ts_utf8_clean(finding.text);
	insert(findings, finding);
}

/* The longer a word, the more of it may be mistyped. */
static int guess_limit(const char *wanted)
{
	const size_t len = strlen(wanted);

	return len < 3 ? 1 : len < 6 ? 2 : 3;
}

void ts_guess_offer(struct ts_guess *guess, const char *candidate)
{
	const int limit = guess_limit(guess->wanted);
	const int distance = ts_str_distance(guess->wanted, candidate, limit);

	if (distance > limit || (guess->best && distance >= guess->distance))
		return;
	guess->best = candidate;
	guess->distance = distance;
}
