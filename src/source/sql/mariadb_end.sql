-- mariadb_end.sql - how many warnings there were so far: a part of a statement.
-- SPDX-License-Identifier: Apache-2.0
--
-- What could not be opened is left out, with a warning.
select {at}, 0, 9, '', 0, @@warning_count, null, null, null, null, null, null
