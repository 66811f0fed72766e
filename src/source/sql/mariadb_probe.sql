-- mariadb_probe.sql - may all columns of a view be read, and is it sound; the hole is its name.
-- SPDX-License-Identifier: Apache-2.0
select * from {name} limit 0
