/* publishing.h - jobs out, outcomes in, a bounded number unanswered at once.
 *
 * A schema of 10,000 tables must not stand in the topic before everyone else's single
 * job: so the next job is published when a reply has made room for it.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PUBLISHING_H
#define TS_PUBLISHING_H
#include "cli/command.h"
#include "cli/jobs.h"
#include <tablesync/client.h>

enum { TS_PUBLISH_UNANSWERED = 256 };

struct ts_publishing {
	struct tablesync_client *client; /* borrowed, as is all here */
	const struct ts_jobs *jobs;
	const char *jobs_topic;
	int timeout_ms;   /* for each reply */
	int stop_fd;      /* readable: publish no more, and end */
	bool is_delivery; /* the client is open without replies */
	bool wants_json;
};

/* Publish all, print each outcome, and for more than one job a summary to stderr.  The
 * worst of the outcomes decides. */
enum ts_exit ts_publish_all(const struct ts_publishing *publishing);

#endif
