/* test_gate.c - who waits while a driver is being loaded, and for how long. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "odbc/gate.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* How long another thread waits at the gate. */
static void *pass(void *arg)
{
	const char *connection = arg;
	int64_t began_ms = ts_now_ms();

	ts_gate_enter(connection);
	ts_gate_leave();
	return (void *)(intptr_t)(ts_now_ms() - began_ms);
}

static int64_t wait_of_another(const char *connection)
{
	pthread_t thread;
	void *waited;

	assert_int_equal(
	    pthread_create(&thread, NULL, pass, (void *)(uintptr_t)connection), 0);
	pthread_join(thread, &waited);
	return (intptr_t)waited;
}

static void
a_driver_that_hangs_while_it_is_loaded_holds_others_for_a_second(void **state)
{
	(void)state;
	ts_gate_enter("Driver=known");
	ts_gate_leave();

	ts_gate_enter("Driver=hanging;Server=x");
	assert_in_range(wait_of_another("Driver=other"), 900, 5000);
	assert_in_range(wait_of_another("Driver=known"), 0, 500);
	assert_in_range(wait_of_another("Driver=other"), 0, 500); /* known by now */
	assert_in_range(wait_of_another("DSN=third"), 0, 500);
	ts_gate_leave();
	assert_in_range(wait_of_another("Driver=other"), 0, 500);
	assert_in_range(wait_of_another("DSN=more"), 0, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_driver_that_hangs_while_it_is_loaded_holds_others_for_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
