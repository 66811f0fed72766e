/* checks.c - see checks.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/checks.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/secret.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

enum { TOPIC_MAX = 249, CATALOG_MAX = 128, PORT_MAX = 65535 };

/* What the name of the jobs topic is followed by in the longest name made from it. */
#define LONGEST_SUFFIX "-retry-86400000"

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return true;
	return false;
}

const char *ts_check_not_empty(const char *text)
{
	return *text ? NULL : "is empty";
}

const char *ts_check_line(const char *text)
{
	return has_control(text) ? "is more than one line" : ts_check_not_empty(text);
}

/* As the broker checks it. */
const char *ts_check_topic(const char *text)
{
	const size_t len = strlen(text);

	if (len == 0 || len > TOPIC_MAX || strspn(text, NAME_BYTES) != len ||
	    strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return "is not the name of a topic: 1 to 249 of a-z A-Z 0-9 . _ -";
	return NULL;
}

const char *ts_check_url(const char *text)
{
	const char *host = ts_str_has_prefix(text, "http://")    ? text + 7
			   : ts_str_has_prefix(text, "https://") ? text + 8
								 : NULL;

	if (!host)
		return "is not a URL that begins with http:// or https://";
	if (memchr(host, '@', strcspn(host, "/?#")))
		return "must not hold a user or a password: use token_file";
	if (strcspn(host, ":/?#") == 0)
		return "is a URL without a host";
	if (has_control(text) || strpbrk(text, " ?#"))
		return "must not hold spaces, '?' or '#'";
	return NULL;
}

static bool is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six);
	return strcmp(host, "localhost") == 0;
}

/* The part before the colon, without its brackets.  False: it is not HOST:PORT. */
static bool take_host(const char *text, struct ts_buf *host)
{
	const char *colon = strrchr(text, ':');
	const bool has_brackets = text[0] == '[';
	int64_t port;

	if (!colon || !ts_int64_parse(colon + 1, 0, PORT_MAX, &port))
		return false;
	if (has_brackets && (colon < text + 2 || colon[-1] != ']'))
		return false;
	if (has_brackets)
		ts_buf_add(host, text + 1, (size_t)(colon - text) - 2);
	else
		ts_buf_add(host, text, (size_t)(colon - text));
	return host->len && (has_brackets || !strchr(host->data, ':'));
}

const char *ts_check_listen(const char *text)
{
	TS_AUTO(ts_buf) host = {0};

	return take_host(text, &host) ? NULL
				      : "is not HOST:PORT (127.0.0.1:8080, [::1]:8080)";
}

const char *ts_check_metrics_listen(const char *text)
{
	return *text ? ts_check_listen(text) : NULL;
}

const char *ts_check_public_url(const char *text)
{
	const size_t len = strlen(text);

	if (len && text[len - 1] == '/')
		return "must not end with a slash";
	return len ? ts_check_url(text) : NULL;
}

const char *ts_check_instance(const char *text)
{
	const size_t len = strlen(text);

	if (len > TOPIC_MAX || strspn(text, NAME_BYTES) != len)
		return "is not a name of at most 249 of a-z A-Z 0-9 . _ -";
	return NULL;
}

/* What could mean something else in a connection string (design.md 4.4). */
const char *ts_check_catalog_name(const char *text)
{
	if (!*text || strlen(text) > CATALOG_MAX)
		return "is not the name of a catalog: 1 to 128 bytes";
	if (has_control(text) || strpbrk(text, ";{}[](),?*=!@"))
		return "is not the name of a catalog: it must not hold ; { } [ ] ( ) "
		       ", ? * = ! @ or control characters";
	return NULL;
}

static bool is_listed(const struct ts_strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strcmp(strings->items[i], text) == 0)
			return true;
	return false;
}

static bool is_pretended(const char *kind)
{
	return kind && strcmp(kind, "simulated") == 0;
}

static void check_datasource(const struct ts_datasource *source,
			     const struct ts_place *place, struct ts_findings *findings)
{
	const bool has_catalog =
	    source->connection && strstr(source->connection, "{catalog}");

	if (has_catalog && !source->default_catalog && !source->catalogs.count)
		ts_findings_add(findings, place,
				"the connection holds {catalog}: say with "
				"'default_catalog' or 'catalogs' which there are");
	if (source->default_catalog && source->catalogs.count &&
	    !is_listed(&source->catalogs, source->default_catalog))
		ts_findings_add(findings, place,
				"default_catalog '%s' is not among the catalogs",
				source->default_catalog);
	if (source->password && source->connection &&
	    ts_secret_is_in(source->connection))
		ts_findings_add(findings, place,
				"the connection holds a password and there is a "
				"password_file: leave one out");
}

/* A data source and where it begins, to be sorted. */
struct entry {
	const struct ts_datasource *source;
	const struct ts_place *place;
};

static int compare_places(const struct entry *one, const struct entry *other)
{
	return one->place < other->place ? -1 : 1;
}

static int compare_ids(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	if (one->source->id != other->source->id)
		return one->source->id < other->source->id ? -1 : 1;
	return compare_places(one, other);
}

static int compare_names(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	const int order = strcmp(one->source->name, other->source->name);

	return order ? order : compare_places(one, other);
}

/* Only those that are whole: what misses an id or a name is a finding already. */
static size_t collect(const struct ts_config *config, const struct ts_place *places,
		      struct entry *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < config->datasource_count; i++)
		if (config->datasources[i].id >= 0 && config->datasources[i].name)
			entries[count++] =
			    (struct entry){&config->datasources[i], &places[i]};
	return count;
}

static void check_twins(const struct ts_config *config, const struct ts_place *places,
			struct ts_findings *findings)
{
	struct entry *entries =
	    ts_calloc(config->datasource_count + 1, sizeof(*entries));
	const size_t count = collect(config, places, entries);

	qsort(entries, count, sizeof(*entries), compare_ids);
	for (size_t i = 1; i < count; i++)
		if (entries[i - 1].source->id == entries[i].source->id)
			ts_findings_add(findings, entries[i].place,
					"the id %d is taken by the data source in "
					"line %d",
					(int)entries[i].source->id,
					entries[i - 1].place->line);
	qsort(entries, count, sizeof(*entries), compare_names);
	for (size_t i = 1; i < count; i++)
		if (strcmp(entries[i - 1].source->name, entries[i].source->name) == 0)
			ts_findings_add(findings, entries[i].place,
					"the name '%s' is taken by the data source in "
					"line %d",
					entries[i].source->name,
					entries[i - 1].place->line);
	free(entries);
}

/* Of any delay: what is not configured today may have been yesterday. */
static bool is_derived(const char *topic, const char *jobs)
{
	const char *suffix;

	if (!ts_str_has_prefix(topic, jobs))
		return false;
	suffix = topic + strlen(jobs);
	return ts_str_has_prefix(suffix, "-retry-") || strcmp(suffix, "-dlt") == 0 ||
	       strcmp(suffix, "-dlt-done") == 0;
}

static void check_reply_topic(const char *key, const char *topic, const char *jobs,
			      struct ts_findings *findings)
{
	if (is_derived(topic, jobs))
		ts_findings_add(findings, NULL,
				"%s: '%s' is one of the topics that belong to "
				"topics.jobs '%s'",
				key, topic, jobs);
}

/* A reply that lands on the jobs topic is a job that is wrong, and its reply another.
 */
static void check_topics(const struct ts_config *config, struct ts_findings *findings)
{
	const char *jobs = config->topics.jobs;

	if (strcmp(jobs, config->topics.replies) == 0)
		ts_findings_add(findings, NULL,
				"topics.jobs and topics.replies are both '%s'", jobs);
	if (is_listed(&config->topics.reply_allow, jobs))
		ts_findings_add(findings, NULL,
				"topics.reply_allow lists the jobs topic '%s'", jobs);
	check_reply_topic("topics.replies", config->topics.replies, jobs, findings);
	for (size_t i = 0; i < config->topics.reply_allow.count; i++)
		check_reply_topic("topics.reply_allow",
				  config->topics.reply_allow.items[i], jobs, findings);
	if (strlen(jobs) + strlen(LONGEST_SUFFIX) > TOPIC_MAX)
		ts_findings_add(findings, NULL,
				"topics.jobs: is so long that '%.20s...%s' is no name "
				"of a topic: at most %d bytes",
				jobs, LONGEST_SUFFIX,
				TOPIC_MAX - (int)strlen(LONGEST_SUFFIX));
}

/* Tokens that pass through a network must not be read there. */
static void check_http(const struct ts_config *config, struct ts_findings *findings)
{
	TS_AUTO(ts_buf) host = {0};

	if (!config->http.remote && take_host(config->http.listen, &host) &&
	    !is_loopback(host.data))
		ts_findings_add(findings, NULL,
				"http.listen: '%s' is not on this host alone: put a "
				"proxy with TLS in front, or insist with "
				"'http.remote: true'",
				config->http.listen);
	if (config->http.storage_password && ts_secret_is_in(config->http.storage))
		ts_findings_add(findings, NULL,
				"http.storage holds a password and there is a "
				"storage_password_file: leave one out");
}

void ts_check_config(const struct ts_config *config, const struct ts_place *places,
		     struct ts_findings *findings)
{
	check_topics(config, findings);
	check_http(config, findings);
	if (is_pretended(config->catalog.driver) && !config->simulation)
		ts_findings_add(findings, NULL,
				"catalog.driver 'simulated' only pretends: allow it "
				"with 'simulation: true'");
	for (size_t i = 0; i < config->datasource_count; i++) {
		check_datasource(&config->datasources[i], &places[i], findings);
		if (is_pretended(config->datasources[i].dialect) && !config->simulation)
			ts_findings_add(findings, &places[i],
					"dialect 'simulated' only pretends: allow it "
					"with 'simulation: true'");
	}
	check_twins(config, places, findings);
}
