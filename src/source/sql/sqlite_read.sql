-- sqlite_read.sql - one row for each table asked for: what the pragmas say, as JSON.
-- SPDX-License-Identifier: Apache-2.0
--
-- Parameter: an object with schema and the list tables.  tablesync_schema is our view
-- of that schema (sqlite_scene.h).  As it reads from the file, the pragmas here see the
-- same state.  What cannot be resolved has no columns in pragma_table_list, and asking for
-- them would end the statement.
--
-- The driver looks for quotes and question marks in comments too: none here.
with w as (
    select e.key as o, e.value as wanted, json_extract(p.asked, '$.schema') as sch
    from (select ? as asked) p, json_each(p.asked, '$.tables') e
)
select json_object(
    'other', case when s.name is null then (
        select type from tablesync_schema where name = w.wanted collate nocase limit 1
    ) end,
    'name', s.name,
    'kind', l.type,
    'sql', s.sql,
    'is_without_rowid', coalesce(l.wr, 0),
    'columns', case when l.ncol > 0 then json((
        select json_group_array(json_object('name', c.name, 'type', c.type,
            'is_not_null', c."notnull", 'default', c.dflt_value, 'key_position', c.pk,
            'hidden', c.hidden))
        from pragma_table_xinfo(s.name, w.sch) c
    )) end,
    'indexes', json((
        select json_group_array(json_object('name', i.name, 'is_unique', i."unique",
            'origin', i.origin,
            'sql', case when i.origin = 'c' then (
                select sql from tablesync_schema where type = 'index' and name = i.name
            ) end,
            'columns', json((
                select json_group_array(c.name)
                from (
                    select name from pragma_index_xinfo(i.name, w.sch)
                    where "key" = 1 order by seqno
                ) c
            ))))
        from (
            select * from pragma_index_list(s.name, w.sch) where l.type = 'table'
            order by origin = 'c', length(name), name
        ) i
    )),
    'foreign_keys', json((
        select json_group_array(json_object('id', f.id,
            'table', coalesce(t.name, f."table"),
            'column', f."from",
            'referenced', case
                when t.type is not 'table' then f."to"
                when f."to" is not null then coalesce((
                    select c.name from pragma_table_xinfo(t.name, w.sch) c
                    where c.name = f."to" collate nocase
                ), f."to")
                when f.parts = (
                    select count(*) from pragma_table_xinfo(t.name, w.sch) c where c.pk > 0
                ) then (
                    select c.name from pragma_table_xinfo(t.name, w.sch) c
                    where c.pk = f.seq + 1
                )
            end,
            'on_update', f.on_update,
            'on_delete', f.on_delete))
        from (
            select *, count(*) over (partition by id) as parts
            from pragma_foreign_key_list(s.name, w.sch) where l.type = 'table'
            order by id desc, seq
        ) f
        left join pragma_table_list(f."table") t on t."schema" = w.sch
    ))
) as facts
from w
left join tablesync_schema s
    on s.name = w.wanted collate nocase and s.type in ('table', 'view')
-- Without a name the pragma would list all.
left join pragma_table_list(coalesce(s.name, '')) l
    on l."schema" = w.sch and l.name = s.name
order by w.o
