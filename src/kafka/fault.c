/* fault.c - see fault.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/fault.h"
#include <stddef.h>

/* What the code alone says. */
static const struct {
	rd_kafka_resp_err_t code;
	enum ts_remedy remedy;
} rows[] = {
    {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, TS_REMEDY_DISOWN},
    {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, TS_REMEDY_DISOWN},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, TS_REMEDY_DISOWN},
    /* the transaction failed while the call was under way; the next one says why */
    {RD_KAFKA_RESP_ERR__STATE, TS_REMEDY_REPEAT},
    /* they would be the same at every further try */
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, TS_REMEDY_GIVE_UP},
    {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, TS_REMEDY_GIVE_UP},
};

enum ts_remedy ts_fault_judge(const struct ts_fault *fault)
{
	if (fault->is_fatal)
		return TS_REMEDY_GIVE_UP;
	for (size_t i = 0; fault->requires_abort && i < sizeof(rows) / sizeof(*rows);
	     i++)
		if (rows[i].code == fault->code)
			return rows[i].remedy;
	if (fault->is_retriable)
		return TS_REMEDY_REPEAT;
	/* librdkafka would abort, but the broker may have committed it */
	if (fault->is_committing && fault->code == RD_KAFKA_RESP_ERR__TIMED_OUT)
		return TS_REMEDY_GIVE_UP;
	return fault->requires_abort ? TS_REMEDY_ABORT : TS_REMEDY_GIVE_UP;
}
