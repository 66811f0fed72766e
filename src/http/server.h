/* server.h - `tablesync serve`: HTTP in front of the reference catalog.
 *
 * Thread: start and stop from one thread; the server has its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SERVER_H
#define TS_SERVER_H
#include "base/error.h"
#include "config/config.h"

struct ts_server;
struct ts_services;

/* Open the storage, listen at http.listen and answer until stopped.  Borrows `config`.
 */
TS_MUST_CHECK bool ts_server_start(const struct ts_config *config,
				   struct ts_server **ret_server, struct ts_error *err);
/* Answer only whether it is alive and ready and how it is, at `listen`, to anybody.
 * Borrows `services`. */
TS_MUST_CHECK bool ts_server_start_probes(const char *listen,
					  const struct ts_services *services,
					  struct ts_server **ret_server,
					  struct ts_error *err);
/* "http://127.0.0.1:8080", with the port that it has (http.listen may say 0);
 * borrowed. */
const char *ts_server_url(const struct ts_server *server);
/* What its handlers share; borrowed. */
const struct ts_services *ts_server_services(const struct ts_server *server);
/* Take no new connection, finish what was begun, let go of everything.  NULL is fine.
 */
void ts_server_stop(struct ts_server *server);

#endif
