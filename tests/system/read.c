/* read.c - reads tables through ts_source, for the system tests of the dialects.
 *
 *   read_table CONFIG ID SCHEMA TABLE…    an outcome a line, as JSON
 *   read_table CONFIG ID --list SCHEMA    the tables and views of the schema
 *   read_table CONFIG ID --follow                a read for each line of stdin: the
 *                                                schema and its tables, with tabs
 *   read_table CONFIG ID --time COUNT SCHEMA TABLE…
 *                                                COUNT tables a read, over and over
 *
 * An outcome is the document, or {"error": {"code", "message"}, "document"}; a list
 * that fails is such an error as well.  Warnings go to stderr.
 *
 * --time reads the first COUNT tables to connect, then all tables twice, and prints how
 * many seconds each of the three took and the second pass of the processor:
 * {"first", "warm", "seconds", "cpu_seconds", "reads"}. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "odbc/odbc.h"
#include "source/source.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_line(FILE *file, const json_t *value)
{
	TS_AUTO(ts_buf) line = {0};

	ts_json_print(value, &line);
	fprintf(file, "%s\n", line.data);
}

static json_t *error_json(const struct ts_error *err, json_t *document)
{
	char message[TS_ERROR_MESSAGE_BYTES];

	ts_error_message(err, message, sizeof(message));
	return json_pack("{s{ssss}sO?}", "error", "code", ts_code_name(err->code),
			 "message", message, "document", document);
}

static void print_outcome(struct ts_read *read)
{
	json_t *value = read->err.code == TS_OK
			    ? json_incref(read->document)
			    : error_json(&read->err, read->document);

	print_line(stdout, value);
	if (read->warnings)
		print_line(stderr, read->warnings);
	json_decref(value);
	json_decref(read->document);
	json_decref(read->warnings);
}

static void print_list(struct ts_source *source, const char *schema)
{
	struct ts_error err = {0};
	json_t *value;

	if (!ts_source_list(source, schema, TS_FOREVER, &value, &err))
		value = error_json(&err, NULL);
	print_line(stdout, value);
	json_decref(value);
}

static void print_reads(struct ts_source *source, const char *schema,
			char *const *tables, size_t count)
{
	struct ts_read *reads = ts_calloc(count, sizeof(*reads));

	for (size_t i = 0; i < count; i++) {
		reads[i].schema = schema;
		reads[i].table = tables[i];
	}
	ts_source_read(source, reads, count, TS_FOREVER);
	for (size_t i = 0; i < count; i++)
		print_outcome(&reads[i]);
	free(reads);
}

static void follow(struct ts_source *source)
{
	enum { MOST = 4096 };
	char **words = ts_calloc(MOST, sizeof(char *)), *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		size_t count = 0;

		for (char *word = strtok(line, "\t\n"); word && count < MOST;
		     word = strtok(NULL, "\t\n"))
			words[count++] = word;
		if (count > 1)
			print_reads(source, words[0], words + 1, count - 1);
		fflush(stdout);
	}
	free(line);
	free(words);
}

/* The seconds of a clock, for what takes less than a millisecond. */
static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Read and forget; how many seconds it took.  Each table must be there. */
static double read_all(struct ts_source *source, const char *schema,
		       char *const *tables, size_t count, size_t batch)
{
	struct ts_read *reads = ts_calloc(batch, sizeof(*reads));
	double start = seconds(CLOCK_MONOTONIC);

	for (size_t done = 0; done < count; done += batch) {
		size_t some = count - done < batch ? count - done : batch;

		for (size_t i = 0; i < some; i++)
			reads[i] =
			    (struct ts_read){schema, tables[done + i], NULL, NULL, {0}};
		ts_source_read(source, reads, some, TS_FOREVER);
		for (size_t i = 0; i < some; i++) {
			if (reads[i].err.code != TS_OK) {
				print_outcome(&reads[i]);
				exit(EXIT_FAILURE);
			}
			json_decref(reads[i].document);
			json_decref(reads[i].warnings);
		}
	}
	free(reads);
	return seconds(CLOCK_MONOTONIC) - start;
}

static void print_times(struct ts_source *source, size_t batch, const char *schema,
			char *const *tables, size_t count)
{
	double first, warm, cpu, pass;
	json_t *value;

	if (batch > count)
		batch = count;
	first = read_all(source, schema, tables, batch, batch);
	warm = read_all(source, schema, tables, count, batch);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	pass = read_all(source, schema, tables, count, batch);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	value = json_pack("{sfsfsfsfsI}", "first", first, "warm", warm, "seconds", pass,
			  "cpu_seconds", cpu, "reads", (json_int_t)count);
	print_line(stdout, value);
	json_decref(value);
}

static void run(struct ts_source *source, int argc, char **argv)
{
	if (strcmp(argv[3], "--follow") == 0)
		follow(source);
	else if (strcmp(argv[3], "--list") == 0)
		print_list(source, argv[4]);
	else if (strcmp(argv[3], "--time") == 0 && argc > 6)
		print_times(source, strtoul(argv[4], NULL, 10), argv[5], argv + 6,
			    (size_t)(argc - 6));
	else
		print_reads(source, argv[3], argv + 4, (size_t)(argc - 4));
}

int main(int argc, char **argv)
{
	struct ts_config config = {0};
	struct ts_sources *sources = NULL;
	struct ts_source *source;
	struct ts_error err = {0};
	int64_t id = 0;
	int status = EXIT_FAILURE;

	if (argc < 4 || (argc < 5 && strcmp(argv[3], "--follow") != 0) ||
	    !ts_int64_parse(argv[2], 0, INT32_MAX, &id)) {
		fprintf(stderr, "usage: read_table CONFIG ID SCHEMA TABLE…\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	ts_odbc_init();
	if (!ts_config_load(argv[1], false, NULL, 0, &config, &err) ||
	    !ts_sources_new(&config, &sources, &err))
		goto out;
	source = ts_sources_find(sources, (int32_t)id);
	if (!source) {
		ts_fail(&err, TS_E_DATASOURCE_UNKNOWN, "%d", (int)id);
		goto out;
	}
	run(source, argc, argv);
	status = EXIT_SUCCESS;
out:
	if (status != EXIT_SUCCESS)
		fprintf(stderr, "read_table: %s\n", err.text);
	ts_sources_free(sources);
	ts_config_release(&config);
	return status;
}
