/* client_state.h - what a client is made of; part of client.c and client_thread.c.
 *
 * The client's thread opens the link, polls it and closes it, because each of these may
 * block in librdkafka or the resolver; the others wait for it with a deadline.  When it
 * does not come back in time, the client is abandoned, and the thread frees it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLIENT_STATE_H
#define TS_CLIENT_STATE_H
#include "kafka/client_calls.h"
#include "kafka/client_link.h"

enum ts_client_phase {
	TS_CLIENT_OPENING,
	TS_CLIENT_OPEN,
	TS_CLIENT_FAILED, /* to open; the thread lets go of the link */
	TS_CLIENT_DOWN,   /* the link is closed, the thread ends */
};

struct tablesync_client {
	struct tablesync_options options; /* texts are copies, owned */
	char random[TS_CORRELATION_RANDOM];
	struct ts_link link;
	pthread_t thread;

	pthread_mutex_t mutex;
	/* Guarded by it from here on. */
	pthread_cond_t changed; /* of the phase, or a call was listed as ended */
	enum ts_client_phase phase;
	struct ts_error open_error; /* TS_CLIENT_FAILED */
	bool is_closing;
	int64_t close_deadline_ms; /* until when what was published is delivered */
	bool is_abandoned;
	struct ts_calls calls;
};

/* The body of the client's thread; `client` is a struct tablesync_client. */
void *ts_client_thread(void *client);
void ts_client_free(struct tablesync_client *client);
void ts_call_free(struct tablesync_call *call);

#endif
