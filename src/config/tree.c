/* tree.c - the sections of the file; see load.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "config/kafka_settings.h"
#include "config/load.h"
#include <stdlib.h>
#include <string.h>

static void apply_section(const struct ts_target *target, const struct ts_node *section)
{
	for (size_t i = 0; i < section->count; i++) {
		const struct ts_node *node = &section->children[i];
		const struct ts_place place = ts_node_place(target->report, node);
		const struct ts_option *option;
		TS_AUTO(ts_buf) key = {0};

		ts_buf_printf(&key, "%s.%s", section->key, node->key);
		option = ts_option_find(target->options, key.data);
		if (option)
			ts_apply_node(target, option, node);
		else
			ts_apply_unknown(target, key.data, &place);
	}
}

static void apply_kafka(struct ts_report *report, const struct ts_node *section)
{
	for (size_t i = 0; i < section->count; i++) {
		const struct ts_node *node = &section->children[i];
		const struct ts_place place = ts_node_place(report, node);

		if (node->kind == TS_NODE_SCALAR)
			ts_kafka_give(report, &place, false, node->key, node->text);
		else
			ts_findings_add(&report->findings, &place,
					"kafka: '%.80s' must be one value", node->key);
	}
}

static void check_required(const struct ts_target *target, const struct ts_place *place)
{
	for (size_t row = 0; row < target->options->count; row++)
		if (target->options->rows[row].is_required && !target->given[row].text)
			ts_findings_add(&target->report->findings, place,
					"the data source has no '%s'",
					target->options->rows[row].key);
}

static void apply_datasource(const struct ts_target *target, const struct ts_node *map)
{
	const struct ts_place place = ts_node_place(target->report, map);

	ts_apply_defaults(target);
	for (size_t i = 0; i < map->count; i++) {
		const struct ts_node *node = &map->children[i];
		const struct ts_place at = ts_node_place(target->report, node);
		const struct ts_option *option =
		    ts_option_find(target->options, node->key);

		if (option)
			ts_apply_node(target, option, node);
		else
			ts_apply_unknown(target, node->key, &at);
	}
	check_required(target, &place);
}

static void apply_datasources(struct ts_report *report, const struct ts_node *list,
			      struct ts_config *config)
{
	const size_t rows = ts_datasource_options.count;

	report->datasource_places =
	    ts_calloc(list->count, sizeof(*report->datasource_places));
	config->datasources = ts_calloc(list->count, sizeof(*config->datasources));
	report->datasources =
	    ts_calloc(list->count * rows, sizeof(*report->datasources));
	for (size_t i = 0; i < list->count; i++) {
		const struct ts_node *node = &list->children[i];
		const struct ts_place place = ts_node_place(report, node);
		struct ts_datasource *source =
		    &config->datasources[config->datasource_count];
		const struct ts_target target = {
		    &ts_datasource_options, source,
		    report->datasources + config->datasource_count * rows, report};

		if (node->kind != TS_NODE_MAP) {
			ts_findings_add(&report->findings, &place,
					"a data source must be a map: id, name, …");
			continue;
		}
		source->id = -1;
		config->datasource_count++;
		report->datasource_places[report->datasource_count++] = place;
		apply_datasource(&target, node);
	}
}

/* The name of the option's section, or of the option itself where it has none. */
static char *section_of(const struct ts_option *option)
{
	return ts_memdup(option->key, strcspn(option->key, "."));
}

static void add_unknown_section(const struct ts_target *target,
				const struct ts_node *node)
{
	const struct ts_place place = ts_node_place(target->report, node);
	struct ts_guess guess = {.wanted = node->key};
	char *best = NULL;

	ts_guess_offer(&guess, "kafka");
	ts_guess_offer(&guess, "datasources");
	for (size_t i = 0; i < target->options->count; i++) {
		char *section = section_of(&target->options->rows[i]);

		ts_guess_offer(&guess, section);
		if (guess.best == section) {
			free(best);
			best = section;
		} else {
			free(section);
		}
	}
	if (guess.best)
		ts_findings_add(&target->report->findings, &place,
				"unknown key '%.80s': did you mean '%s'?", node->key,
				guess.best);
	else
		ts_apply_unknown(target, node->key, &place);
	free(best);
}

/* A section that is there must be a map or a list, or have nothing behind it. */
static bool is_kind(struct ts_report *report, const struct ts_node *node,
		    enum ts_node_kind kind)
{
	const struct ts_place place = ts_node_place(report, node);

	if (node->kind == kind || node->kind == TS_NODE_EMPTY)
		return true;
	ts_findings_add(&report->findings, &place, "'%.80s' must be a %s", node->key,
			kind == TS_NODE_MAP ? "map" : "list");
	return false;
}

void ts_apply_tree(const struct ts_target *target, const struct ts_node *root,
		   struct ts_config *config)
{
	for (size_t i = 0; i < root->count; i++) {
		const struct ts_node *node = &root->children[i];
		const struct ts_option *option =
		    ts_option_find(target->options, node->key);

		if (option && !strchr(node->key, '.')) {
			ts_apply_node(target, option, node);
		} else if (strcmp(node->key, "kafka") == 0) {
			if (is_kind(target->report, node, TS_NODE_MAP))
				apply_kafka(target->report, node);
		} else if (strcmp(node->key, "datasources") == 0) {
			if (is_kind(target->report, node, TS_NODE_LIST))
				apply_datasources(target->report, node, config);
		} else if (ts_option_is_section(node->key, strlen(node->key))) {
			if (is_kind(target->report, node, TS_NODE_MAP))
				apply_section(target, node);
		} else {
			add_unknown_section(target, node);
		}
	}
}
