/* traits.c - what a data source is: its dialect, and the catalogs that it serves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "source/link.h"
#include "source/lookup.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void release_names(struct ts_strings *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct ts_strings){0};
}

/* The catalog whose connection tells what the data source is. */
static const char *base_catalog(const struct ts_source *source)
{
	const struct ts_datasource *config = source->config;

	if (!source->is_template)
		return "";
	return config->default_catalog ? config->default_catalog
				       : config->catalogs.items[0];
}

/* Run `sql` for the texts in its first column. */
static bool read_names(struct ts_conn *conn, const char *sql,
		       struct ts_strings *ret_names, struct ts_error *err)
{
	struct ts_strings names = {0};
	bool has_row, is_ok = ts_conn_query(conn, sql, NULL, 0, err);

	while (is_ok) {
		const char *name;

		is_ok = ts_conn_fetch(conn, &has_row, err);
		if (!is_ok || !has_row)
			break;
		name = ts_conn_cell(conn, 0);
		names.items =
		    ts_realloc(names.items, names.count + 1, sizeof(*names.items));
		names.items[names.count++] = ts_strdup(name ? name : "");
	}
	if (is_ok)
		*ret_names = names;
	else
		release_names(&names);
	return is_ok;
}

static bool read_catalog(struct ts_conn *conn, const struct ts_dialect *dialect,
			 char **ret_catalog, struct ts_error *err)
{
	struct ts_strings names = {0};
	const char *catalog;

	if (!dialect->catalog) {
		if (!ts_conn_catalog(conn, &catalog, err))
			return false;
		*ret_catalog = ts_strdup(catalog);
		return true;
	}
	if (!read_names(conn, dialect->catalog, &names, err))
		return false;
	*ret_catalog = ts_strdup(names.count ? names.items[0] : "");
	release_names(&names);
	return true;
}

static bool read_case(struct ts_conn *conn, const struct ts_dialect *dialect,
		      bool *ret_is_case_sensitive, struct ts_error *err)
{
	struct ts_strings answer = {0};

	if (!dialect->case_sensitivity)
		return true;
	if (!read_names(conn, dialect->case_sensitivity, &answer, err))
		return false;
	*ret_is_case_sensitive = answer.count && strcmp(answer.items[0], "1") == 0;
	release_names(&answer);
	return true;
}

/* For a DBMS without a dialect: how many names stand above a table, and whether one
 * connection sees several catalogs. */
static bool ask_driver(struct ts_conn *conn, struct ts_traits *traits,
		       struct ts_error *err)
{
	struct ts_naming naming;
	size_t catalogs = 0;
	bool has_row = true;

	if (!ts_conn_naming(conn, &naming, err))
		return false;
	traits->levels = naming.has_catalogs && naming.has_schemas ? 2 : 1;
	if (traits->levels == 1)
		return true;
	if (!ts_conn_call(conn, TS_ODBC_CATALOGS, NULL, NULL, NULL, err))
		return false;
	while (has_row) {
		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (has_row)
			catalogs++;
	}
	traits->is_multi_catalog = catalogs > 1;
	return true;
}

struct learning {
	struct ts_source *source;
	struct ts_traits traits;
};

static bool learn(struct ts_conn *conn, void *arg, struct ts_error *err)
{
	struct learning *learning = arg;
	const struct ts_dialect *dialect = ts_link_dialect(learning->source, conn);
	struct ts_traits *traits = &learning->traits;

	*traits = (struct ts_traits){.dialect = dialect,
				     .levels = dialect->levels,
				     .is_multi_catalog = dialect->is_multi_catalog,
				     .is_case_sensitive = dialect->is_case_sensitive};
	if (!dialect->levels && !ask_driver(conn, traits, err))
		return false;
	if (learning->source->is_template && traits->levels == 1)
		return ts_fail(err, TS_E_SOURCE_ERROR,
			       "the connection holds {catalog}, but this DBMS has no "
			       "catalogs above its schemas");
	return read_case(conn, dialect, &traits->is_case_sensitive, err) &&
	       read_catalog(conn, dialect, &traits->catalog, err);
}

bool ts_link_traits(struct ts_source *source, int64_t deadline_ms,
		    const struct ts_traits **ret_traits, struct ts_error *err)
{
	struct learning learning = {.source = source};
	const struct ts_errand errand = {learn, &learning};
	bool is_usable, is_known;

	pthread_mutex_lock(&source->lock);
	is_known = source->traits.dialect;
	pthread_mutex_unlock(&source->lock);
	if (!is_known) {
		/* Two threads may both ask; they learn the same. */
		if (!ts_link_run(source, base_catalog(source), deadline_ms, &errand,
				 &is_usable, err))
			return false;
		pthread_mutex_lock(&source->lock);
		if (source->traits.dialect)
			free(learning.traits.catalog);
		else
			source->traits = learning.traits;
		pthread_mutex_unlock(&source->lock);
	}
	*ret_traits = &source->traits;
	return true;
}

struct looking {
	const char *sql;
	struct ts_strings names;
};

static bool look(struct ts_conn *conn, void *arg, struct ts_error *err)
{
	struct looking *looking = arg;

	return read_names(conn, looking->sql, &looking->names, err);
}

/* Find `catalog` in a list as the DBMS compares. */
static const char *find_name(const struct ts_strings *names, const char *catalog,
			     bool is_case_sensitive, struct ts_near *near)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];

		if (is_case_sensitive ? strcmp(name, catalog) == 0
				      : strcasecmp(name, catalog) == 0)
			return name;
		ts_near_offer(near, name);
	}
	return NULL;
}

bool ts_link_serves(struct ts_source *source, const char *catalog, int64_t deadline_ms,
		    char **ret_name, char **ret_near, struct ts_error *err)
{
	const struct ts_dialect *dialect = source->traits.dialect;
	const struct ts_strings *fixed = &source->config->catalogs;
	struct looking looking = {.sql = dialect->catalogs};
	const struct ts_errand errand = {look, &looking};
	struct ts_near near = {.wanted = catalog};
	char *name;
	bool is_usable;

	pthread_mutex_lock(&source->lock);
	name = ts_strdup(find_name(fixed->count ? fixed : &source->served, catalog,
				   source->traits.is_case_sensitive, &near));
	pthread_mutex_unlock(&source->lock);
	if (!name && !fixed->count && dialect->catalogs) {
		/* It may have been made since. */
		if (!ts_link_run(source, base_catalog(source), deadline_ms, &errand,
				 &is_usable, err)) {
			ts_near_release(&near);
			return false;
		}
		pthread_mutex_lock(&source->lock);
		release_names(&source->served);
		source->served = looking.names;
		name = ts_strdup(find_name(&source->served, catalog,
					   source->traits.is_case_sensitive, &near));
		pthread_mutex_unlock(&source->lock);
	}
	*ret_name = name;
	*ret_near = near.best;
	return true;
}
