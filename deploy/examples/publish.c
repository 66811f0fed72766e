/* publish.c - publish "sync this table" from C and print the answer.
 *
 *   cc publish.c $(pkg-config --cflags --libs tablesync) -o publish
 *   ./publish localhost:9092 8 main.dbo foobar
 *
 * The job goes to the topic tablesync.jobs, the answer comes from tablesync.replies;
 * other names stand in struct tablesync_options. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <tablesync/client.h>

enum { WAIT_MS = 30000 };

/* Publish one job and wait for its reply; a program may do so in many threads at once.
 */
static int sync_table(struct tablesync_client *client, const struct tablesync_job *job)
{
	char error[TABLESYNC_ERROR_SIZE];
	struct tablesync_call *call = tablesync_publish(client, job, error);
	struct tablesync_reply reply;
	int result = 1;

	if (!call) {
		fprintf(stderr, "not published: %s\n", error);
		return 1;
	}
	switch (tablesync_await(call, WAIT_MS, &reply, error)) {
	case TABLESYNC_OK: /* the table is in the catalog, as the JSON shows it */
		puts(reply.json);
		result = 0;
		break;
	case TABLESYNC_JOB_ERROR: /* "table_not_found: …"; the JSON has it too */
		fprintf(stderr, "job %s: %s\n", reply.job_id, error);
		break;
	case TABLESYNC_TIMED_OUT: /* the job goes on; the call could be awaited again */
		fprintf(stderr, "job %s: %s\n", reply.job_id, error);
		tablesync_forget(call);
		break;
	case TABLESYNC_UNREACHABLE:
		fprintf(stderr, "%s\n", error);
		break;
	}
	tablesync_reply_release(&reply);
	return result;
}

int main(int argc, char **argv)
{
	const struct tablesync_setting kafka[] = {
	    {"bootstrap.servers", argc > 1 ? argv[1] : ""}};
	const struct tablesync_options options = {
	    .kafka = kafka, .kafka_count = 1, .timeout_ms = WAIT_MS};
	char error[TABLESYNC_ERROR_SIZE];
	struct tablesync_client *client;
	int result;

	if (argc != 5) {
		fprintf(stderr, "usage: publish SERVERS DATASOURCE SCHEMA TABLE\n");
		return 2;
	}
	client = tablesync_open(&options, error); /* once a program, not once a job */
	if (!client) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	result =
	    sync_table(client, &(struct tablesync_job){.datasource_id = atoi(argv[2]),
						       .schema = argv[3],
						       .table = argv[4]});
	tablesync_close(client);
	return result;
}
