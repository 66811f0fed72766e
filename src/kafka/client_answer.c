/* client_answer.c - see client_answer.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_answer.h"
#include "base/json.h"
#include "base/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ts_answer_release(struct ts_answer *answer)
{
	free(answer->json);
	free(answer->status);
	free(answer->job_id);
	*answer = (struct ts_answer){0};
}

static bool is(const char *text, const char *other)
{
	return text && strcmp(text, other) == 0;
}

static void say_error(const json_t *reply, char ret_error[TABLESYNC_ERROR_SIZE])
{
	const json_t *error = json_object_get(reply, "error");
	const char *code = ts_json_text(error, "code");
	const char *message = ts_json_text(error, "message");

	snprintf(ret_error, TABLESYNC_ERROR_SIZE, "%s: %s", code ? code : "error",
		 message ? message : "the reply says no more");
	ts_utf8_clean(ret_error);
}

enum tablesync_status ts_answer_judge(const struct ts_answer *answer,
				      char ret_job_id[288],
				      char ret_error[TABLESYNC_ERROR_SIZE])
{
	const char *status = answer->status, *job_id = answer->job_id;
	enum tablesync_status verdict = TABLESYNC_JOB_ERROR;
	json_t *reply = NULL;
	struct ts_error err = {0};

	/* An ok whose headers say all need not be read here. */
	if ((!is(status, "ok") || !job_id) &&
	    ts_json_parse(answer->json, answer->len, SIZE_MAX, &reply, &err)) {
		status = status ? status : ts_json_text(reply, "status");
		job_id = job_id ? job_id : ts_json_text(reply, "job_id");
	}
	if (job_id)
		snprintf(ret_job_id, 288, "%s", job_id);

	if (is(status, "ok"))
		verdict = TABLESYNC_OK;
	else if (is(status, "error") && reply)
		say_error(reply, ret_error);
	else
		snprintf(ret_error, TABLESYNC_ERROR_SIZE,
			 "the reply cannot be read: %s",
			 reply ? "it has no status" : err.text);
	json_decref(reply);
	return verdict;
}
