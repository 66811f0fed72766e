/* strain.c - reads tables by many threads, or over many connections; for the system
 * tests.
 *
 *   strain_source CONFIG together
 *       a thread for each line `ID SCHEMA TABLE` of stdin, as it comes; a line
 *       {"id", "ms", "code"} as each of them ends
 *   strain_source CONFIG crowd THREADS ROUNDS ID SCHEMA TABLE [SCHEMA TABLE]…
 *       THREADS threads read all of it in one go, and then one by one, ROUNDS times;
 *       {code: count}
 *   strain_source CONFIG churn EARLY COUNT ID SCHEMA TABLE
 *       COUNT connections, half of them closed and half broken; one read over each
 *       pair; {"early", "late": {"descriptors", "resident_kb", "locale"}, code: count},
 *       early being after EARLY of them */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "odbc/odbc.h"
#include "source/source.h"
#include <dirent.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct ts_config config;
static struct ts_sources *sources;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static json_t *counts; /* guarded by lock */

static int64_t parse(const char *text)
{
	int64_t number = 0;

	if (!ts_int64_parse(text, 0, INT32_MAX, &number)) {
		fprintf(stderr, "strain_source: '%s' is no number\n", text);
		exit(2);
	}
	return number;
}

static struct ts_source *find_source(const char *id)
{
	struct ts_source *source = ts_sources_find(sources, (int32_t)parse(id));

	if (!source) {
		fprintf(stderr, "strain_source: no data source %s\n", id);
		exit(2);
	}
	return source;
}

static void print_line(const json_t *value)
{
	TS_AUTO(ts_buf) line = {0};

	ts_json_print(value, &line);
	printf("%s\n", ts_buf_text(&line));
	fflush(stdout);
}

static const char *code_name(const struct ts_read *read)
{
	return read->err.code == TS_OK ? "ok" : ts_code_name(read->err.code);
}

static void count_outcome(const char *code)
{
	pthread_mutex_lock(&lock);
	json_object_set_new(
	    counts, code,
	    json_integer(json_integer_value(json_object_get(counts, code)) + 1));
	pthread_mutex_unlock(&lock);
}

/* Read `count` tables in one go; the arguments are pairs of schema and table. */
static void read_and_count(struct ts_source *source, char *const *names, size_t count)
{
	struct ts_read *reads = ts_calloc(count, sizeof(*reads));

	for (size_t i = 0; i < count; i++) {
		reads[i].schema = names[2 * i];
		reads[i].table = names[2 * i + 1];
	}
	ts_source_read(source, reads, count, TS_FOREVER);
	for (size_t i = 0; i < count; i++) {
		count_outcome(code_name(&reads[i]));
		json_decref(reads[i].document);
		json_decref(reads[i].warnings);
	}
	free(reads);
}

static void *read_one(void *arg)
{
	char *line = arg, *rest = NULL;
	const char *id = strtok_r(line, " \n", &rest);
	struct ts_read read = {.schema = strtok_r(NULL, " \n", &rest),
			       .table = strtok_r(NULL, " \n", &rest)};
	int64_t began_ms = ts_now_ms();
	json_t *outcome;

	ts_source_read(find_source(id), &read, 1, TS_FOREVER);
	outcome =
	    json_pack("{sIsIss}", "id", (json_int_t)parse(id), "ms",
		      (json_int_t)(ts_now_ms() - began_ms), "code", code_name(&read));
	pthread_mutex_lock(&lock);
	print_line(outcome);
	pthread_mutex_unlock(&lock);
	json_decref(outcome);
	json_decref(read.document);
	json_decref(read.warnings);
	free(line);
	return NULL;
}

static void run_together(void)
{
	enum { MOST = 64 };
	pthread_t threads[MOST];
	char *line = NULL;
	size_t size = 0, count = 0;

	while (count < MOST && getline(&line, &size, stdin) > 0)
		pthread_create(&threads[count++], NULL, read_one, ts_strdup(line));
	free(line);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

struct crowd {
	struct ts_source *source;
	int64_t rounds;
	char **names;
	size_t count; /* pairs */
};

static void *read_in_crowd(void *arg)
{
	const struct crowd *crowd = arg;

	for (int64_t round = 0; round < crowd->rounds; round++) {
		read_and_count(crowd->source, crowd->names, crowd->count);
		for (size_t i = 0; i < crowd->count; i++)
			read_and_count(crowd->source, &crowd->names[2 * i], 1);
	}
	return NULL;
}

static void run_crowd(char **words, size_t count)
{
	struct crowd crowd = {find_source(words[2]), parse(words[1]), words + 3,
			      (count - 3) / 2};
	size_t thread_count = (size_t)parse(words[0]);
	pthread_t *threads = ts_calloc(thread_count, sizeof(*threads));

	for (size_t i = 0; i < thread_count; i++)
		pthread_create(&threads[i], NULL, read_in_crowd, &crowd);
	for (size_t i = 0; i < thread_count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	print_line(counts);
}

/* Every socket of this process is a driver's. */
static void break_sockets(void)
{
	for (int fd = 3; fd < 1024; fd++)
		shutdown(fd, SHUT_RDWR);
}

static json_t *measure(void)
{
	json_int_t descriptors = 0, total = 0, resident = 0;
	DIR *folder = opendir("/proc/self/fd");
	FILE *file = fopen("/proc/self/statm", "r");

	while (folder && readdir(folder))
		descriptors++;
	if (!folder || !file ||
	    fscanf(file, "%" JSON_INTEGER_FORMAT " %" JSON_INTEGER_FORMAT, &total,
		   &resident) != 2)
		exit(EXIT_FAILURE);
	closedir(folder);
	fclose(file);
	return json_pack("{sIsIss}", "descriptors", descriptors, "resident_kb",
			 resident * sysconf(_SC_PAGESIZE) / 1024, "locale",
			 setlocale(LC_CTYPE, NULL));
}

static void run_churn(char **words)
{
	int64_t early = parse(words[0]), last = parse(words[1]);
	struct ts_error err = {0};

	for (int64_t made = 2; made <= last; made += 2) {
		struct ts_source *source = find_source(words[2]);

		read_and_count(source, words + 3, 1);
		break_sockets();
		read_and_count(source, words + 3, 1); /* over another one */
		ts_sources_free(sources);
		if (!ts_sources_new(&config, &sources, &err))
			exit(EXIT_FAILURE);
		if (made == early)
			json_object_set_new(counts, "early", measure());
	}
	json_object_set_new(counts, "late", measure());
	print_line(counts);
}

int main(int argc, char **argv)
{
	struct ts_error err = {0};

	signal(SIGPIPE, SIG_IGN);
	ts_odbc_init();
	if (argc < 3 || !ts_config_load(argv[1], false, NULL, 0, &config, &err) ||
	    !ts_sources_new(&config, &sources, &err)) {
		fprintf(stderr, "strain_source: %s\n", err.text);
		return 2;
	}
	counts = json_object();
	if (strcmp(argv[2], "together") == 0)
		run_together();
	else if (strcmp(argv[2], "crowd") == 0 && argc > 7)
		run_crowd(argv + 3, (size_t)(argc - 3));
	else if (strcmp(argv[2], "churn") == 0 && argc == 8)
		run_churn(argv + 3);
	else
		return 2;
	ts_sources_free(sources);
	ts_config_release(&config);
	json_decref(counts);
	return EXIT_SUCCESS;
}
