-- virtuoso_read.sql - all that everybody may read of one table: a row for the clock, one
-- for the table if it is there, one for each column, part of a key, part of a foreign key.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameter, four times: the full name, 'catalog.schema.table'.  complete_table_name()
-- finds the stored spelling as SQL itself does, so that the indexes of SYS_* are used.
-- Columns come through the parts of the main key that is in force: SYS_COLS also keeps
-- those that were dropped.  A column's default is told with the type of the literal.
-- Rows are sorted by kind, name and nth by whoever reads them.  The server reads the parts
-- one after the other, so that the table may be altered in between: then the main key has
-- another id in some rows.
select
    0 as kind, '' as name, 0 as nth,
    cast (curutcdatetime () as varchar) as t1, null as t2, null as t3, null as t4,
    null as t5, null as t6, null as t7
from (select top 1 KEY_ID from DB.DBA.SYS_KEYS) a
union all
select
    1, k.KEY_TABLE, 0,
    table_type (k.KEY_TABLE), cast (__any_grants (k.KEY_TABLE) as varchar),
    cast (k.KEY_ID as varchar), null, null, null, null
from DB.DBA.SYS_KEYS k
where k.KEY_TABLE = complete_table_name (?, 1)
    and k.KEY_IS_MAIN = 1 and k.KEY_MIGRATE_TO is null
union all
select
    2, '', c.COL_ID,
    c."COLUMN",
    case
        when get_keyword ('xml_col', coalesce (c.COL_OPTIONS, vector ())) is not null
            then 'XMLType'
        when get_keyword ('sql_class', coalesce (c.COL_OPTIONS, vector ())) is not null
            then get_keyword ('sql_class', c.COL_OPTIONS)
        when c.COL_DTP = 219
            then sprintf ('%s(%d,%d)', dv_type_title (c.COL_DTP), c.COL_PREC, c.COL_SCALE)
        when c.COL_DTP in (182, 222, 225) and c.COL_PREC > 0
            then sprintf ('%s(%d)', dv_type_title (c.COL_DTP), c.COL_PREC)
        else dv_type_title (c.COL_DTP)
    end,
    cast (c.COL_NULLABLE as varchar),
    c.COL_CHECK,
    dv_type_title (__tag (deserialize (c.COL_DEFAULT))),
    cast (deserialize (c.COL_DEFAULT) as varchar),
    cast (k.KEY_ID as varchar)
from DB.DBA.SYS_KEYS k, DB.DBA.SYS_KEY_PARTS p, DB.DBA.SYS_COLS c
where k.KEY_TABLE = complete_table_name (?, 1)
    and k.KEY_IS_MAIN = 1 and k.KEY_MIGRATE_TO is null
    and p.KP_KEY_ID = k.KEY_ID and c.COL_ID = p.KP_COL
union all
select
    3, k.KEY_NAME, p.KP_NTH,
    cast (k.KEY_IS_MAIN as varchar), cast (k.KEY_IS_UNIQUE as varchar), c."COLUMN",
    cast (k.KEY_ID as varchar), null, null, null
from DB.DBA.SYS_KEYS k, DB.DBA.SYS_KEY_PARTS p, DB.DBA.SYS_COLS c
where k.KEY_TABLE = complete_table_name (?, 1) and k.KEY_MIGRATE_TO is null
    and p.KP_KEY_ID = k.KEY_ID and p.KP_NTH < k.KEY_DECL_PARTS and c.COL_ID = p.KP_COL
union all
select
    4, f.FK_NAME, f.KEY_SEQ,
    f.FKCOLUMN_NAME, f.PK_TABLE, f.PKCOLUMN_NAME,
    cast (f.UPDATE_RULE as varchar), cast (f.DELETE_RULE as varchar), null, null
from DB.DBA.SYS_FOREIGN_KEYS f
where f.FK_TABLE = complete_table_name (?, 1)
