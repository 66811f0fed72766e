/* server.c - see server.h.
 *
 * libmicrohttpd in POLL mode with several threads: with epoll and one thread, 0.9.75
 * stalls.  A thread that handles a request lets its other connections wait, and so
 * bounds the work in hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/catalog_api.h"
#include "http/checkup.h"
#include "http/figures.h"
#include "http/intake.h"
#include "http/job_parts.h"
#include "http/jobs_api.h"
#include "http/letters.h"
#include "http/listen.h"
#include "http/pages.h"
#include "http/probes.h"
#include "http/trigger_api.h"
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	LEAST_THREADS = 2, /* as a pool, which does not stall */
	PROBE_CONNECTIONS = 64,
	OTHER_FILES = 512, /* the storage's, Kafka's, … */
	IDLE_SECONDS = 30,
	HEADER_BYTES = 16 * 1024,
	DRAIN_MS = 5000, /* for what waits at the end */
	LAST_MS = 1000,  /* of it, for what is being sent then */
};

static const struct ts_routes *const all_routes[] = {
    &ts_probe_routes, &ts_metrics_routes, &ts_catalog_routes,     &ts_trigger_routes,
    &ts_job_routes,   &ts_page_routes,    &ts_letter_page_routes, NULL};
static const struct ts_routes *const probe_routes[] = {&ts_probe_routes,
						       &ts_open_metrics_routes, NULL};

/* Zero-initialised but for listen_fd is empty. */
struct ts_server {
	struct ts_services services;
	/* These five: owned; NULL where only probes are answered. */
	struct ts_store *store;
	struct ts_figures *figures;
	struct ts_checkup *checkup;
	struct ts_job_parts *jobs;
	struct ts_letter_desk *letters;
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
	ts_letter_desk_free(server->letters);
	ts_job_parts_stop(server->jobs);
	ts_checkup_stop(server->checkup);
	ts_figures_free(server->figures);
	ts_store_close(server->store);
	ts_buf_release(&server->url);
	free(server);
}

/* Each connection is a descriptor, and the usual limit is 1,024. */
static void allow_files(int connections)
{
	rlim_t wanted = (rlim_t)connections + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Begin to answer at `listen`; leaves the server for release where that fails. */
static bool start(struct ts_server *server, const char *listen,
		  const struct ts_routes *const *tables, int threads, int connections,
		  struct ts_error *err)
{
	unsigned pool = (unsigned)(threads > LEAST_THREADS ? threads : LEAST_THREADS);

	ts_buf_puts(&server->url, "http://");
	if (!ts_listen(listen, &server->listen_fd, &server->port, &server->url, err))
		return false;
	allow_files(connections);
	server->intake = ts_intake_new(&server->services, tables);
	server->daemon = MHD_start_daemon(
	    MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
	    ts_intake_handle, server->intake, MHD_OPTION_LISTEN_SOCKET,
	    server->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, pool,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES,
	    MHD_OPTION_NOTIFY_COMPLETED, ts_intake_completed, server->intake,
	    MHD_OPTION_NOTIFY_CONNECTION, ts_intake_connection, server->intake,
	    MHD_OPTION_END);
	if (!server->daemon)
		return ts_fail(err, TS_E_SYSTEM, "the HTTP server cannot be started");
	return true;
}

static struct ts_server *make(void)
{
	struct ts_server *server = ts_calloc(1, sizeof(*server));

	server->listen_fd = -1;
	return server;
}

bool ts_server_start(const struct ts_config *config, struct ts_server **ret_server,
		     struct ts_error *err)
{
	struct ts_server *server = make();

	server->services.config = config;
	if (!ts_store_open(config->http.storage, config->http.storage_password,
			   &server->store, err))
		goto failed;
	server->services.store = server->store;
	server->services.figures = server->figures = ts_figures_new();
	if (!ts_checkup_start(server->store, &server->checkup, err))
		goto failed;
	ts_figures_join(server->figures, ts_checkup_probe(server->checkup));
	if (!ts_job_parts_start(&server->services, &server->jobs, err) ||
	    !ts_letter_desk_start(config, &server->letters, err))
		goto failed;
	server->services.letters = server->letters;
	if (!start(server, config->http.listen, all_routes, config->http.threads,
		   config->http.connections, err)) {
		ts_wrap(err, "http.listen");
		goto failed;
	}
	*ret_server = server;
	return true;
failed:
	release(server);
	return false;
}

bool ts_server_start_probes(const char *listen, const struct ts_services *services,
			    struct ts_server **ret_server, struct ts_error *err)
{
	struct ts_server *server = make();

	server->services = *services;
	if (!start(server, listen, probe_routes, LEAST_THREADS, PROBE_CONNECTIONS,
		   err)) {
		release(server);
		return ts_wrap(err, "metrics.listen");
	}
	*ret_server = server;
	return true;
}

const char *ts_server_url(const struct ts_server *server)
{
	return ts_buf_text(&server->url);
}

const struct ts_services *ts_server_services(const struct ts_server *server)
{
	return &server->services;
}

void ts_server_stop(struct ts_server *server)
{
	if (!server)
		return;
	/* The library's own stop cuts off what it is sending. */
	MHD_quiesce_daemon(server->daemon);
	if (server->jobs)
		ts_job_parts_drain(server->jobs, ts_now_ms() + DRAIN_MS - LAST_MS);
	if (server->letters)
		ts_letter_desk_stop(server->letters);
	ts_intake_drain(server->intake, DRAIN_MS);
	release(server);
}
