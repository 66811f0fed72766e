/* readers.c - see readers.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/readers.h"
#include "base/mem.h"
#include <pthread.h>
#include <stdlib.h>

struct ts_readers {
	char *connection;
	pthread_mutex_t lock;
	/* Guarded by the lock. */
	struct ts_conn **idle;
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
		ts_conn_close(readers->idle[i]);
	free(readers->idle);
	free(readers->connection);
	pthread_mutex_destroy(&readers->lock);
	free(readers);
}

struct ts_conn *ts_readers_take(struct ts_readers *readers, struct ts_error *err)
{
	struct ts_conn *conn = NULL;

	pthread_mutex_lock(&readers->lock);
	if (readers->count)
		conn = readers->idle[--readers->count];
	pthread_mutex_unlock(&readers->lock);
	if (conn || ts_storage_open(readers->connection, &conn, err))
		return conn;

	err->code = TS_E_INTERNAL; /* it was fit for use when the program started */
	return NULL;
}

void ts_readers_give(struct ts_readers *readers, struct ts_conn *conn)
{
	if (!conn)
		return;
	if (!ts_conn_is_healthy(conn)) {
		ts_conn_close(conn);
		return;
	}
	pthread_mutex_lock(&readers->lock);
	if (readers->count == readers->capacity) {
		readers->capacity += 8;
		readers->idle = ts_realloc(readers->idle, readers->capacity,
					   sizeof(struct ts_conn *));
	}
	readers->idle[readers->count++] = conn;
	pthread_mutex_unlock(&readers->lock);
}
