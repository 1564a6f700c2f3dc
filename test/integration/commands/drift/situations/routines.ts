import type { Situations } from "./situation.ts";

const STOCK = (precision: string): string =>
  `create table stock (nr bigint primary key, worth numeric(${precision})); create view worths as select nr, worth from stock`;
const ALL_WORTHS = "create function all_worths() returns setof worths language sql stable as 'select * from worths'";

export const ROUTINE_SITUATIONS: Situations = {
  "a function returns another type under a view, a default, a stored column, a check and an index": [
    `create function calc(x integer) returns bigint language sql immutable as 'select (x + 2)::bigint'; create view answer as select calc(4) as a;
     create table uses (nr int primary key, n bigint default calc(1), g bigint generated always as (calc(nr)) stored, check (calc(nr) > 0)); create index uses_calc on uses (calc(nr))`,
    `create function calc(x integer) returns integer language sql immutable as 'select x + 1'; create view answer as select calc(4) as a;
     create table uses (nr int primary key, n bigint default calc(1), g bigint generated always as (calc(nr)) stored, check (calc(nr) > 0)); create index uses_calc on uses (calc(nr)); insert into uses (nr) values (3)`,
  ],
  "a view is created again, and a function that returns its rows is missing": [
    `${STOCK("14,4")}; ${ALL_WORTHS}`,
    `${STOCK("10,2")}; insert into stock values (1, 2.5)`,
  ],
  "a view is created again under a function that returns its rows": [
    `${STOCK("14,4")}; ${ALL_WORTHS}`,
    `${STOCK("10,2")}; ${ALL_WORTHS}; insert into stock values (1, 2.5)`,
  ],
  "a column of a view gets another type, and a function that returns its rows is missing": [
    `create table stock (nr bigint primary key, worth int); create view worths as select nr, worth * 2 as d from stock; ${ALL_WORTHS}`,
    "create table stock (nr bigint primary key, worth int); create view worths as select nr, worth::text as d from stock",
  ],
  "a function that returns a row of a view gets an argument, and the view a column": [
    `create table person (nr bigint primary key, ended boolean not null default false, mail text not null default 'x', role text not null default 'member');
     create view present as select nr, mail, role from person where not ended;
     create function add_one(m text, r text default 'member') returns present language plpgsql security definer as $$ declare p present; begin insert into person (nr, mail, role) values (1, m, r); select * into p from present where nr = 1; return p; end $$;
     create view added as select (add_one('z')).mail`,
    `create table person (nr bigint primary key, ended boolean not null default false, mail text not null default 'x');
     create view present as select nr, mail from person where not ended;
     create function add_one(m text) returns present language plpgsql security definer as $$ declare p present; begin insert into person (nr, mail) values (1, m); select * into p from present where nr = 1; return p; end $$;
     create view added as select (add_one('z')).mail; insert into person (nr) values (7)`,
  ],
  "functions with a parsed body use columns that change": [
    `create table line (nr int primary key, price numeric(12,2) not null, count bigint not null);
     create function total(p int) returns numeric language sql stable begin atomic select sum(price * count) from line where nr = p; end;
     create procedure wipe() language sql begin atomic delete from line where count = 0; end; create view totals as select nr, total(nr) from line`,
    `create table line (nr int primary key, price numeric(10,2) not null, count int not null);
     create function total(p int) returns numeric language sql stable begin atomic select sum(price) from line where nr = p; end;
     create procedure wipe() language sql begin atomic delete from line where count = 0; end; create view totals as select nr, total(nr) from line; insert into line values (1, 3.5, 2)`,
  ],
  "a view that is created again has a new rule": [
    `${STOCK("14,4")}; create rule keep as on delete to worths do instead nothing`,
    STOCK("10,2"),
  ],
  "the type of a column changes under a policy, views, a function and an index": [
    `create table account (nr bigint primary key, tenant uuid, kind varchar(40) not null default 'basic'); alter table account enable row level security;
     create policy own on account using (tenant = current_setting('app.t')::uuid) with check (kind <> 'root');
     create view basic as select nr, kind from account where kind = 'basic'; create materialized view kinds as select kind, count(*) n from account group by kind;
     create unique index kinds_kind on kinds (kind); create function kind_of(account) returns text language sql stable as 'select $1.kind'; create index account_kind on account (lower(kind)) where kind <> 'root'`,
    `create table account (nr bigint primary key, tenant uuid, kind varchar(20) not null default 'basic'); alter table account enable row level security;
     create policy own on account using (tenant = current_setting('app.t')::uuid) with check (kind <> 'root');
     create view basic as select nr, kind from account where kind = 'basic'; create materialized view kinds as select kind, count(*) n from account group by kind;
     create unique index kinds_kind on kinds (kind); create function kind_of(account) returns text language sql stable as 'select $1.kind'; create index account_kind on account (lower(kind)) where kind <> 'root'; insert into account values (1, null, 'basic')`,
  ],
  "a function that a policy and a view call gets an argument with a default": [
    `create table doc (nr bigint primary key, owner text); create function may_read(a bigint, b text, c boolean default false) returns boolean language sql stable as $$ select b = 'admin' or not c $$;
     alter table doc enable row level security; create policy seen on doc for select using (may_read(nr, owner)); create view visible as select nr from doc where may_read(nr, owner)`,
    `create table doc (nr bigint primary key, owner text); create function may_read(a bigint, b text) returns boolean language sql stable as $$ select b = 'admin' $$;
     alter table doc enable row level security; create policy seen on doc for select using (may_read(nr, owner)); create view visible as select nr from doc where may_read(nr, owner); insert into doc values (1, 'a')`,
  ],
  "a view loses a column under another view and a policy": [
    "create table t (nr int primary key, a int); create view v1 as select nr from t; create view v2 as select nr from v1; create table kept (nr int primary key); alter table kept enable row level security; create policy p on kept using (nr in (select nr from v2))",
    "create table t (nr int primary key, a int); create view v1 as select a, nr from t; create view v2 as select nr from v1; create table kept (nr int primary key); alter table kept enable row level security; create policy p on kept using (nr in (select nr from v2))",
  ],
  "a policy of a missing table reads a table of another schema": [
    `create schema shop; create schema tenancy; create table shop.installs (nr bigint primary key, cluster bigint not null); create table tenancy.clusters (nr bigint primary key, org uuid not null);
     alter table shop.installs enable row level security; create policy by_org on shop.installs using (exists (select from tenancy.clusters c where c.nr = installs.cluster and c.org = current_setting('app.org')::uuid))`,
    "create schema shop",
  ],
  "an operator class, its operator and an aggregate are missing": [
    `create function compare_length(text, text) returns int language sql immutable strict as 'select length($1) - length($2)';
     create function is_shorter(text, text) returns boolean language sql immutable strict as 'select length($1) < length($2)';
     create operator <# (leftarg = text, rightarg = text, function = is_shorter);
     create operator class by_length for type text using btree as operator 1 <#, function 1 compare_length(text, text);
     create table s (nr int primary key, t text collate "C"); create index s_length on s (t by_length desc nulls last) with (fillfactor = 70);
     create aggregate longest(text) (sfunc = textcat, stype = text, sortop = <#)`,
    "create table s (nr int primary key, t text); create index s_length on s (t); insert into s values (1, 'a')",
  ],
  "an index that needs a missing operator class is missing": [
    `create function hash_length(text) returns int language sql immutable strict as 'select length($1)'; create function same_length(text, text) returns boolean language sql immutable strict as 'select length($1) = length($2)';
     create operator === (leftarg = text, rightarg = text, function = same_length, commutator = ===, hashes); create operator class by_length for type text using hash as operator 1 ===, function 1 hash_length(text);
     create table s (nr int primary key, t text); create index s_length on s using hash (t by_length)`,
    "create table s (nr int primary key, t text)",
  ],
};
