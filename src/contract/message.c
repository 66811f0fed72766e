/* message.c - see message.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/message.h"
#include "base/mem.h"
#include <string.h>
#include <strings.h>

bool ts_header_is_secret(const struct ts_header *header)
{
	return strcasecmp(header->name, "token") == 0;
}

size_t ts_message_bytes(const struct ts_message *message)
{
	size_t bytes = sizeof(*message) + strlen(message->topic) + 1 +
		       message->key_len + message->value_len;

	for (size_t i = 0; i < message->header_count; i++)
		if (!ts_header_is_secret(&message->headers[i]))
			bytes += sizeof(*message->headers) +
				 strlen(message->headers[i].name) + 1 +
				 message->headers[i].len;
	return bytes;
}

/* Put bytes into the block behind what is there; NULL stays NULL. */
static const void *put(char **at, const void *bytes, size_t len)
{
	char *to = *at;

	if (!bytes)
		return NULL;
	if (len)
		memcpy(to, bytes, len);
	*at += len;
	return to;
}

struct ts_message *ts_message_copy(const struct ts_message *message)
{
	struct ts_message *copy = ts_calloc(1, ts_message_bytes(message));
	struct ts_header *headers = (struct ts_header *)(copy + 1);
	size_t count = 0;
	char *at;

	*copy = *message;
	for (size_t i = 0; i < message->header_count; i++)
		if (!ts_header_is_secret(&message->headers[i]))
			headers[count++] = message->headers[i];
	copy->headers = headers;
	copy->header_count = count;

	at = (char *)(headers + count);
	copy->topic = put(&at, message->topic, strlen(message->topic) + 1);
	copy->key = put(&at, message->key, message->key_len);
	copy->value = put(&at, message->value, message->value_len);
	for (size_t i = 0; i < count; i++) {
		headers[i].name =
		    put(&at, headers[i].name, strlen(headers[i].name) + 1);
		headers[i].value = put(&at, headers[i].value, headers[i].len);
	}
	return copy;
}

const struct ts_header *ts_message_header(const struct ts_message *message,
					  const char *name)
{
	for (size_t i = message->header_count; i-- > 0;)
		if (strcmp(message->headers[i].name, name) == 0)
			return message->headers[i].value ? &message->headers[i] : NULL;
	return NULL;
}
