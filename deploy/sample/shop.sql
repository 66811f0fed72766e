-- shop.sql - a small shop for the demo: keys, checks, defaults, generated columns, indexes,
-- views, and some rows.  For SQLite.
-- SPDX-License-Identifier: Apache-2.0
pragma foreign_keys = on;

create table customers (
    id integer primary key autoincrement,
    name text not null,
    email text not null collate nocase,
    country char(2) not null default 'DE' check (length(country) = 2),
    joined_on date not null default current_date,
    note text,
    constraint customers_email_key unique (email)
);

create table products (
    sku varchar(12) not null primary key,
    title text not null,
    net_price numeric(10, 2) not null,
    vat_percent integer not null default 19,
    gross_price numeric(10, 2) generated always as (round(net_price * (100 + vat_percent) / 100.0, 2)) stored,
    in_stock integer not null default 0,
    is_sold_out boolean generated always as (in_stock = 0) virtual,
    constraint products_price_check check (net_price >= 0),
    constraint products_stock_check check (in_stock >= 0)
) without rowid;

create table orders (
    id integer primary key autoincrement,
    customer_id integer not null,
    ordered_at timestamp not null default current_timestamp,
    status text not null default 'open' check (status in ('open', 'paid', 'sent', 'cancelled')),
    constraint orders_customer_fk foreign key (customer_id) references customers (id)
        on delete restrict on update cascade
);
create index orders_by_customer on orders (customer_id, ordered_at);
create index orders_to_do on orders (ordered_at) where status in ('open', 'paid');

create table order_items (
    order_id integer not null references orders (id) on delete cascade,
    line integer not null,
    sku varchar(12) not null references products (sku) on update cascade,
    quantity integer not null default 1 check (quantity > 0),
    net_price numeric(10, 2) not null,
    net_total numeric(10, 2) generated always as (quantity * net_price) virtual,
    constraint order_items_pk primary key (order_id, line)
);
create index order_items_by_sku on order_items (sku);

create view order_totals as
    select o.id as order_id, c.name as customer, o.status, count(*) as lines,
        sum(i.net_total) as net_total
    from orders o
    join customers c on c.id = o.customer_id
    join order_items i on i.order_id = o.id
    group by o.id, c.name, o.status;

create view bestsellers as
    select p.sku, p.title, sum(i.quantity) as sold
    from products p join order_items i on i.sku = p.sku
    group by p.sku, p.title
    order by sold desc;

insert into customers (name, email, country, joined_on, note) values
    ('Ada Lovelace', 'ada@example.org', 'GB', '2025-03-14', 'prefers invoices in order'),
    ('Emmy Noether', 'emmy@example.org', 'DE', '2025-04-01', null),
    ('Katherine Johnson', 'katherine@example.org', 'US', '2025-06-21', 'checks every sum'),
    ('Maryam Mirzakhani', 'maryam@example.org', 'IR', '2025-08-09', null);

insert into products (sku, title, net_price, vat_percent, in_stock) values
    ('PEN-BLUE', 'Fountain pen, blue', 24.90, 19, 12),
    ('INK-BLACK', 'Ink, black, 50 ml', 8.40, 19, 40),
    ('PAPER-A5', 'Squared paper, A5, 200 sheets', 6.20, 19, 75),
    ('BOOK-ODBC', 'The book of drivers', 39.00, 7, 3),
    ('RULER-30', 'Ruler, 30 cm, steel', 11.50, 19, 0);

insert into orders (customer_id, ordered_at, status) values
    (1, '2025-09-01 09:12:00', 'sent'),
    (1, '2025-10-17 16:40:00', 'paid'),
    (2, '2025-10-18 08:05:00', 'open'),
    (3, '2025-10-19 20:31:00', 'cancelled');

insert into order_items (order_id, line, sku, quantity, net_price) values
    (1, 1, 'PEN-BLUE', 1, 24.90),
    (1, 2, 'INK-BLACK', 3, 8.40),
    (2, 1, 'BOOK-ODBC', 1, 39.00),
    (3, 1, 'PAPER-A5', 5, 6.20),
    (3, 2, 'PEN-BLUE', 2, 24.90),
    (4, 1, 'RULER-30', 1, 11.50);
