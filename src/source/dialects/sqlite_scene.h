/* sqlite_scene.h - the schemas that a SQLite connection has, and the one it looks at.
 *
 * The texts of the CREATE statements stand in a table of each schema, whose name SQL
 * cannot take as a parameter.  So a temporary view stands for it: it is made anew when
 * another schema is read than before, and the statements that read stay as they are.
 *
 * Thread: that of the connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLITE_SCENE_H
#define TS_SQLITE_SCENE_H
#include "base/clock.h"
#include "odbc/odbc.h"
#include "config/config.h"

#define TS_SQLITE_VIEW "tablesync_schema"

/* What one read knows of its connection. */
struct ts_sqlite_scene {
	struct ts_conn *conn;      /* borrowed */
	struct ts_strings schemas; /* sorted; owned */
	char *looks_at;            /* SQL of our view, NULL: there is none; owned */
	char observed_at[TS_TIMESTAMP_SIZE];
};

void ts_sqlite_scene_release(struct ts_sqlite_scene *scene);

/* Begin a read.  What is seen from now on is at least as new as observed_at; on failure
 * too, the scene is to be released. */
TS_MUST_CHECK bool ts_sqlite_look_around(struct ts_conn *conn,
					 struct ts_sqlite_scene *scene,
					 struct ts_error *err);

/* In the database's own spelling, borrowed; NULL: there is none. */
const char *ts_sqlite_find_schema(const struct ts_sqlite_scene *scene,
				  const char *name);

/* Let our view look at `schema`, one of the scene's. */
TS_MUST_CHECK bool ts_sqlite_look_at(struct ts_sqlite_scene *scene, const char *schema,
				     struct ts_error *err);

/* Before anything is said to be absent from `schema`: TS_E_SOURCE_ERROR where its file
 * is empty, as one is that the driver made since the path was wrong. */
TS_MUST_CHECK bool ts_sqlite_check_file(struct ts_sqlite_scene *scene,
					const char *schema, struct ts_error *err);

/* After a failed statement; returns false.  One that does not find what it names itself
 * has not found out that the table asked for is absent. */
bool ts_sqlite_fail(struct ts_error *err);

#endif
