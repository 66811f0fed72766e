-- get_storage.sql - the version of the tables in this storage.
-- SPDX-License-Identifier: Apache-2.0
select max(version) from storage
