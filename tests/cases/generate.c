/* generate.c - prints a text that is written from the program's tables.
 *
 *   generate sample     deploy/tablesync.yaml
 *   generate options    the README between <!-- options --> and <!-- /options -->
 *   generate errors     the README between <!-- errors --> and <!-- /errors -->
 *
 * test_generated.py compares them, and writes them anew. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/manual.h"
#include <stdio.h>
#include <string.h>

static const struct text {
	const char *name;
	void (*put)(struct ts_buf *text);
} texts[] = {
    {"sample", ts_options_sample},
    {"options", ts_options_markdown},
    {"errors", ts_errors_markdown},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(texts) / sizeof(*texts); i++) {
		TS_AUTO(ts_buf) text = {0};

		if (strcmp(texts[i].name, argv[1]) != 0)
			continue;
		texts[i].put(&text);
		fputs(ts_buf_text(&text), stdout);
		return 0;
	}
	fputs("usage: generate sample|options|errors\n", stderr);
	return 2;
}
