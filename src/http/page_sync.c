/* page_sync.c - 'sync now': a job for a table of the catalog (pages.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page.h"
#include "http/page_data.h"
#include "http/page_error.h"
#include "http/page_form.h"
#include "http/pages.h"
#include "http/trigger.h"

/* From the job's page on, the browser asks by itself what became of it. */
static void answer(struct ts_call *call, const struct ts_trigger_result *result)
{
	TS_AUTO(ts_buf) path = {0};

	if (result->status == TS_TRIGGER_FAILED) {
		ts_page_refuse(call, ts_code_status(result->err->code), result->err);
		return;
	}
	ts_buf_printf(&path, "/jobs/%s%s", result->job_id, *result->job_id ? "/" : "");
	ts_page_set_headers(call);
	ts_call_redirect(call, ts_buf_text(&path));
}

bool ts_page_sync(struct ts_call *call, struct ts_error *err)
{
	TS_AUTO(ts_form) form = {0};
	json_t *table;
	int64_t curated;
	bool is_ok;

	if (!ts_page_take_form(call, &form, err) ||
	    !ts_page_get_table(call, &table, &curated, err))
		return false;
	is_ok = ts_trigger_submit(
	    call->services->trigger, call,
	    &(const struct ts_trigger_order){
		.datasource_id =
		    (int32_t)json_integer_value(json_object_get(table, "ds_id")),
		.schema = ts_json_text(table, "schema_name"),
		.table = ts_json_text(table, "name"),
		.is_view = json_is_true(json_object_get(table, "is_view")),
		.traceparent = call->traceparent,
		.tracestate = call->tracestate,
		.done = answer,
	    },
	    err);
	json_decref(table);
	return is_ok;
}
