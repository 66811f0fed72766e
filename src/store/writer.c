/* writer.c - see writer.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/writer.h"
#include "base/mem.h"
#include <pthread.h>
#include <stdlib.h>

/* Lives on its caller's stack until it is done. */
struct task {
	ts_writer_work *work;
	void *opaque;
	struct ts_error *err;
	bool is_ok, is_done;
	struct task *next;
};

struct ts_writer {
	char *connection;
	/* Of the thread that set is_busy. */
	struct ts_conn *conn; /* NULL: it was lost */
	_Atomic int64_t commits, writes;
	pthread_mutex_t lock;
	pthread_cond_t done;
	/* Guarded by the lock. */
	bool is_busy;
	struct task *first, **last; /* waiting, in their order */
};

struct ts_writer *ts_writer_new(const char *connection, struct ts_conn *conn)
{
	struct ts_writer *writer = ts_calloc(1, sizeof(*writer));

	writer->connection = ts_strdup(connection);
	writer->conn = conn;
	writer->last = &writer->first;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->done, NULL);
	return writer;
}

void ts_writer_free(struct ts_writer *writer)
{
	if (!writer)
		return;
	ts_conn_close(writer->conn);
	pthread_cond_destroy(&writer->done);
	pthread_mutex_destroy(&writer->lock);
	free(writer->connection);
	free(writer);
}

static bool revive(struct ts_writer *writer, struct ts_error *err)
{
	if (writer->conn && ts_conn_is_healthy(writer->conn))
		return true;
	ts_conn_close(writer->conn);
	writer->conn = NULL;
	return ts_storage_reopen(writer->connection, &writer->conn, err);
}

/* Nothing is lost yet where this fails, so it may be tried again. */
static bool begin(struct ts_writer *writer, struct ts_error *err)
{
	if (!revive(writer, err))
		return false;
	if (ts_storage_begin(writer->conn, err))
		return true;
	if (ts_conn_is_healthy(writer->conn) || !revive(writer, err))
		return false;
	return ts_storage_begin(writer->conn, err);
}

/* Run the tasks up to `end` in one transaction. */
static bool run_together(struct ts_writer *writer, struct task *tasks,
			 const struct task *end, struct ts_error *err)
{
	if (!begin(writer, err))
		return false;
	for (struct task *task = tasks; task != end; task = task->next) {
		if (!task->work(writer->conn, task->opaque, err)) {
			ts_storage_rollback(writer->conn);
			return false;
		}
	}
	if (ts_storage_commit(writer->conn, err))
		return true;
	ts_storage_rollback(writer->conn);
	return false;
}

/* All at once; where that fails each alone, so that none fails for another's reason.
 * A lock is everybody's reason, and each would wait for it anew. */
static void run_all(struct ts_writer *writer, struct task *tasks)
{
	struct ts_error err = {0};
	bool is_ok = run_together(writer, tasks, NULL, &err);
	bool is_alone = !tasks->next || !writer->conn || err.code == TS_E_BUSY;

	for (struct task *task = tasks; task; task = task->next) {
		task->is_ok = is_ok;
		if (!is_ok && !is_alone)
			task->is_ok = run_together(writer, task, task->next, task->err);
		else if (!is_ok)
			*task->err = err;
		writer->writes += task->is_ok;
		writer->commits += task->is_ok && (!is_ok || !task->next);
	}
}

void ts_writer_count(const struct ts_writer *writer, int64_t *ret_commits,
		     int64_t *ret_writes)
{
	*ret_commits = writer->commits;
	*ret_writes = writer->writes;
}

bool ts_writer_run(struct ts_writer *writer, ts_writer_work *work, void *opaque,
		   struct ts_error *err)
{
	struct task task = {.work = work, .opaque = opaque, .err = err};

	pthread_mutex_lock(&writer->lock);
	*writer->last = &task;
	writer->last = &task.next;
	while (!task.is_done && writer->is_busy)
		pthread_cond_wait(&writer->done, &writer->lock);
	if (!task.is_done) {
		struct task *tasks = writer->first, *next;

		writer->first = NULL;
		writer->last = &writer->first;
		writer->is_busy = true;
		pthread_mutex_unlock(&writer->lock);

		run_all(writer, tasks);

		pthread_mutex_lock(&writer->lock);
		writer->is_busy = false;
		for (; tasks; tasks = next) {
			next = tasks->next; /* its owner may go on at once */
			tasks->is_done = true;
		}
		pthread_cond_broadcast(&writer->done);
	}
	pthread_mutex_unlock(&writer->lock);
	return task.is_ok;
}
