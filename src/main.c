/* main.c - argv to command to exit code. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "odbc/odbc.h"

int main(int argc, char **argv)
{
	ts_odbc_init();
	return (int)ts_command_main(argc, argv);
}
