/* lookup.h - the outcomes of a lookup, in the same words from every dialect. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LOOKUP_H
#define TS_LOOKUP_H
#include "source/dialect.h"

/* The name that is most like the one asked for.  Zero-initialised, then `wanted`. */
struct ts_near {
	const char *wanted; /* borrowed */
	char *best;         /* owned; NULL: none is near */
	int distance;
};

void ts_near_release(struct ts_near *near);
/* Here is a name that exists.  One that differs in case only is the nearest. */
void ts_near_offer(struct ts_near *near, const char *name);

/* ": did you mean 'x'?" or nothing: the arguments for three %s of a format. */
#define TS_HINT(name)                                                                  \
	(name) ? ": did you mean '" : "", (name) ? (name) : "", (name) ? "'?" : ""

/* Where and when the lookup looked. */
struct ts_place {
	const char *catalog;     /* NULL where the DBMS has none */
	const char *schema_name; /* canonical; as it was asked for if it is not there */
	const char *observed_at;
};

/* For dialect.read: one table after the other. */
bool ts_lookup_each(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		    bool (*read)(struct ts_conn *conn, struct ts_lookup *lookup,
				 struct ts_error *err),
		    struct ts_error *err);

void ts_lookup_found(struct ts_lookup *lookup, TS_TAKES json_t *document);
/* Absent for sure: the outcome carries the document that says so.  `near` NULL: nothing
 * is like it. */
void ts_lookup_no_schema(struct ts_lookup *lookup, const struct ts_place *place,
			 const char *near);
void ts_lookup_no_table(struct ts_lookup *lookup, const struct ts_place *place,
			const char *near);
/* There is something of that name, but `what` ("a sequence") is no table. */
void ts_lookup_no_kind(struct ts_lookup *lookup, const struct ts_place *place,
		       const char *what);
/* It is there, and the account may not see it. */
void ts_lookup_denied(struct ts_lookup *lookup, const char *schema_name);

/* For dialect.list: add a table, put them in order, … */
void ts_list_add(json_t *tables, const char *table, bool is_view);
void ts_list_sort(json_t *tables);
/* … or fail since there is no such schema. */
bool ts_list_no_schema(const char *schema, const char *near, struct ts_error *err);

#endif
