-- list_versions.sql - the versions of a table before a version, the newest first.
-- SPDX-License-Identifier: Apache-2.0
select version, observed_at, removed, change, document
from catalog_version
where table_id = cast(? as bigint) and version < cast(? as bigint)
order by version desc
limit cast(? as bigint)
