/* letters_row.c - see letters_row.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/letters_row.h"
#include "kafka/letter_json.h"
#include "kafka/letter_text.h"

json_t *ts_letters_row(const struct ts_letter *letter, const struct ts_config *config)
{
	json_t *row = ts_letter_json(letter);
	TS_AUTO(ts_buf) datasource = {0};

	ts_letter_put_datasource(config, letter->has_datasource, letter->datasource_id,
				 &datasource);
	json_object_set_new(row, "datasource", json_string(datasource.data));
	json_object_set_new(row, "was_replayed",
			    json_boolean(letter->trail.replay > 0));
	return row;
}
