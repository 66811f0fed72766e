/* process.c - see process.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"
#include <dirent.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BUILD, START, CPU, MEMORY, FILES, METRICS };

static const struct ts_metric metrics[METRICS] = {
    [BUILD] = {"build_info",
	       TS_METRIC_GAUGE,
	       {"version"},
	       "1, and which program it is"},
    [START] = {"process_start_time_seconds",
	       TS_METRIC_GAUGE,
	       {0},
	       "when the process was started, in Unix time"},
    [CPU] = {"process_cpu_seconds_total",
	     TS_METRIC_COUNTER,
	     {0},
	     "time of processors that the process has used"},
    [MEMORY] = {"process_resident_memory_bytes",
		TS_METRIC_GAUGE,
		{0},
		"memory of the process that is resident"},
    [FILES] = {"process_open_fds",
	       TS_METRIC_GAUGE,
	       {0},
	       "file descriptors that are open"},
};

const struct ts_metrics ts_process_metrics = {metrics, METRICS};

static double cpu_seconds(void)
{
	struct timespec used = {0};

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static double resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*s %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = -1; /* the folder itself is open, too */

	if (!folder)
		return 0;
	for (const struct dirent *entry; (entry = readdir(folder));)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

void ts_process_print(int64_t started_unix_ms, struct ts_buf *text)
{
	static const char *const version[] = {TS_VERSION};

	ts_metric_begin(text, &metrics[BUILD]);
	ts_metric_put(text, &metrics[BUILD], version, 1);
	ts_metric_single(text, &metrics[START], (double)started_unix_ms / 1000);
	ts_metric_single(text, &metrics[CPU], cpu_seconds());
	ts_metric_single(text, &metrics[MEMORY], resident_bytes());
	ts_metric_single(text, &metrics[FILES], open_files());
}
