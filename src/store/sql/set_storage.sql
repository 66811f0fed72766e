-- set_storage.sql - a version of the tables was made.
-- SPDX-License-Identifier: Apache-2.0
insert into storage (version) values (cast(? as bigint))
