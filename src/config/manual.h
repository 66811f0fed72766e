/* manual.h - what is written from the tables: help, sample file, README.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MANUAL_H
#define TS_MANUAL_H
#include "base/buf.h"

/* The options as flags, one a line. */
void ts_options_help(struct ts_buf *text);
/* deploy/tablesync.yaml: a file that is right as it stands, everything in it explained.
 */
void ts_options_sample(struct ts_buf *text);
/* The README's section on options, … */
void ts_options_markdown(struct ts_buf *text);
/* … and its table of the errors that a reply or an HTTP answer can hold. */
void ts_errors_markdown(struct ts_buf *text);

#endif
