/* token.c - `tablesync token`: who may call the HTTP API. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token.h"
#include "base/clock.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct ts_token_flags, member)
static const struct ts_flag flags[] = {
    {"name", TS_FLAG_TEXT, AT(name), .value = "NAME",
     .text = "create: whose it is, or what it is for"},
    {"role", TS_FLAG_TEXT, AT(role), .value = "ROLE",
     .text =
	 "create: viewer reads, sync also writes tables (a worker), admin does all"},
    {"datasource", TS_FLAG_LIST, AT(datasources), .value = "ID|NAME",
     .text = "create: only this data source; may come again"},
    {"schema", TS_FLAG_LIST, AT(schemas), .value = "SCHEMA",
     .text = "create: only this schema, as the catalog spells it; may come again"},
    {"expires", TS_FLAG_TEXT, AT(expires), .value = "TIME",
     .text = "create: for how long it is valid: 90d, 12h (default: until revoked)"},
    {0}};

void ts_token_put_json(TS_TAKES json_t *value)
{
	TS_AUTO(ts_buf) text = {0};

	ts_json_print(value, &text);
	puts(text.data);
	json_decref(value);
}

static json_t *time_json(int64_t unix_us)
{
	char text[TS_TIMESTAMP_SIZE];

	if (!unix_us)
		return json_null();
	ts_timestamp_print(unix_us, text);
	return json_string(text);
}

/* Everything but the secret, which nobody has any more. */
json_t *ts_token_json(const struct ts_token *token)
{
	TS_AUTO(ts_buf) scope = {0};
	json_t *item = json_object(), *limits = NULL;
	struct ts_error ignored;

	ts_scope_print(&token->scope, &scope);
	(void)!ts_json_parse(scope.data, scope.len, scope.len, &limits, &ignored);
	json_object_set_new(item, "id", json_integer(token->id));
	json_object_set_new(item, "name", json_string(token->name));
	json_object_set_new(item, "role", json_string(ts_role_name(token->role)));
	json_object_update(item, limits);
	json_decref(limits);
	json_object_set_new(item, "created_at", time_json(token->created_us));
	json_object_set_new(item, "expires_at", time_json(token->expires_us));
	json_object_set_new(item, "revoked_at", time_json(token->revoked_us));
	return item;
}

static const char *state_of(const struct ts_token *token)
{
	if (token->revoked_us)
		return "revoked";
	return token->expires_us && token->expires_us <= ts_unix_us() ? "expired"
								      : "valid";
}

static void put_line(const struct ts_token *token)
{
	char created[TS_TIMESTAMP_SIZE], expires[TS_TIMESTAMP_SIZE] = "never";
	TS_AUTO(ts_buf) scope = {0};

	ts_timestamp_print(token->created_us, created);
	if (token->expires_us)
		ts_timestamp_print(token->expires_us, expires);
	if (!ts_scope_is_everything(&token->scope)) {
		ts_buf_puts(&scope, "  ");
		ts_scope_print(&token->scope, &scope);
	}
	printf("%4" PRId64 "  %-6s  %-7s  made %.10s  expires %-10.10s  %s%s\n",
	       token->id, ts_role_name(token->role), state_of(token), created, expires,
	       token->name, ts_buf_text(&scope));
}

static enum ts_exit list(const struct ts_token_work *work)
{
	struct ts_token *tokens = NULL;
	json_t *items = json_array();
	struct ts_error err = {0};
	size_t count = 0;

	if (!ts_store_token_list(work->store, &tokens, &count, &err)) {
		json_decref(items);
		return ts_command_fail(&err);
	}
	for (size_t i = 0; i < count; i++) {
		if (work->line->wants_json)
			json_array_append_new(items, ts_token_json(&tokens[i]));
		else
			put_line(&tokens[i]);
	}
	if (work->line->wants_json)
		ts_token_put_json(json_pack("{s:O}", "tokens", items));
	else if (!count)
		fputs("tablesync: there are no tokens yet: tablesync token create "
		      "makes one\n",
		      stderr);
	json_decref(items);
	ts_tokens_free(tokens, count);
	return TS_EXIT_OK;
}

static bool parse_id(const char *text, int64_t *ret_id, struct ts_error *err)
{
	return ts_int64_parse(text, 1, INT64_MAX, ret_id) ||
	       ts_fail(err, TS_E_USAGE,
		       "token revoke: '%.40s' is not the id of a token", text);
}

/* Those that are there are revoked, also where others are not. */
static enum ts_exit revoke(const struct ts_token_work *work)
{
	enum ts_exit exit = TS_EXIT_OK;
	struct ts_error err = {0};
	bool is_there;
	int64_t id;

	for (int i = 1; i < work->line->arg_count; i++)
		if (!parse_id(work->line->args[i], &id, &err))
			return ts_command_fail(&err);
	for (int i = 1; i < work->line->arg_count; i++) {
		if (!parse_id(work->line->args[i], &id, &err) ||
		    !ts_store_token_revoke(work->store, id, &is_there, &err))
			return ts_command_fail(&err);
		if (is_there) {
			fprintf(stderr, "tablesync: token %" PRId64 " is revoked\n",
				id);
			continue;
		}
		exit = TS_EXIT_FAILED;
		fprintf(stderr,
			"tablesync: there is no token %" PRId64
			": see tablesync token list\n",
			id);
	}
	return exit;
}

static const struct action {
	const char *name;
	int most; /* arguments behind the name */
	bool takes_flags;
	enum ts_exit (*run)(const struct ts_token_work *work);
} actions[] = {{"create", 0, true, ts_token_create},
	       {"list", 0, false, list},
	       {"revoke", 1000, false, revoke}};

static const struct action *find_action(const struct ts_flags *line,
					struct ts_error *err)
{
	const struct action *action = NULL;

	if (!ts_flags_want_args(line, 1, INT32_MAX, "create, list or revoke", err))
		return NULL;
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i].name, line->args[0]) == 0)
			action = &actions[i];
	if (!action)
		ts_fail(err, TS_E_USAGE,
			"token: '%.40s' is none of create, list, revoke",
			line->args[0]);
	else if (!ts_flags_want_args(line, action->most ? 2 : 1, 1 + action->most, "ID",
				     err))
		return NULL;
	return action;
}

static bool check_flags(const struct action *action, const struct ts_token_flags *own,
			struct ts_error *err)
{
	if (action->takes_flags || (!own->name && !own->role && !own->expires &&
				    !own->datasources.count && !own->schemas.count))
		return true;
	return ts_fail(err, TS_E_USAGE,
		       "token %s: --name, --role, --datasource, --schema and --expires "
		       "go with token create only",
		       action->name);
}

static bool open_store(const struct ts_config *config, struct ts_store **ret_store,
		       struct ts_error *err)
{
	return ts_store_open(config->http.storage, config->http.storage_password,
			     ret_store, err) ||
	       ts_wrap(err, "tokens are kept in the storage that serve uses: name its "
			    "configuration with --config, or --http-storage");
}

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	struct ts_token_flags own = {0};
	TS_AUTO(ts_flags) line = {0};
	TS_AUTO(ts_config) config = {0};
	struct ts_token_work work = {.own = &own, .line = &line, .config = &config};
	const struct action *action;
	struct ts_error err = {0};
	enum ts_exit exit;

	if (!ts_flags_read(command, argc, argv, &own, &line, &err) ||
	    !(action = find_action(&line, &err)) || !check_flags(action, &own, &err) ||
	    !ts_flags_config(&line, true, &config, &err) ||
	    !open_store(&config, &work.store, &err))
		return ts_command_fail(&err);
	exit = action->run(&work);
	ts_store_close(work.store);
	return exit;
}

const struct ts_command ts_command_token = {
    .name = "token",
    .summary = "who may call the HTTP API: create, list, revoke",
    .help =
	"examples:\n"
	"  tablesync token create --name 'nightly load' --role admin\n"
	"  tablesync token create --name worker --role sync >/run/secrets/catalog\n"
	"  tablesync token create --name anna --role viewer --datasource 8 --expires "
	"90d\n"
	"  tablesync token list\n"
	"  tablesync token revoke 3\n"
	"\n"
	"A token goes into the header Token of each request, and logs a browser in. "
	"It\n"
	"is printed once, and what is kept in the storage of http.storage is a hash. "
	"It\n"
	"is valid at once in every instance of serve on that storage, and once revoked "
	"in\n"
	"none. Limits: of several data sources or schemas any, of both kinds both.\n",
    .flags = flags,
    .run = run,
};
