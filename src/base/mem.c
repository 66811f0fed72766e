/* mem.c - see mem.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ts_out_of_memory(void)
{
	static const char text[] = "tablesync: out of memory\n";

	/* stdio may need memory itself; the outcome of the write changes nothing. */
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(1);
}

void *ts_calloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		ts_out_of_memory();
	return memory;
}

void *ts_realloc(void *memory, size_t count, size_t size)
{
	void *grown;

	if (size && count > SIZE_MAX / size)
		ts_out_of_memory();
	grown = realloc(memory, count && size ? count * size : 1);
	if (!grown)
		ts_out_of_memory();
	return grown;
}

char *ts_strdup(const char *text)
{
	return text ? ts_memdup(text, strlen(text)) : NULL;
}

char *ts_memdup(const void *bytes, size_t len)
{
	char *copy = ts_calloc(len + 1, 1);

	if (len)
		memcpy(copy, bytes, len);
	return copy;
}
