/* test_trace.c - contract/trace: what is a trace's id, and what is none. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "contract/trace.h"

#define ID "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"

static const struct {
	const char *header, *id; /* NULL: there is none */
} cases[] = {
    {"00-" ID "-" PARENT "-01", ID},
    {"00-" ID "-" PARENT "-00", ID},
    /* A later version may say more behind it; this one may not. */
    {"cc-" ID "-" PARENT "-01-what-may-come", ID},
    {"cc-" ID "-" PARENT "-01", ID},
    {"cc-" ID "-" PARENT "-01what", NULL},
    {"00-" ID "-" PARENT "-01-more", NULL},
    {"ff-" ID "-" PARENT "-01", NULL},
    {"00-00000000000000000000000000000000-" PARENT "-01", NULL},
    {"00-0AF7651916CD43DD8448EB211C80319C-" PARENT "-01", NULL},
    {"00-" ID "-" PARENT "-0", NULL},
    {"00-" ID "-" PARENT, NULL},
    {"00_" ID "-" PARENT "-01", NULL},
    {"", NULL},
    {NULL, NULL},
};

static void only_what_has_the_form_of_a_traceparent_has_a_trace(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char id[TS_TRACE_ID_SIZE] = "untouched";
		bool has_one = ts_trace_id(cases[i].header, id);

		assert_int_equal(has_one, cases[i].id != NULL);
		assert_string_equal(id, has_one ? cases[i].id : "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_has_the_form_of_a_traceparent_has_a_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
