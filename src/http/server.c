/* server.c - see server.h.
 *
 * libmicrohttpd in POLL mode with several threads: with epoll and one thread, 0.9.75
 * stalls.  A thread that handles a request lets its other connections wait, and so
 * bounds the work in hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"
#include "base/mem.h"
#include "http/intake.h"
#include "http/listen.h"
#include <stdlib.h>
#include <unistd.h>

enum {
	LEAST_THREADS = 2,
	CONNECTIONS = 1000,
	IDLE_SECONDS = 30,
	HEADER_BYTES = 16 * 1024,
	DRAIN_MS = 5000,
};

/* Zero-initialised but for listen_fd is empty. */
struct ts_server {
	struct ts_store *store;
	struct ts_intake *intake;
	struct MHD_Daemon *daemon;
	struct ts_buf url;
	int port, listen_fd;
};

static void release(struct ts_server *server)
{
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->listen_fd >= 0)
		close(server->listen_fd);
	ts_intake_free(server->intake);
	ts_store_close(server->store);
	ts_buf_release(&server->url);
	free(server);
}

static bool start_daemon(struct ts_server *server, int threads, struct ts_error *err)
{
	unsigned pool = (unsigned)(threads > LEAST_THREADS ? threads : LEAST_THREADS);

	server->daemon = MHD_start_daemon(
	    MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, ts_intake_handle,
	    server->intake, MHD_OPTION_LISTEN_SOCKET, server->listen_fd,
	    MHD_OPTION_THREAD_POOL_SIZE, pool, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)HEADER_BYTES, MHD_OPTION_NOTIFY_COMPLETED, ts_intake_completed,
	    server->intake, MHD_OPTION_END);
	if (!server->daemon)
		return ts_fail(err, TS_E_SYSTEM, "the HTTP server cannot be started");
	return true;
}

bool ts_server_start(const struct ts_config *config, struct ts_server **ret_server,
		     struct ts_error *err)
{
	struct ts_server *server = ts_calloc(1, sizeof(*server));

	server->listen_fd = -1;
	ts_buf_puts(&server->url, "http://");
	if (!ts_listen(config->http.listen, &server->listen_fd, &server->port,
		       &server->url, err) ||
	    !ts_store_open(config->http.storage, config->http.storage_password,
			   &server->store, err))
		goto failed;
	server->intake = ts_intake_new(server->store);
	if (!start_daemon(server, config->http.threads, err))
		goto failed;
	*ret_server = server;
	return true;
failed:
	release(server);
	return false;
}

const char *ts_server_url(const struct ts_server *server)
{
	return ts_buf_text(&server->url);
}

void ts_server_stop(struct ts_server *server)
{
	if (!server)
		return;
	/* The library's own stop cuts off what it is sending. */
	MHD_quiesce_daemon(server->daemon);
	ts_intake_drain(server->intake, DRAIN_MS);
	release(server);
}
