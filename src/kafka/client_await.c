/* client_await.c - see <tablesync/client.h>; what is done with a call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_state.h"
#include "base/clock.h"
#include "base/cond.h"
#include <stdio.h>
#include <stdlib.h>

static int64_t deadline_in(int timeout_ms)
{
	return ts_now_ms() + (timeout_ms > 0 ? timeout_ms : 0);
}

static void say(char ret_error[TABLESYNC_ERROR_SIZE], const char *text)
{
	snprintf(ret_error, TABLESYNC_ERROR_SIZE, "%s", text);
}

enum tablesync_status tablesync_await_delivery(struct tablesync_call *call,
					       int timeout_ms,
					       char ret_error[TABLESYNC_ERROR_SIZE])
{
	struct tablesync_client *client = call->client;
	const int64_t deadline_ms = deadline_in(timeout_ms);
	enum tablesync_status status = TABLESYNC_OK;

	pthread_mutex_lock(&client->mutex);
	while (!call->is_delivered && !call->has_ended &&
	       ts_cond_wait(&call->changed, &client->mutex, deadline_ms))
		;
	/* A reply, too, says that the job is on the topic. */
	if (call->failure && !call->answer.json) {
		status = TABLESYNC_UNREACHABLE;
		say(ret_error, call->failure);
	} else if (!call->is_delivered && !call->has_ended) {
		status = TABLESYNC_TIMED_OUT;
		say(ret_error, "the delivery was not reported in time");
	}
	pthread_mutex_unlock(&client->mutex);
	return status;
}

static void print_job_id_locked(const struct tablesync_call *call, char ret_job_id[288])
{
	ret_job_id[0] = '\0';
	if (call->is_delivered)
		snprintf(ret_job_id, 288, "%s-%d-%lld",
			 call->client->options.jobs_topic, (int)call->partition,
			 (long long)call->offset);
}

void tablesync_job_id(const struct tablesync_call *call, char ret_job_id[288])
{
	pthread_mutex_lock(&call->client->mutex);
	print_job_id_locked(call, ret_job_id);
	pthread_mutex_unlock(&call->client->mutex);
}

/* Where the job is, as far as its delivery was reported. */
static void place_locked(const struct tablesync_call *call,
			 struct tablesync_reply *ret_reply)
{
	*ret_reply = (struct tablesync_reply){.partition = call->partition,
					      .offset = call->offset};
	print_job_id_locked(call, ret_reply->job_id);
}

/* The call is out of the client's hands: turn it into a reply. */
static enum tablesync_status conclude(struct tablesync_call *call,
				      struct tablesync_reply *ret_reply,
				      char ret_error[TABLESYNC_ERROR_SIZE])
{
	enum tablesync_status status = TABLESYNC_OK;

	if (call->answer.json) {
		status = ts_answer_judge(&call->answer, ret_reply->job_id, ret_error);
		ret_reply->json = call->answer.json;
		ret_reply->len = call->answer.len;
		call->answer.json = NULL;
	} else if (call->failure) {
		status = TABLESYNC_UNREACHABLE;
		say(ret_error, call->failure);
	}
	ts_call_free(call);
	return status;
}

enum tablesync_status tablesync_await(struct tablesync_call *call, int timeout_ms,
				      struct tablesync_reply *ret_reply,
				      char ret_error[TABLESYNC_ERROR_SIZE])
{
	struct tablesync_client *client = call->client;
	const int64_t deadline_ms = deadline_in(timeout_ms);
	bool has_ended;

	pthread_mutex_lock(&client->mutex);
	while (!call->has_ended &&
	       ts_cond_wait(&call->changed, &client->mutex, deadline_ms))
		;
	place_locked(call, ret_reply);
	has_ended = call->has_ended;
	if (has_ended)
		ts_calls_remove(&client->calls, call);
	pthread_mutex_unlock(&client->mutex);
	if (has_ended)
		return conclude(call, ret_reply, ret_error);
	say(ret_error, "no reply came in time");
	return TABLESYNC_TIMED_OUT;
}

struct tablesync_call *tablesync_next(struct tablesync_client *client, int timeout_ms)
{
	const int64_t deadline_ms = deadline_in(timeout_ms);
	struct tablesync_call *call;

	pthread_mutex_lock(&client->mutex);
	while (!(call = ts_calls_next(&client->calls)) &&
	       ts_cond_wait(&client->changed, &client->mutex, deadline_ms))
		;
	pthread_mutex_unlock(&client->mutex);
	return call;
}

void *tablesync_tag(const struct tablesync_call *call)
{
	return call->tag;
}

void tablesync_forget(struct tablesync_call *call)
{
	struct tablesync_client *client;

	if (!call)
		return;
	client = call->client;
	pthread_mutex_lock(&client->mutex);
	ts_calls_remove(&client->calls, call);
	pthread_mutex_unlock(&client->mutex);
	ts_call_free(call);
}

void tablesync_reply_release(struct tablesync_reply *reply)
{
	free(reply->json);
	*reply = (struct tablesync_reply){.partition = -1, .offset = -1};
}
