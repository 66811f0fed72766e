/* readers.c - see readers.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/readers.h"
#include "base/clock.h"
#include "base/mem.h"
#include <pthread.h>
#include <stdlib.h>

struct idle {
	struct ts_conn *conn;
	int64_t since_ms;
};

struct ts_readers {
	char *connection;
	pthread_mutex_t lock;
	/* Guarded by the lock. */
	struct idle *idle; /* the one given last is the last */
	size_t count, capacity;
};

struct ts_readers *ts_readers_new(const char *connection)
{
	struct ts_readers *readers = ts_calloc(1, sizeof(*readers));

	readers->connection = ts_strdup(connection);
	pthread_mutex_init(&readers->lock, NULL);
	return readers;
}

void ts_readers_free(struct ts_readers *readers)
{
	if (!readers)
		return;
	for (size_t i = 0; i < readers->count; i++)
		ts_conn_close(readers->idle[i].conn);
	free(readers->idle);
	free(readers->connection);
	pthread_mutex_destroy(&readers->lock);
	free(readers);
}

static struct idle take_idle(struct ts_readers *readers)
{
	struct idle idle = {0};

	pthread_mutex_lock(&readers->lock);
	if (readers->count)
		idle = readers->idle[--readers->count];
	pthread_mutex_unlock(&readers->lock);
	return idle;
}

static void drop_idle(struct ts_readers *readers)
{
	struct idle idle;

	while ((idle = take_idle(readers)).conn)
		ts_conn_close(idle.conn);
}

struct ts_conn *ts_readers_take(struct ts_readers *readers, struct ts_error *err)
{
	struct ts_conn *conn = NULL;
	struct idle idle;

	idle = take_idle(readers);
	if (idle.conn && ts_storage_is_alive(idle.conn, idle.since_ms))
		return idle.conn;
	if (idle.conn) { /* and so are the others, most likely */
		ts_conn_close(idle.conn);
		drop_idle(readers);
	}
	return ts_storage_reopen(readers->connection, &conn, err) ? conn : NULL;
}

void ts_readers_give(struct ts_readers *readers, struct ts_conn *conn)
{
	if (!conn)
		return;
	if (!ts_conn_is_healthy(conn)) {
		ts_conn_close(conn);
		drop_idle(readers);
		return;
	}
	pthread_mutex_lock(&readers->lock);
	if (readers->count == readers->capacity) {
		readers->capacity += 8;
		readers->idle = ts_realloc(readers->idle, readers->capacity,
					   sizeof(*readers->idle));
	}
	readers->idle[readers->count++] = (struct idle){conn, ts_now_ms()};
	pthread_mutex_unlock(&readers->lock);
}
