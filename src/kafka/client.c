/* client.c - see <tablesync/client.h>; the calls that any thread may make. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_open.h"
#include "kafka/client_state.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include "base/str.h"
#include "contract/job.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define JOBS_TOPIC "tablesync.jobs"
#define REPLIES_TOPIC "tablesync.replies"

enum {
	TIMEOUT_MS = 30000,
	OPEN_MS = 10000,  /* to connect and find the topics, at most */
	GRACE_MS = 2000,  /* for the thread to give up by itself */
	LET_GO_MS = 3000, /* for librdkafka to be destroyed */
};

static bool explain(char ret_error[TABLESYNC_ERROR_SIZE], const struct ts_error *err)
{
	snprintf(ret_error, TABLESYNC_ERROR_SIZE, "%s", err->text);
	return false;
}

/* 128 bits that no other client has. */
static bool make_random(char ret_text[TS_CORRELATION_RANDOM], struct ts_error *err)
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return ts_fail(err, TS_E_SYSTEM, "getrandom: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(ret_text + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

static void copy_options(const struct tablesync_options *from,
			 struct tablesync_options *ret_to)
{
	struct tablesync_setting *kafka = ts_calloc(from->kafka_count, sizeof(*kafka));

	for (size_t i = 0; i < from->kafka_count; i++) {
		kafka[i].key = ts_strdup(from->kafka[i].key);
		kafka[i].value = ts_strdup(from->kafka[i].value);
	}
	*ret_to = *from;
	ret_to->kafka = kafka;
	ret_to->jobs_topic =
	    ts_strdup(from->jobs_topic ? from->jobs_topic : JOBS_TOPIC);
	ret_to->replies_topic =
	    ts_strdup(from->replies_topic ? from->replies_topic : REPLIES_TOPIC);
	ret_to->timeout_ms = from->timeout_ms > 0 ? from->timeout_ms : TIMEOUT_MS;
	if (from->open_timeout_ms <= 0)
		ret_to->open_timeout_ms =
		    ret_to->timeout_ms < OPEN_MS ? ret_to->timeout_ms : OPEN_MS;
}

/* Signals are for the threads of the program that uses the library. */
static bool start_thread(struct tablesync_client *client, struct ts_error *err)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&client->thread, NULL, ts_client_thread, client);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code)
		return ts_fail(err, TS_E_SYSTEM, "pthread_create: %s", strerror(code));
	return true;
}

/* Wait for the thread to be down, and free the client; or leave both to each other. */
static void shut(struct tablesync_client *client, int64_t deadline_ms)
{
	bool is_down;

	pthread_mutex_lock(&client->mutex);
	while (client->phase != TS_CLIENT_DOWN &&
	       ts_cond_wait(&client->changed, &client->mutex, deadline_ms))
		;
	is_down = client->phase == TS_CLIENT_DOWN;
	if (!is_down) {
		client->is_abandoned = true;
		pthread_detach(client->thread);
	}
	pthread_mutex_unlock(&client->mutex);
	if (!is_down)
		return;
	pthread_join(client->thread, NULL);
	ts_client_free(client);
}

bool ts_client_open(const struct tablesync_options *options,
		    struct tablesync_client **ret_client, struct ts_error *err)
{
	struct tablesync_client *client = ts_calloc(1, sizeof(*client));
	int64_t deadline_ms;
	bool is_open;

	copy_options(options, &client->options);
	deadline_ms = ts_now_ms() + client->options.open_timeout_ms + GRACE_MS;
	pthread_mutex_init(&client->mutex, NULL);
	ts_cond_init(&client->changed);
	if (!make_random(client->random, err) || !start_thread(client, err)) {
		ts_client_free(client);
		return false;
	}

	pthread_mutex_lock(&client->mutex);
	while (client->phase == TS_CLIENT_OPENING &&
	       ts_cond_wait(&client->changed, &client->mutex, deadline_ms))
		;
	is_open = client->phase == TS_CLIENT_OPEN;
	if (client->phase == TS_CLIENT_OPENING) {
		client->is_closing = true; /* should it come to be open after all */
		ts_fail(err, TS_E_BROKER, "Kafka did not answer in %d ms",
			client->options.open_timeout_ms + GRACE_MS);
	} else if (!is_open) {
		*err = client->open_error;
	}
	pthread_mutex_unlock(&client->mutex);
	if (is_open)
		*ret_client = client;
	else
		shut(client, ts_now_ms() + LET_GO_MS);
	return is_open;
}

struct tablesync_client *tablesync_open(const struct tablesync_options *options,
					char ret_error[TABLESYNC_ERROR_SIZE])
{
	struct tablesync_client *client = NULL;
	struct ts_error err = {0};

	if (!ts_client_open(options, &client, &err))
		explain(ret_error, &err);
	return client;
}

void tablesync_close(struct tablesync_client *client)
{
	if (client)
		ts_client_close(client, client->options.timeout_ms);
}

bool ts_client_is_broken(struct tablesync_client *client)
{
	return ts_link_is_broken(&client->link);
}

void ts_client_close(struct tablesync_client *client, int timeout_ms)
{
	const int64_t deadline_ms = ts_now_ms() + timeout_ms;

	pthread_mutex_lock(&client->mutex);
	client->is_closing = true;
	client->close_deadline_ms = deadline_ms;
	/* Under the lock, so that the link is still open. */
	ts_link_wake(&client->link);
	pthread_mutex_unlock(&client->mutex);
	shut(client, deadline_ms + LET_GO_MS);
}

static bool is_complete(const struct tablesync_job *job, struct ts_error *err)
{
	if (job->datasource_id < 0)
		return ts_fail(err, TS_E_BAD_VALUE, "the data source is negative");
	if (!job->schema || !job->schema[0] || !job->table || !job->table[0])
		return ts_fail(err, TS_E_MISSING_VALUE, "schema or table is empty");
	if (!ts_utf8_is_valid(job->schema, strlen(job->schema)) ||
	    !ts_utf8_is_valid(job->table, strlen(job->table)))
		return ts_fail(err, TS_E_BAD_VALUE, "schema or table is not UTF-8");
	return true;
}

/* The client's own time-out is for who waits as long as the client does. */
static int64_t deadline_of(const struct tablesync_client *client,
			   const struct tablesync_job *job)
{
	const int timeout_ms =
	    job->timeout_ms ? job->timeout_ms : client->options.timeout_ms;

	if (client->options.is_publish_only || job->is_publish_only || timeout_ms < 0)
		return 0;
	return ts_unix_ms() + timeout_ms;
}

static bool deliver(struct tablesync_client *client, uint64_t number,
		    const struct tablesync_job *job, struct ts_error *err)
{
	const struct tablesync_options *options = &client->options;
	char correlation[TS_CORRELATION_SIZE];
	TS_AUTO(ts_buf) key = {0};
	TS_AUTO(ts_buf) value = {0};

	ts_correlation_print(client->random, number, correlation);
	ts_buf_printf(&key, "%d.%s.%s", (int)job->datasource_id, job->schema,
		      job->table);
	ts_job_encode(job->datasource_id, job->schema, job->table, job->is_view != 0,
		      &value);
	return ts_link_publish(
	    &client->link,
	    &(struct ts_link_job){
		.number = number,
		.correlation = correlation,
		.reply_topic = strcmp(options->replies_topic, REPLIES_TOPIC) != 0
				   ? options->replies_topic
				   : NULL,
		.traceparent = job->traceparent,
		.tracestate = job->tracestate,
		.deadline_unix_ms = deadline_of(client, job),
		.key = key.data,
		.key_len = key.len,
		.value = value.data,
		.value_len = value.len,
	    },
	    err);
}

/* Enter a call; NULL when there are too many. */
static struct tablesync_call *enter(struct tablesync_client *client,
				    const struct tablesync_job *job)
{
	struct tablesync_call *call = NULL;

	pthread_mutex_lock(&client->mutex);
	if (client->calls.count < TABLESYNC_MAX_IN_FLIGHT) {
		call = ts_calloc(1, sizeof(*call));
		call->client = client;
		call->tag = job->tag;
		call->is_publish_only =
		    client->options.is_publish_only || job->is_publish_only;
		call->partition = -1;
		call->offset = -1;
		ts_cond_init(&call->changed);
		ts_calls_add(&client->calls, call);
	}
	pthread_mutex_unlock(&client->mutex);
	return call;
}

bool ts_client_publish(struct tablesync_client *client, const struct tablesync_job *job,
		       struct tablesync_call **ret_call, struct ts_error *err)
{
	struct tablesync_call *call;

	if (!is_complete(job, err))
		return false;
	call = enter(client, job);
	if (!call)
		return ts_fail(err, TS_E_BUSY,
			       "%d calls have not ended: await or forget some",
			       TABLESYNC_MAX_IN_FLIGHT);
	if (!deliver(client, call->number, job, err)) {
		tablesync_forget(call);
		return false;
	}
	*ret_call = call;
	return true;
}

struct tablesync_call *tablesync_publish(struct tablesync_client *client,
					 const struct tablesync_job *job,
					 char ret_error[TABLESYNC_ERROR_SIZE])
{
	struct tablesync_call *call = NULL;
	struct ts_error err = {0};

	if (!ts_client_publish(client, job, &call, &err))
		explain(ret_error, &err);
	return call;
}
