/* test_client.c - a program on libtablesync, for test_publish.py: each scenario
 * publishes jobs in one way and prints what came of them.
 *
 *   test_client one   BOOTSTRAP JOBS REPLIES TABLE TIMEOUT_MS...  one job, awaited
 * again test_client many  BOOTSTRAP JOBS REPLIES THREADS COUNT        all in flight at
 * once test_client next  BOOTSTRAP JOBS REPLIES COUNT                in the order of
 * replies test_client leave BOOTSTRAP JOBS REPLIES COUNT                half forgotten,
 * closed test_client full  BOOTSTRAP JOBS REPLIES                      until it refuses
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tablesync/client.h>
#include <time.h>

enum { REPLY_MS = 60000 };

static struct tablesync_client *client;
static char error[TABLESYNC_ERROR_SIZE];

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char *what, const char *why)
{
	printf("failed: %s: %s\n", what, why);
	fflush(stdout);
	_Exit(1);
}

/* Publish the job of `table`; any failure ends the program. */
static struct tablesync_call *publish(const char *table, void *tag)
{
	char why[TABLESYNC_ERROR_SIZE];
	struct tablesync_job job = {
	    .datasource_id = 8, .schema = "main.dbo", .table = table, .tag = tag};
	struct tablesync_call *call = tablesync_publish(client, &job, why);

	if (!call)
		die(table, why);
	return call;
}

/* The reply is an ok, and it is to the job of `table`. */
static void expect(enum tablesync_status status, struct tablesync_reply *reply,
		   const char *table, const char *why)
{
	char member[64];

	if (status != TABLESYNC_OK)
		die(table, why);
	snprintf(member, sizeof(member), "\"table\":\"%s\"", table);
	if (!strstr(reply->json, member) || strlen(reply->json) != reply->len)
		die(table, reply->json);
	if (!reply->job_id[0])
		die(table, "no job_id");
	tablesync_reply_release(reply);
}

static int run_one(char **args, int count)
{
	static const char *const names[] = {"ok", "job_error", "timed_out",
					    "unreachable"};
	struct tablesync_call *call = publish(args[0], NULL);
	enum tablesync_status status;
	struct tablesync_reply reply;

	error[0] = '\0';
	status = tablesync_await_delivery(call, REPLY_MS, error);
	printf("delivery %s %s\n", names[status], error);
	for (int i = 1; i < count; i++) {
		error[0] = '\0';
		status = tablesync_await(call, atoi(args[i]), &reply, error);
		printf("%s\t%s\t%s\t%s\n", names[status], reply.job_id, error,
		       reply.json ? reply.json : "");
		tablesync_reply_release(&reply);
		if (status != TABLESYNC_TIMED_OUT)
			return 0;
	}
	tablesync_forget(call);
	return 0;
}

struct share {
	pthread_t thread;
	int number, count;
};

static void name_table(char ret_table[32], int thread, int job)
{
	snprintf(ret_table, 32, "t_%d_%d", thread, job);
}

static void *run_share(void *opaque)
{
	struct share *share = opaque;
	struct tablesync_call **calls = calloc((size_t)share->count, sizeof(*calls));
	char table[32], why[TABLESYNC_ERROR_SIZE] = "";

	for (int i = 0; i < share->count; i++) {
		name_table(table, share->number, i);
		calls[i] = publish(table, NULL);
	}
	for (int i = share->count; i-- > 0;) {
		struct tablesync_reply reply;
		enum tablesync_status status =
		    tablesync_await(calls[i], REPLY_MS, &reply, why);

		name_table(table, share->number, i);
		expect(status, &reply, table, why);
	}
	free(calls);
	return NULL;
}

static int run_many(char **args, int count)
{
	int threads = count == 2 ? atoi(args[0]) : 0;
	struct share *shares = calloc((size_t)threads, sizeof(*shares));
	double start = now();

	for (int i = 0; i < threads; i++) {
		shares[i].number = i;
		shares[i].count = atoi(args[1]);
		pthread_create(&shares[i].thread, NULL, run_share, &shares[i]);
	}
	for (int i = 0; i < threads; i++)
		pthread_join(shares[i].thread, NULL);
	free(shares);
	printf("answered %d in %.2f s\n", threads * atoi(args[1]), now() - start);
	return 0;
}

static int run_next(char **args, int count)
{
	int jobs = count == 1 ? atoi(args[0]) : 0;
	char(*tables)[32] = calloc((size_t)jobs, sizeof(*tables));

	for (int i = 0; i < jobs; i++) {
		name_table(tables[i], 0, i);
		publish(tables[i], tables[i]);
	}
	for (int i = 0; i < jobs; i++) {
		struct tablesync_call *call = tablesync_next(client, REPLY_MS);
		struct tablesync_reply reply;
		const char *table;

		if (!call)
			die("next", "no call ended");
		table = tablesync_tag(call);
		expect(tablesync_await(call, 0, &reply, error), &reply, table, error);
		printf("%s\n", table);
	}
	if (tablesync_next(client, 50))
		die("next", "a call too many");
	free(tables);
	return 0;
}

static int run_leave(char **args, int count)
{
	int jobs = count == 1 ? atoi(args[0]) : 0;
	char table[32];

	for (int i = 0; i < jobs; i++) {
		struct tablesync_call *call;

		name_table(table, 0, i);
		call = publish(table, NULL);
		if (i % 2)
			tablesync_forget(call);
	}
	return 0;
}

static int run_full(char **args, int count)
{
	struct tablesync_job job = {.schema = "s", .table = "t"};
	struct tablesync_call *call, *last = NULL;
	int taken = 0;
	(void)args;
	(void)count;

	while ((call = tablesync_publish(client, &job, error))) {
		last = call;
		taken++;
	}
	printf("taken %d: %s\n", taken, error);
	tablesync_forget(last);
	printf("again %d\n", tablesync_publish(client, &job, error) != NULL);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(char **args, int count);
	} scenarios[] = {{"one", run_one},
			 {"many", run_many},
			 {"next", run_next},
			 {"leave", run_leave},
			 {"full", run_full}};
	struct tablesync_setting kafka[] = {
	    {"bootstrap.servers", argc > 4 ? argv[2] : ""}};
	struct tablesync_options options = {
	    .kafka = kafka,
	    .kafka_count = 1,
	    .jobs_topic = argc > 4 ? argv[3] : NULL,
	    .replies_topic = argc > 4 ? argv[4] : NULL,
	};
	double start = now();
	int result = 2;

	setvbuf(stdout, NULL, _IOLBF, 0); /* the test reads along */
	/* So that a test can wait less than the usual 30 s for what never comes. */
	if (getenv("TIMEOUT_MS"))
		options.timeout_ms = atoi(getenv("TIMEOUT_MS"));
	client = tablesync_open(&options, error);
	if (!client) {
		printf("not open after %.2f s: %s\n", now() - start, error);
		return 1;
	}
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (strcmp(scenarios[i].name, argv[1]) == 0)
			result = scenarios[i].run(argv + 5, argc - 5);
	start = now();
	tablesync_close(client);
	printf("closed in %.2f s\n", now() - start);
	return result;
}
