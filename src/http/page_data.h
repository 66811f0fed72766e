/* page_data.h - what several pages show, gathered and made readable.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PAGE_DATA_H
#define TS_PAGE_DATA_H
#include "http/call.h"

/* JSON text of the store as a tree, the caller's; NULL with TS_E_INTERNAL where it is
 * none. */
json_t *ts_page_parse(const struct ts_buf *text, struct ts_error *err);

/* In the place of a time, as JSON has it, {"iso", "text", "ago"} for the template
 * `time`; null stays null. */
void ts_page_show_time(json_t *object, const char *member);
void ts_page_show_times(json_t *list, const char *member);

/* What people call a data source: by the configuration, else by its number. */
void ts_page_name_datasource(const struct ts_call *call, json_t *object,
			     const char *id_member);
void ts_page_name_datasources(const struct ts_call *call, json_t *list,
			      const char *id_member);
/* The name from the configuration; NULL where it is not there. */
const char *ts_page_datasource_name(const struct ts_call *call, int64_t id);

/* Make a job of the log readable, for the template `outcome`; is it pending? */
bool ts_page_show_job(const struct ts_call *call, json_t *job);

/* The table call->id and the version of what people wrote about it.
 * TS_E_TABLE_NOT_FOUND, also where it is outside the token's limits. */
TS_MUST_CHECK bool ts_page_get_table(const struct ts_call *call, json_t **ret_table,
				     int64_t *ret_curated, struct ts_error *err);

/* Let the page be asked for again and again, as long as the reader wants that (the
 * parameter live), and offer the other, for the template `live`. */
void ts_page_set_live(const struct ts_call *call, json_t *data);

/* Tables of the catalog that the user may see, without what is in them; the rest of the
 * query is the caller's.  *ret_next as in store.h. */
TS_MUST_CHECK bool ts_page_tables(const struct ts_call *call,
				  struct ts_store_query query, json_t **ret_list,
				  int64_t *ret_next, struct ts_error *err);

/* Put "next" into the data: this page's address, where `parameter` is the number (0:
 * there is no next page). */
void ts_page_set_next(const struct ts_call *call, json_t *data, const char *parameter,
		      int64_t number);

#endif
