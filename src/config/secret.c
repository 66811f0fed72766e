/* secret.c - see secret.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/secret.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_BYTES = 64 * 1024 };

/* What a key holds that is secret; as patterns, without case. */
static const char *const patterns[] = {
    "*password*", "*pwd*", "*secret*", "*token", "*key.pem", "*oauthbearer.config",
};

static bool check_file(int fd, const char *path, bool is_secret, struct ts_error *err)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return ts_fail(err, TS_E_CONFIG, "cannot read '%s': %s", path,
			       strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return ts_fail(err, TS_E_CONFIG, "'%s' is not a file", path);
	if (stat.st_size > SECRET_BYTES)
		return ts_fail(err, TS_E_CONFIG, "'%s' is larger than %d bytes", path,
			       SECRET_BYTES);
	if (is_secret && (stat.st_mode & S_IROTH))
		return ts_fail(err, TS_E_CONFIG,
			       "'%s' can be read by everybody: chmod o-r it", path);
	return true;
}

static bool read_all(int fd, const char *path, struct ts_buf *text,
		     struct ts_error *err)
{
	char bytes[4096];
	ssize_t len;

	while ((len = read(fd, bytes, sizeof(bytes))) > 0 && text->len <= SECRET_BYTES)
		ts_buf_add(text, bytes, (size_t)len);
	if (len < 0)
		return ts_fail(err, TS_E_CONFIG, "cannot read '%s': %s", path,
			       strerror(errno));
	return true;
}

static bool strip(const char *path, struct ts_buf *text, struct ts_error *err)
{
	if (text->len && memchr(text->data, '\0', text->len))
		return ts_fail(err, TS_E_CONFIG, "'%s' holds a NUL", path);
	if (text->len && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
	if (text->len && text->data[text->len - 1] == '\r')
		text->data[--text->len] = '\0';
	if (!text->len)
		return ts_fail(err, TS_E_CONFIG, "'%s' is empty", path);
	return true;
}

bool ts_secret_read(const char *path, bool is_secret, char **ret_text,
		    struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	/* Not blocking: a pipe without a writer would hold the start up. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_read;

	if (fd < 0)
		return ts_fail(err, TS_E_CONFIG, "cannot open '%s': %s", path,
			       strerror(errno));
	is_read = check_file(fd, path, is_secret, err) &&
		  read_all(fd, path, &text, err) && strip(path, &text, err);
	close(fd);
	if (is_read)
		*ret_text = ts_buf_detach(&text);
	return is_read;
}

bool ts_secret_is_key(const char *key)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (ts_glob_matches(patterns[i], key, true))
			return true;
	return false;
}

/* One `key=value` of a connection string; a value in braces may hold ';', and '}' as
 * '}}'. */
struct pair {
	const char *key, *value, *end; /* `end` is at the ';' or the NUL */
};

static struct pair next_pair(const char *at)
{
	struct pair pair = {.key = at, .value = at + strcspn(at, "=;")};

	if (*pair.value == '=')
		pair.value++;
	pair.end = pair.value + strspn(pair.value, " ");
	if (*pair.end == '{') {
		for (pair.end++; *pair.end; pair.end++) {
			if (*pair.end != '}')
				continue;
			if (pair.end[1] != '}')
				break;
			pair.end++;
		}
	}
	pair.end += strcspn(pair.end, ";");
	return pair;
}

/* By the key, or by a value that is a list of settings itself (`pqopt={password=x}`).
 */
static bool is_secret_pair(const struct pair *pair)
{
	const char *begin = pair->key + strspn(pair->key, " \t\n");
	TS_AUTO(ts_buf) key = {0};
	TS_AUTO(ts_buf) value = {0};

	ts_buf_add(&key, begin, strcspn(begin, " \t\n=;"));
	ts_buf_add(&value, pair->value, (size_t)(pair->end - pair->value));
	return ts_secret_is_key(ts_buf_text(&key)) ||
	       ts_glob_matches("*password*=*", ts_buf_text(&value), true) ||
	       ts_glob_matches("*pwd*=*", ts_buf_text(&value), true);
}

bool ts_secret_is_in(const char *connection)
{
	for (const char *at = connection; *at;) {
		const struct pair pair = next_pair(at);

		if (is_secret_pair(&pair))
			return true;
		at = pair.end + (*pair.end ? 1 : 0);
	}
	return false;
}

void ts_secret_mask(const char *connection, struct ts_buf *text)
{
	for (const char *at = connection; *at;) {
		const struct pair pair = next_pair(at);

		ts_buf_add(text, at, (size_t)(pair.value - at));
		if (is_secret_pair(&pair))
			ts_buf_puts(text, TS_SECRET_MASK);
		else
			ts_buf_add(text, pair.value, (size_t)(pair.end - pair.value));
		if (*pair.end)
			ts_buf_putc(text, ';');
		at = pair.end + (*pair.end ? 1 : 0);
	}
}
