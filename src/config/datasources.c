/* datasources.c - see datasources.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/datasources.h"
#include "base/str.h"
#include "config/findings.h"
#include <string.h>

bool ts_datasource_id(const struct ts_config *config, const char *text, int32_t *ret_id,
		      struct ts_error *err)
{
	struct ts_guess guess = {.wanted = text};
	int64_t id;

	if (ts_int64_parse(text, 0, INT32_MAX, &id)) {
		*ret_id = (int32_t)id;
		return true;
	}
	for (size_t i = 0; i < config->datasource_count; i++) {
		const struct ts_datasource *datasource = &config->datasources[i];

		if (datasource->name && strcmp(datasource->name, text) == 0) {
			*ret_id = datasource->id;
			return true;
		}
		if (datasource->name)
			ts_guess_offer(&guess, datasource->name);
	}
	return ts_fail(
	    err, TS_E_USAGE,
	    "'%.100s' is neither the id nor the name of a data source in the "
	    "configuration%s%s%s",
	    text, guess.best ? ": did you mean '" : "", guess.best ? guess.best : "",
	    guess.best ? "'?" : "");
}

const char *ts_datasource_name(const struct ts_config *config, int64_t id)
{
	for (size_t i = 0; i < config->datasource_count; i++)
		if (config->datasources[i].id == id)
			return config->datasources[i].name;
	return NULL;
}
