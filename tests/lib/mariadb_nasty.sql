-- mariadb_nasty.sql - MariaDB tables that are hard to read; run with the database as the
-- current one, beside an empty database named main.dbo.
-- SPDX-License-Identifier: Apache-2.0
set foreign_key_checks = 0;

create table parent (
    b varchar(9) not null,
    a int not null comment 'it''s the "second" in the key\n親 \\',
    extra point not null,
    words text,
    constraint parent_key primary key (b, a),
    unique key parent_a (a) comment 'a comment; with ''quotes'', \\ and 親',
    unique key parent_words (words),
    fulltext key parent_text (words),
    spatial key parent_place (extra)
) comment 'the "parent"\nof ''all'' 親 \\';

create table child (
    id bigint unsigned not null auto_increment primary key,
    a int default 7,
    b varchar(9) default 'a''b\\"c',
    up bigint unsigned,
    price decimal(12, 3) not null default -1.5 check (price <> 0),
    amount int invisible,
    twice int generated always as (`a` * 2) virtual,
    thrice varchar(40) as (concat(`empty`, ',', 'CHECK (')) stored invisible comment 'x, y',
    mood enum('sad', 'it''s, (so) so', 'CHECK (1)', '親') not null default 'sad',
    tags set('x', 'y''z') default 'x,y''z',
    document json default json_object('a', 1),
    made timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
    day date default (curdate() + interval 1 day),
    flags bit(5) default b'101',
    raw varbinary(16) default unhex('00ff'),
    number double default 1e100,
    nothing varchar(5) default null,
    empty varchar(5) not null default '',
    long_text longtext character set latin1 collate latin1_german2_ci,
    address inet6,
    token uuid default uuid(),
    `we.ird ``na"me'\ %_` int check (`we.ird ``na"me'\ %_` > 0),
    key child_mixed (b(4) desc, a, up),
    key child_twice (twice) comment 'generated',
    key child_parent (b, a),
    constraint child_range check (amount between 1 and 9 and empty <> 'x,'')'),
    check (amount > 0 or price > 0),
    constraint child_parent foreign key (b, a) references parent (b, a)
        on update cascade on delete set null,
    constraint child_unique foreign key (a) references parent (a) on delete no action,
    constraint `child ``self, (x)` foreign key (up) references child (id) on delete cascade,
    constraint child_out foreign key (a) references `main.dbo`.`tar``get` (`x.y`)
        on update no action on delete restrict
);

create table `main.dbo`.`tar``get` (`x.y` int primary key, a int, foreign key (a) references
    `shop`.parent (a));

create sequence counter;
create table from_sequence (id int default (next value for counter) primary key);

create table kept (a int, b int without system versioning) with system versioning;
create table kept_openly (
    a int primary key,
    begun timestamp(6) generated always as row start,
    ended timestamp(6) generated always as row end,
    period for system_time (begun, ended)
) with system versioning;
create table periods (
    a int, from_day date, to_day date, period for p (from_day, to_day),
    unique (a, p without overlaps)
);

create table parted (a int not null, b int, primary key (a))
    partition by range (a) (partition low values less than (10),
                            partition high values less than maxvalue);
create table in_memory (a int, b int, key (a), key b (b) using btree) engine = memory;
create table plain (a int, b varchar(10), unique key (b)) engine = myisam;
create table aria_table (a int default 1) engine = aria;
create table nothing_special (a int);
create table twin (lower_one int);
create table Twin (upper_one int);
create table `back``tick.[x]"y" 名_%\` (`名` int primary key);
create table ` lead` (a int);
create table `50%` (a int);
create table a_b (a int);
create table aXb (x int);
create table `sélect` (accented int);
create table `nul\\` (a int);
create table nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn (
    cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc int
);

create view seen as
    select c.id, c.a as `ä`, c.thrice, p.words from child c join parent p on p.a = c.a
    where c.b = 'ü 日';
create view of_view as select id + 1 as next_id from seen;
create table gone (a int, b int);
create view broken as select a from gone;
create view broken_above as select a from broken;
drop table gone;
create table narrowed (a int, b int);
create view broken_column as select a, b from narrowed;
alter table narrowed drop b;

create trigger on_twin before insert on twin for each row set new.lower_one = 1;

set foreign_key_checks = 1;
