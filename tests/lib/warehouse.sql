-- warehouse.sql - 2,000 PostgreSQL tables of 20 columns, as a warehouse has them: primary and
-- foreign key, indexes, checks, defaults, comments.  For the main test and the benchmark.
-- SPDX-License-Identifier: Apache-2.0
create table region (id integer primary key, name text not null);

do $$
declare
    number integer;
begin
    for number in 1..2000 loop
        execute format($ddl$
            create table %1$I (
                id bigint generated always as identity,
                region_id integer not null constraint %2$I references region,
                code varchar(12) not null,
                name text not null default 'unnamed',
                amount numeric(12,2) not null default 0,
                tax numeric(12,2) generated always as (amount * 0.19) stored,
                currency char(3) not null default 'EUR',
                quantity integer,
                weight double precision,
                is_active boolean not null default true,
                created_at timestamptz not null default now(),
                changed_at timestamp(3),
                day date,
                span interval,
                details jsonb,
                labels text[],
                source_ip inet,
                checksum bytea,
                reference uuid,
                note text,
                constraint %3$I primary key (id),
                constraint %4$I unique (region_id, code),
                constraint %5$I check (amount >= 0))
            $ddl$, 'fact_' || number, 'fact_' || number || '_region_fk',
            'fact_' || number || '_pk', 'fact_' || number || '_code_key',
            'fact_' || number || '_amount_check');
        execute format('create index on %I (created_at, currency)', 'fact_' || number);
        execute format('comment on table %I is %L', 'fact_' || number,
            'Facts of stage ' || number);
        execute format('comment on column %I.amount is %L', 'fact_' || number,
            'without tax, table ' || number);
    end loop;
end
$$;
