/* names.c - see names.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/names.h"
#include "base/mem.h"
#include "base/str.h"
#include "source/lookup.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CATALOG_BYTES = 128 }; /* of a catalog's name in a connection string */

void ts_target_release(struct ts_target *target)
{
	ts_schema_name_release(&target->name);
	free(target->key);
	*target = (struct ts_target){0};
}

/* A pattern with a dot means the whole name, one without the schema alone. */
static bool is_excluded(const struct ts_source *source, const struct ts_traits *traits,
			const char *canonical, const char *schema)
{
	const struct ts_strings *patterns = &source->config->exclude_schemas;

	for (size_t i = 0; i < patterns->count; i++) {
		const char *pattern = patterns->items[i];

		if (ts_glob_matches(pattern, strchr(pattern, '.') ? canonical : schema,
				    !traits->is_case_sensitive))
			return true;
	}
	return false;
}

static bool check_excluded(const struct ts_source *source,
			   const struct ts_traits *traits, const char *catalog,
			   const char *schema, struct ts_error *err)
{
	const char *parts[] = {catalog, schema};
	TS_AUTO(ts_buf) name = {0};

	ts_schema_name_print(catalog ? parts : parts + 1, catalog ? 2 : 1, &name);
	if (is_excluded(source, traits, name.data, schema))
		return ts_fail(err, TS_E_SCHEMA_EXCLUDED, "'%s'", name.data);
	return true;
}

/* Where the catalog goes into the connection string it must not say anything else. */
static bool is_harmless(const char *catalog)
{
	if (strlen(catalog) > CATALOG_BYTES || strpbrk(catalog, ";{}[](),?*=!@"))
		return false;
	for (const char *c = catalog; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

/* Is it among the configured catalogs, as far as that can be told without asking the
 * DBMS how it compares? */
static bool may_be_served(const struct ts_datasource *config, const char *catalog,
			  struct ts_error *err)
{
	TS_AUTO(ts_near) near = {.wanted = catalog};

	if (config->catalogs.count == 0 ||
	    (config->default_catalog &&
	     strcasecmp(catalog, config->default_catalog) == 0))
		return true;
	for (size_t i = 0; i < config->catalogs.count; i++) {
		if (strcasecmp(catalog, config->catalogs.items[i]) == 0)
			return true;
		ts_near_offer(&near, config->catalogs.items[i]);
	}
	return ts_fail(err, TS_E_SCHEMA_NOT_FOUND, "no catalog '%s'%s%s%s", catalog,
		       TS_HINT(near.best));
}

bool ts_target_check(const struct ts_source *source, const char *schema,
		     struct ts_error *err)
{
	TS_AUTO(ts_schema_name) name = {0};

	if (!source->is_template)
		return true;
	if (!ts_schema_name_parse(schema, 2, &name, err))
		return false;
	if (name.count == 1)
		return true;
	if (!is_harmless(name.parts[0]))
		return ts_fail(err, TS_E_SCHEMA_NOT_FOUND,
			       "no catalog '%s': a connection cannot be made to a "
			       "name like this",
			       name.parts[0]);
	return may_be_served(source->config, name.parts[0], err);
}

static bool is_same(const struct ts_traits *traits, const char *one, const char *other)
{
	return traits->is_case_sensitive ? strcmp(one, other) == 0
					 : strcasecmp(one, other) == 0;
}

/* One connection per catalog. */
static bool choose_connection(struct ts_source *source, const struct ts_traits *traits,
			      const char *catalog, int64_t deadline_ms, char **ret_key,
			      struct ts_error *err)
{
	const struct ts_strings *fixed = &source->config->catalogs;
	const char *usual = source->config->default_catalog;
	char *near = NULL;

	if (!catalog)
		catalog = usual;
	if (!catalog && fixed->count == 1)
		catalog = fixed->items[0];
	if (!catalog)
		return ts_fail(err, TS_E_SCHEMA_NOT_FOUND,
			       "the data source has no default catalog: ask for "
			       "'catalog.schema'");
	if (usual && is_same(traits, catalog, usual)) {
		*ret_key = ts_strdup(usual);
		return true;
	}
	if (!ts_link_serves(source, catalog, deadline_ms, ret_key, &near, err))
		return false;
	if (!*ret_key)
		ts_fail(err, TS_E_SCHEMA_NOT_FOUND, "no catalog '%s'%s%s%s", catalog,
			near ? ": did you mean '" : "", near ? near : "",
			near ? "'?" : "");
	free(near);
	return *ret_key;
}

/* One connection for all that there is. */
static bool check_served(const struct ts_source *source, const struct ts_traits *traits,
			 const char *catalog, struct ts_error *err)
{
	const struct ts_strings *fixed = &source->config->catalogs;

	if (!traits->is_multi_catalog) {
		if (is_same(traits, catalog, traits->catalog))
			return true;
		return ts_fail(err, TS_E_SCHEMA_NOT_FOUND,
			       "catalog '%s' is not served by this connection, only "
			       "'%s' is",
			       catalog, traits->catalog);
	}
	for (size_t i = 0; i < fixed->count; i++)
		if (is_same(traits, catalog, fixed->items[i]))
			return true;
	return fixed->count == 0 ||
	       ts_fail(err, TS_E_SCHEMA_NOT_FOUND,
		       "catalog '%s' is not among those of the data source", catalog);
}

/* What a one-part name means where a connection sees several catalogs; NULL where even
 * the driver does not know. */
static const char *default_catalog(const struct ts_source *source,
				   const struct ts_traits *traits)
{
	if (source->config->default_catalog)
		return source->config->default_catalog;
	return traits->catalog[0] ? traits->catalog : NULL;
}

bool ts_target_make(struct ts_source *source, const struct ts_traits *traits,
		    const char *schema, int64_t deadline_ms,
		    struct ts_target *ret_target, struct ts_error *err)
{
	TS_AUTO(ts_target) target = {0};
	const char *given;

	if (!ts_schema_name_parse(schema, traits->levels, &target.name, err))
		return false;
	target.schema = target.name.parts[target.name.count - 1];
	given = target.name.count > 1 ? target.name.parts[0] : NULL;

	if (source->is_template) {
		if (!check_excluded(source, traits, given, target.schema, err) ||
		    !choose_connection(source, traits, given, deadline_ms, &target.key,
				       err))
			return false;
		given = target.key;
	} else {
		target.key = ts_strdup("");
		if (!given && traits->is_multi_catalog)
			given = default_catalog(source, traits);
		if (given && !check_served(source, traits, given, err))
			return false;
	}
	if (traits->is_multi_catalog)
		target.catalog = given;
	else if (!source->is_template)
		given = NULL;
	if (!check_excluded(source, traits, given, target.schema, err))
		return false;

	*ret_target = target;
	target = (struct ts_target){0};
	return true;
}

static void prefix(json_t *object, const char *key, const char *catalog)
{
	const char *name = ts_json_text(object, key);
	TS_AUTO(ts_buf) full = {0};

	if (!name)
		return;
	ts_schema_name_print(&catalog, 1, &full);
	ts_buf_printf(&full, ".%s", name);
	json_object_set_new(object, key, json_string(full.data));
}

bool ts_target_finish(const struct ts_source *source, const struct ts_traits *traits,
		      const struct ts_target *target, json_t *document,
		      struct ts_error *err)
{
	json_t *keys = json_object_get(document, "foreign_keys"), *key;
	TS_AUTO(ts_schema_name) found = {0};
	const char *canonical;
	size_t i;

	if (source->is_template && !traits->is_multi_catalog) {
		prefix(document, "schema_name", target->key);
		json_array_foreach(keys, i, key)
		    prefix(key, "referenced_schema", target->key);
	}
	/* The spelling that the catalog knows is gone with the table. */
	if (!traits->is_case_sensitive && json_object_get(document, "removed"))
		json_object_set_new(document, "ignore_case", json_true());
	canonical = ts_json_text(document, "schema_name");
	if (!ts_schema_name_parse(canonical, 2, &found, err))
		return false;
	if (is_excluded(source, traits, canonical, found.parts[found.count - 1]))
		return ts_fail(err, TS_E_SCHEMA_EXCLUDED, "'%s'", canonical);
	return true;
}
