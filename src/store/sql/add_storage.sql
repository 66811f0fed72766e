-- add_storage.sql - the table that says which version of the tables this storage has.
-- SPDX-License-Identifier: Apache-2.0
create table if not exists storage (version bigint not null)
