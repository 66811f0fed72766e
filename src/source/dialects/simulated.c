/* simulated.c - no DBMS at all: a read of known length, for benchmarks and tests.
 *
 * Its connection string says how long the reading of one table takes, and whether it
 * fails: `Length=0.5;Fail=source_unreachable`, in milliseconds and by an error's name.
 * Every table exists.  Chosen by the configuration alone, which has to allow it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "contract/schema_name.h"
#include "source/document.h"
#include "source/lookup.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

enum { NS_OF_MS = 1000000, NS_OF_S = 1000000000 };

/* What a connection string says. */
struct script {
	int64_t length_ns;    /* of one table */
	enum ts_code failure; /* TS_OK: there is none */
	json_t *document;     /* of any table: only names and time are its own */
};

static bool read_length(const char *text, struct script *script, struct ts_error *err)
{
	char *end;
	double ms = strtod(text, &end);

	if (end == text || *end || !(ms >= 0 && ms <= 24 * 3600 * 1000.0))
		return ts_fail(err, TS_E_CONFIG,
			       "Length='%s' is not a number of milliseconds", text);
	script->length_ns = llround(ms * NS_OF_MS);
	return true;
}

static bool read_failure(const char *text, struct script *script, struct ts_error *err)
{
	script->failure = ts_code_find(text);
	return script->failure != TS_OK || ts_fail(err, TS_E_CONFIG,
						   "Fail='%s' is not the name of an "
						   "error",
						   text);
}

static const struct option {
	const char *key; /* with the `=` */
	bool (*read)(const char *text, struct script *script, struct ts_error *err);
} options[] = {{"Length=", read_length}, {"Fail=", read_failure}};

static bool read_option(const char *text, struct script *script, struct ts_error *err)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (ts_str_has_prefix(text, options[i].key))
			return options[i].read(text + strlen(options[i].key), script,
					       err);
	return ts_fail(err, TS_E_CONFIG, "'%s' is neither Length=… nor Fail=…", text);
}

static bool parse(const char *connection, struct script *script, struct ts_error *err)
{
	TS_AUTO(ts_buf) option = {0};

	for (size_t len; *connection; connection += len + (connection[len] == ';')) {
		len = strcspn(connection, ";");
		ts_buf_clear(&option);
		ts_buf_add(&option, connection, len);
		if (len && !read_option(option.data, script, err))
			return false;
	}
	return true;
}

static json_t *make_document(void)
{
	static const struct ts_table_head head = {.kind = "TABLE"};
	static const struct ts_column column = {.name = "id", .type = "integer"};
	static const struct ts_key_part key = {true, "simulated_key", "id"};
	json_t *document = ts_document_new(&head);

	ts_document_add_column(document, &column);
	ts_document_add_primary(document, &key);
	return document;
}

static bool open_script(const char *connection, void **ret_state, struct ts_error *err)
{
	struct script script = {0}, *state;

	if (!parse(connection, &script, err))
		return false;
	script.document = make_document();
	state = ts_calloc(1, sizeof(*state));
	*state = script;
	*ret_state = state;
	return true;
}

static void close_script(void *opaque)
{
	struct script *script = opaque;

	json_decref(script->document);
	free(script);
}

/* Absolute, so that what is done before and after does not add up, and as exact as the
 * kernel can.  False: the deadline came before the end. */
static bool pass_time(int64_t length_ns, int64_t deadline_ms)
{
	int64_t left_ns = (deadline_ms - ts_now_ms()) * NS_OF_MS;
	bool is_late = deadline_ms != TS_FOREVER && left_ns < length_ns;
	struct timespec until;

	if (is_late)
		length_ns = left_ns > 0 ? left_ns : 0;
	if (!length_ns)
		return !is_late;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(length_ns / NS_OF_S);
	until.tv_nsec += (long)(length_ns % NS_OF_S);
	if (until.tv_nsec >= NS_OF_S) {
		until.tv_nsec -= NS_OF_S;
		until.tv_sec++;
	}
	prctl(PR_SET_TIMERSLACK, 1);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
	return !is_late;
}

/* The parts that all have in common are not copied: nobody changes them. */
static json_t *copy_document(const struct script *script,
			     const struct ts_lookup *lookup, const char *observed_at)
{
	json_t *document = json_copy(script->document);
	TS_AUTO(ts_buf) schema_name = {0};

	if (!document)
		ts_out_of_memory();
	ts_schema_name_print(&lookup->schema, 1, &schema_name);
	json_object_set_new(document, "schema_name", json_string(schema_name.data));
	json_object_set_new(document, "name", json_string(lookup->table));
	json_object_set_new(document, "observed_at", json_string(observed_at));
	return document;
}

static bool read_tables(const void *state, struct ts_lookup *lookups, size_t count,
			int64_t deadline_ms, struct ts_error *err)
{
	const struct script *script = state;
	char observed_at[TS_TIMESTAMP_SIZE];

	if (!pass_time(script->length_ns * (int64_t)count, deadline_ms))
		return ts_fail(err, TS_E_SOURCE_TIMEOUT, "it is simulated");
	if (script->failure != TS_OK)
		return ts_fail(err, script->failure, "it is simulated");
	ts_timestamp_print(ts_unix_us(), observed_at);
	for (size_t i = 0; i < count; i++)
		ts_lookup_found(&lookups[i],
				copy_document(script, &lookups[i], observed_at));
	return true;
}

const struct ts_dialect ts_dialect_simulated = {
    .name = "simulated",
    .dbms = "", /* no driver says so */
    .levels = 1,
    .is_case_sensitive = true,
    .open = open_script,
    .close = close_script,
    .read_alone = read_tables,
};
