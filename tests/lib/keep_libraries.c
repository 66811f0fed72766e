/* keep_libraries.c - drivers stay loaded until the process ends, in builds with
 * sanitizers alone: these name the function that a report is about only while its
 * library is there. */
/* SPDX-License-Identifier: Apache-2.0 */
__attribute__((visibility("default"))) int dlclose(void *library);

int dlclose(void *library)
{
	(void)library;
	return 0;
}
