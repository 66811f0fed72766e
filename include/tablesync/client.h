/* tablesync/client.h - publish "sync this table" and get the answer, from C.
 *
 * A client has one Kafka producer and one reader of the replies topic; any number of
 * threads can have jobs in flight, TABLESYNC_MAX_IN_FLIGHT altogether.
 *
 *   struct tablesync_setting kafka[] = {{"bootstrap.servers", "localhost:9092"}};
 *   struct tablesync_options options = {.kafka = kafka, .kafka_count = 1};
 *   struct tablesync_job job = {
 *       .datasource_id = 8, .schema = "main.dbo", .table = "foobar"};
 *   char error[TABLESYNC_ERROR_SIZE];
 *   struct tablesync_client *client = tablesync_open(&options, error);
 *   struct tablesync_call *call = tablesync_publish(client, &job, error);
 *   struct tablesync_reply reply;
 *
 *   if (tablesync_await(call, 30000, &reply, error) == TABLESYNC_OK)
 *           puts(reply.json);
 *   tablesync_reply_release(&reply);
 *   tablesync_close(client);
 *
 * (deploy/examples/publish.c is the same with its failures looked at.)
 *
 * A thread awaits the call that it published, or one thread takes the calls of all as
 * they end (tablesync_next): of these two ways a client is used in one.
 *
 * Thread: every function may be called from any thread, tablesync_close once all others
 * have returned; a call is in the hands of one thread at a time.  The library has one
 * thread of its own, which takes no signal, beside those of librdkafka; it prints
 * nothing, unless a setting `debug` asks librdkafka to.  Not to be used across fork().
 * Like librdkafka, it ends the process when there is no memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TABLESYNC_CLIENT_H
#define TABLESYNC_CLIENT_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define TABLESYNC_ERROR_SIZE 1024     /* of a text that says why, the NUL among it */
#define TABLESYNC_MAX_IN_FLIGHT 20000 /* calls of a client that have not ended */

struct tablesync_client;
struct tablesync_call;

/* A setting of librdkafka.  Those of a worker's consumer group (group.id,
 * auto.offset.reset, …) may be among them and are passed over: a client has no group
 * and stores no offset. */
struct tablesync_setting {
	const char *key, *value;
};

/* Zero members have the defaults that are named. */
struct tablesync_options {
	const struct tablesync_setting *kafka;
	size_t kafka_count;
	const char *jobs_topic;    /* tablesync.jobs */
	const char *replies_topic; /* tablesync.replies */
	int timeout_ms;            /* of x-deadline and of delivery: 30,000 */
	int open_timeout_ms;       /* of tablesync_open: 10,000, or timeout_ms */
	/* Nobody waits for the replies: they are not read, the jobs have no
	 * `x-deadline`, and a call ends with its delivery. */
	int is_publish_only;
};

/* Zero members have the defaults that are named. */
struct tablesync_job {
	int32_t datasource_id;
	const char *schema, *table;
	int is_view;
	void *tag; /* the caller's; tablesync_tag gives it back */
	const char *traceparent, *tracestate; /* headers of that name: none */
	int timeout_ms;      /* of x-deadline: the client's; -1: it has none */
	int is_publish_only; /* this call ends with its delivery, and has no
				`x-deadline` */
};

enum tablesync_status {
	TABLESYNC_OK,          /* the table is in the catalog */
	TABLESYNC_JOB_ERROR,   /* there is a reply, and it is an error */
	TABLESYNC_TIMED_OUT,   /* no reply yet; the call may be awaited again */
	TABLESYNC_UNREACHABLE, /* the job was not delivered to Kafka */
};

struct tablesync_reply {
	char *json; /* as it came (design.md 4.2), NUL-terminated; NULL: none came */
	size_t len;
	char job_id[288];  /* "" where neither a reply nor the delivery told it */
	int32_t partition; /* where the job is on its topic; -1: not known */
	int64_t offset;
};

/* Connect, find both topics and the end of the replies topic: no reply to a job that is
 * published from now on is missed, also when partitions are added later (those are
 * looked for every 10 s).  NULL on failure, with the reason in `ret_error`, within
 * open_timeout_ms and the time to let go at most.  Copies the options. */
struct tablesync_client *tablesync_open(const struct tablesync_options *options,
					char ret_error[TABLESYNC_ERROR_SIZE]);
/* Deliver what was published (at most timeout_ms), then let go of everything, also of
 * the calls that have not ended.  Where librdkafka cannot let go within 3 s more (a
 * name that does not resolve), it is left to do so alone.  NULL is fine. */
void tablesync_close(struct tablesync_client *client);

/* Hand the job over for delivery, keyed by table.  NULL on failure: a value is missing,
 * TABLESYNC_MAX_IN_FLIGHT calls have not ended, or the producer is broken for good
 * (then open another client; the text says so).  Where another thread takes the calls
 * by tablesync_next, it may have ended this one already. */
struct tablesync_call *tablesync_publish(struct tablesync_client *client,
					 const struct tablesync_job *job,
					 char ret_error[TABLESYNC_ERROR_SIZE]);
/* Wait until the job is on the topic; TABLESYNC_OK then.  The call stays. */
enum tablesync_status tablesync_await_delivery(struct tablesync_call *call,
					       int timeout_ms,
					       char ret_error[TABLESYNC_ERROR_SIZE]);
/* Wait for the reply.  Ends the call, except with TABLESYNC_TIMED_OUT: then await it
 * again or forget it.  `ret_reply` is always set, with the place of the job at least
 * (once its delivery was reported), and to be released. */
enum tablesync_status tablesync_await(struct tablesync_call *call, int timeout_ms,
				      struct tablesync_reply *ret_reply,
				      char ret_error[TABLESYNC_ERROR_SIZE]);
/* Wait for any call of the client to have its reply or to have failed, in the order of
 * the events; each is given once.  Then end it by tablesync_await, which does not wait,
 * or tablesync_forget.  NULL when timeout_ms have passed. */
struct tablesync_call *tablesync_next(struct tablesync_client *client, int timeout_ms);
/* The tag of the call's job. */
void *tablesync_tag(const struct tablesync_call *call);
/* The job's id, once its delivery was reported; "" before.  Waits for nothing. */
void tablesync_job_id(const struct tablesync_call *call, char ret_job_id[288]);
/* The answer is of no interest any more; the job goes on.  Ends the call. */
void tablesync_forget(struct tablesync_call *call);
void tablesync_reply_release(struct tablesync_reply *reply);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
