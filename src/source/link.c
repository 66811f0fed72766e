/* link.c - see link.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/link.h"
#include "base/clock.h"
#include "base/mem.h"
#include "odbc/driver.h"
#include <stdlib.h>
#include <string.h>

#define HOLE "{catalog}"

const struct ts_dialect *ts_link_dialect(const struct ts_source *source,
					 const struct ts_conn *conn)
{
	return source->config->dialect ? ts_dialect_find(source->config->dialect)
				       : ts_dialect_of(ts_conn_dbms(conn));
}

/* A new connection is brought into the state that the dialect and the operator want. */
static bool set_up(const struct ts_source *source, struct ts_conn *conn,
		   struct ts_error *err)
{
	const struct ts_dialect *dialect = ts_link_dialect(source, conn);
	const char *init = source->config->init;
	TS_AUTO(ts_buf) session = {0};

	if (dialect->has_query_timeout)
		ts_conn_set_query_timeout(conn, source->config->timeout_ms);
	if (dialect->session) {
		ts_dialect_add_timed(&session, dialect->session,
				     source->config->timeout_ms);
		if (!ts_conn_exec(conn, session.data, err))
			return ts_wrap(err,
				       "setting up the connection for dialect '%s'",
				       dialect->name);
	}
	if (init && init[0] && !ts_conn_exec(conn, init, err))
		return ts_wrap(err, "the data source's init");
	return true;
}

static bool open_conn(const struct ts_source *source, const char *catalog,
		      int64_t deadline_ms, struct ts_conn **ret_conn,
		      struct ts_error *err)
{
	const struct ts_datasource *config = source->config;
	struct ts_conn *conn;
	TS_AUTO(ts_buf) text = {0};
	bool is_open;

	ts_buf_fill(&text, config->connection, HOLE, catalog);
	if (config->password)
		ts_driver_add_password(&text, config->password);
	ts_buf_puts(&text, source->options);
	is_open = ts_conn_open(ts_buf_text(&text), deadline_ms, &conn, err);
	if (!is_open && err->code == TS_E_SOURCE_ERROR)
		return ts_wrap(
		    err,
		    "connecting to '%s' (check its 'connection', odbc.ini and "
		    "odbcinst.ini)",
		    config->name);
	if (!is_open)
		return ts_wrap(err, "connecting to '%s'", config->name);
	ts_conn_set_deadline(conn, deadline_ms);
	if (!set_up(source, conn, err)) {
		ts_conn_close(conn);
		return false;
	}
	*ret_conn = conn;
	return true;
}

/* Over the kept connection.  False also where that had died; then it is closed, and
 * loan->conn NULL. */
static bool run_over_kept(struct ts_source *source, struct ts_loan *loan,
			  const struct ts_errand *errand, struct ts_error *err)
{
	bool is_ok = errand->run(loan->conn, errand->arg, err);

	if (is_ok || ts_conn_is_healthy(loan->conn))
		return is_ok;
	ts_cache_doubt(source->cache);
	if (err->code != TS_E_SOURCE_UNREACHABLE)
		return false; /* there is no time left for another */
	ts_conn_close(loan->conn);
	loan->conn = NULL;
	*err = (struct ts_error){0};
	return false;
}

bool ts_link_run(struct ts_source *source, const char *catalog, int64_t deadline_ms,
		 const struct ts_errand *errand, bool *ret_is_usable,
		 struct ts_error *err)
{
	struct ts_loan loan;
	bool is_ok = false;

	*ret_is_usable = false;
	if (!ts_cache_take(source->cache, catalog, deadline_ms, &loan, err))
		return false;
	if (loan.conn) {
		ts_conn_set_deadline(loan.conn, deadline_ms);
		is_ok = run_over_kept(source, &loan, errand, err);
	}
	if (!loan.conn && open_conn(source, catalog, deadline_ms, &loan.conn, err))
		is_ok = errand->run(loan.conn, errand->arg, err);
	*ret_is_usable = loan.conn;
	ts_cache_give(source->cache, catalog, &loan);
	return is_ok;
}

static bool fail_dialect(const struct ts_datasource *config, struct ts_error *err)
{
	TS_AUTO(ts_buf) names = {0};

	for (size_t i = 0; ts_dialects[i]; i++)
		ts_buf_printf(&names, "%s%s", i ? ", " : "", ts_dialects[i]->name);
	return ts_fail(err, TS_E_CONFIG, "data source %d: dialect: '%s' is none of %s",
		       config->id, config->dialect, ts_buf_text(&names));
}

/* What there is to learn of a dialect that needs no connection, it says itself. */
static bool open_alone(struct ts_source *source, const struct ts_dialect *dialect,
		       const struct ts_datasource *config, struct ts_error *err)
{
	if (!dialect->open(config->connection, &source->state, err))
		return ts_wrap(err, "data source %d: connection", config->id);
	source->traits =
	    (struct ts_traits){.dialect = dialect,
			       .levels = dialect->levels,
			       .is_case_sensitive = dialect->is_case_sensitive,
			       .catalog = ts_strdup("")};
	return true;
}

bool ts_link_init(struct ts_source *source, const struct ts_datasource *config,
		  struct ts_error *err)
{
	const struct ts_dialect *dialect =
	    config->dialect ? ts_dialect_find(config->dialect) : NULL;
	TS_AUTO(ts_buf) options = {0};

	if (config->dialect && !dialect)
		return fail_dialect(config, err);
	if (strstr(config->connection, HOLE) && !config->default_catalog &&
	    !config->catalogs.count)
		return ts_fail(err, TS_E_CONFIG,
			       "data source %d: the connection holds " HOLE
			       ", so default_catalog or catalogs must be set",
			       config->id);
	if (dialect && dialect->read_alone && !open_alone(source, dialect, config, err))
		return false;
	source->config = config;
	source->is_template = strstr(config->connection, HOLE);
	ts_dialect_add_options(&options, config->connection, config->timeout_ms);
	source->options = ts_buf_detach(&options);
	source->cache = ts_cache_new((size_t)config->concurrency);
	pthread_mutex_init(&source->lock, NULL);
	return true;
}

void ts_link_release(struct ts_source *source)
{
	if (!source->config)
		return;
	if (source->state)
		source->traits.dialect->close(source->state);
	ts_cache_free(source->cache);
	free(source->options);
	pthread_mutex_destroy(&source->lock);
	free(source->traits.catalog);
	for (size_t i = 0; i < source->served.count; i++)
		free(source->served.items[i]);
	free(source->served.items);
	*source = (struct ts_source){0};
}
