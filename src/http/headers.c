/* headers.c - see headers.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/headers.h"
#include "base/str.h"
#include <string.h>
#include <strings.h>

const char *ts_headers_get(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* How many headers tell the length of the body, and how they do it. */
struct framing {
	int lengths, encodings;
	bool is_chunked, is_odd;
};

/* Of a header's name; "Transfer-Encoding : chunked" is one to some proxies, not to the
 * library. */
#define TOKEN                                                                          \
	"!#$%&'*+-.^_`|~"                                                              \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Would another one perhaps see two headers here? */
static bool is_odd(const char *name, const char *value)
{
	if (!*name || name[strspn(name, TOKEN)])
		return true;
	for (; value && *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
			return true;
	return false;
}

static enum MHD_Result count_framing(void *cls, enum MHD_ValueKind kind,
				     const char *name, const char *value)
{
	struct framing *framing = cls;

	(void)kind;
	framing->is_odd = framing->is_odd || is_odd(name, value);
	if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0)
		framing->lengths++;
	if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		framing->encodings++;
		framing->is_chunked = value && strcasecmp(value, "chunked") == 0;
	}
	return MHD_YES;
}

bool ts_headers_are_clear(struct MHD_Connection *connection, struct ts_error *err)
{
	struct framing framing = {0};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, count_framing, &framing);
	if (framing.lengths + framing.encodings > 1 ||
	    (framing.encodings && !framing.is_chunked))
		return ts_fail(
		    err, TS_E_BAD_MESSAGE,
		    "the length of the body is not clear from Content-Length "
		    "and Transfer-Encoding");
	if (framing.is_odd)
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "a header holds what none may hold");
	return true;
}

/* What take_parameter fills. */
struct parameters {
	struct ts_call *call;
	struct ts_error *err;
};

static enum MHD_Result take_parameter(void *cls, enum MHD_ValueKind kind,
				      const char *name, size_t name_size,
				      const char *value, size_t value_size)
{
	struct parameters *parameters = cls;
	struct ts_call *call = parameters->call;
	struct ts_error *err = parameters->err;

	(void)kind;
	(void)name_size;
	for (size_t i = 0; call->parameter_names[i]; i++) {
		if (strcmp(call->parameter_names[i], name) != 0)
			continue;
		if (call->values[i])
			ts_fail(err, TS_E_BAD_VALUE, "'%s' comes twice", name);
		else if (value && (strlen(value) != value_size ||
				   !ts_utf8_is_valid(value, value_size)))
			ts_fail(err, TS_E_BAD_VALUE, "'%s' is not UTF-8 text", name);
		call->values[i] = value ? value : "";
		return err->code == TS_OK ? MHD_YES : MHD_NO;
	}
	ts_fail(err, TS_E_BAD_VALUE, "there is no parameter '%.80s' here", name);
	return MHD_NO;
}

bool ts_headers_parameters(struct MHD_Connection *connection, struct ts_call *call,
			   struct ts_error *err)
{
	struct parameters parameters = {call, err};

	MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, take_parameter,
				    &parameters);
	return err->code == TS_OK;
}

static bool is_media_type(const char *text, const char *type)
{
	size_t len = strlen(type);

	return strncasecmp(text, type, len) == 0 &&
	       (text[len] == '\0' || text[len] == ';' || text[len] == ' ');
}

bool ts_headers_are_json(struct MHD_Connection *connection)
{
	const char *text = ts_headers_get(connection, MHD_HTTP_HEADER_CONTENT_TYPE);

	return !text || is_media_type(text, "application/json") ||
	       is_media_type(text, "application/merge-patch+json");
}

bool ts_headers_are_form(struct MHD_Connection *connection)
{
	const char *text = ts_headers_get(connection, MHD_HTTP_HEADER_CONTENT_TYPE);

	return text && is_media_type(text, "application/x-www-form-urlencoded");
}

void ts_headers_fill(struct MHD_Connection *connection, struct ts_call *call)
{
	const struct {
		const char **text;
		const char *name;
	} wanted[] = {
	    {&call->if_match, MHD_HTTP_HEADER_IF_MATCH},
	    {&call->prefer, "Prefer"},
	    {&call->media_type, MHD_HTTP_HEADER_CONTENT_TYPE},
	    {&call->traceparent, "traceparent"},
	    {&call->tracestate, "tracestate"},
	    {&call->host, MHD_HTTP_HEADER_HOST},
	    {&call->origin, MHD_HTTP_HEADER_ORIGIN},
	    {&call->fetch_site, "Sec-Fetch-Site"},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		*wanted[i].text = ts_headers_get(connection, wanted[i].name);
}

uint64_t ts_headers_length(struct MHD_Connection *connection)
{
	const char *text = ts_headers_get(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
	int64_t length = 0;

	if (text && !ts_int64_parse(text, 0, INT64_MAX, &length))
		return UINT64_MAX;
	return (uint64_t)length;
}
