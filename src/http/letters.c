/* letters.c - see letters.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/letters.h"
#include "http/letter_form.h"
#include "http/page_error.h"

enum { FORM_BYTES = 16 * 1024, CANNOT_NOW = 503 };

void ts_letters_refuse(struct ts_call *call, const struct ts_error *err)
{
	struct ts_error told = *err;

	if (err->code == TS_E_INTERNAL)
		ts_call_log_failure(call, err);
	if (ts_code_status(err->code)) {
		ts_page_refuse(call, ts_code_status(err->code), err);
		return;
	}
	ts_fail(&told, err->code,
		"%.600s.  Nothing was changed: try again when it is there; 'tablesync "
		"dlq list' on this host asks the same",
		err->text);
	ts_page_refuse(call, CANNOT_NOW, &told);
}

/* A token that is limited sees only its tables' jobs, and letters may be of any. */
static bool may_look(const struct ts_call *call, struct ts_error *err)
{
	if (!ts_scope_is_everything(&call->access.token.scope))
		return ts_fail(err, TS_E_NOT_ADMIN,
			       "of everything: this token is limited, and dead letters "
			       "may be of any data source");
	return ts_config_kafka(call->services->config, "bootstrap.servers") ||
	       ts_fail(err, TS_E_PUBLISH_FAILED,
		       "no Kafka is configured: set kafka.bootstrap.servers, and start "
		       "this server again");
}

static bool ask(struct ts_call *call, ts_letter_work *work, struct ts_error *err)
{
	return may_look(call, err) &&
	       ts_letter_desk_ask(call->services->letters, call, work, err);
}

static bool list(struct ts_call *call, struct ts_error *err)
{
	return ask(call, ts_letters_list, err);
}

static bool show(struct ts_call *call, struct ts_error *err)
{
	return ask(call, ts_letters_show, err);
}

static bool confirm(struct ts_call *call, struct ts_error *err)
{
	return ask(call, ts_letters_confirm, err);
}

static bool run(struct ts_call *call, struct ts_error *err)
{
	return may_look(call, err) && ts_letters_run(call, err);
}

static bool look(struct ts_call *call, struct ts_error *err)
{
	return may_look(call, err) && ts_letters_look(call, err);
}

static bool stop(struct ts_call *call, struct ts_error *err)
{
	return may_look(call, err) && ts_letters_stop(call, err);
}

#define PAGE TS_ROLES_ADMIN, TS_ROUTE_PAGE
static const struct ts_route routes[] = {
    {"GET", "/letters", list, PAGE, 0, 0, {TS_LETTER_TERMS}},
    {"GET",
     "/letters/confirm",
     confirm,
     PAGE,
     0,
     0,
     {TS_LETTER_TERMS, TS_LETTER_CHOICES}},
    {"GET", "/letters/run", look, PAGE, 0, 0, {"live"}},
    {"POST", "/letters/run", run, PAGE, TS_BODY_FORM, FORM_BYTES, {0}},
    {"POST", "/letters/stop", stop, PAGE, TS_BODY_FORM, FORM_BYTES, {0}},
    {"GET", "/letters/{name}", show, PAGE, 0, 0, {0}},
};

const struct ts_routes ts_letter_page_routes = {routes,
						sizeof(routes) / sizeof(*routes)};
