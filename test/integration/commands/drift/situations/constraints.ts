import type { Situations } from "./situation.ts";

const LIFETIME = "span tsrange generated always as (tsrange(nullif(born, '-infinity'), nullif(ended, 'infinity'), '[)')) stored";
const BORN = "born timestamp not null, ended timestamp not null default 'infinity'";

export const CONSTRAINT_SITUATIONS: Situations = {
  "constraints become deferrable, partial, without equal nulls, and not enforced": [
    `create extension if not exists btree_gist schema public;
     create table stay (room int not null, during tstzrange not null, a int, b int, constraint alone exclude using gist (room with =, during with &&) where (a is null) deferrable initially deferred, constraint pair unique nulls not distinct (a, b));
     alter table stay add constraint positive check (a > 0) not enforced;
     create table tree (nr int primary key, up int, constraint parent foreign key (up) references tree (nr) not enforced);
     create unique index stay_a on stay (a) include (b) nulls not distinct where b > 0`,
    `create extension if not exists btree_gist schema public;
     create table stay (room int not null, during tstzrange not null, a int, b int, constraint alone exclude using gist (room with =, during with &&), constraint pair unique (a, b));
     alter table stay add constraint positive check (a > 0);
     create table tree (nr int primary key, up int, constraint parent foreign key (up) references tree (nr));
     create unique index stay_a on stay (a) include (b) where b > 0; insert into stay values (1, tstzrange('2030-01-01', '2030-01-02'), 1, 1)`,
  ],
  "keys get a time without overlaps, and a foreign key a period": [
    `create extension if not exists btree_gist schema public; create table mother (who uuid not null, ${BORN}, ${LIFETIME}, primary key (who, born), unique (who, span without overlaps));
     create table child (mother uuid not null, ${BORN}, ${LIFETIME}, foreign key (mother, period span) references mother (who, period span));
     create table hall (nr uuid, booked tstzrange, primary key (nr, booked without overlaps))`,
    `create extension if not exists btree_gist schema public; create table mother (who uuid not null, ${BORN}, ${LIFETIME}, primary key (who, born));
     create table child (mother uuid not null, ${BORN}, ${LIFETIME}); create table hall (nr uuid, booked tstzrange, primary key (nr, booked));
     insert into mother (who, born) values ('00000000-0000-0000-0000-000000000007', '2030-01-01')`,
  ],
  "a NOT NULL that an interrupted migration left is validated": [
    "create table mail (whom int not null)",
    "create table mail (whom int); insert into mail values (3); alter table mail add constraint mail_whom_not_null not null whom not valid",
  ],
  "a NOT NULL that is not valid is added where rows have nulls": [
    "create table mail (whom int); alter table mail add constraint whom_known not null whom not valid",
    "create table mail (whom int); insert into mail values (null)",
  ],
  "a NOT NULL without heirs is added beside named ones": [
    `create table mail (nr int constraint nr_known not null, a int constraint a_known not null, b int not null, c int); create table draft () inherits (mail);
     create table other (a int not null); alter table mail add constraint c_later not null c no inherit not valid`,
    `create table mail (nr int not null, a int, b int constraint b_named not null, c int); create table draft () inherits (mail);
     create table other (a int); alter table other add constraint other_a_not_null not null a not valid; insert into mail values (1, 1, 1, 1)`,
  ],
  "a check moves from a child to its parent, and another is not inherited any more": [
    "create table base (nr int primary key, c int constraint c_positive check (c > 0), d int constraint d_large check (d > 1) no inherit); create table sub (e int) inherits (base)",
    "create table base (nr int primary key, c int, d int constraint d_large check (d > 1)); create table sub (e int) inherits (base); alter table sub add constraint c_positive check (c > 0)",
  ],
  "a table gets a parent that has a check": [
    "create table base (nr int, c int constraint c_positive check (c > 0)); create table sub (nr int, c int, e int) inherits (base); create table subsub () inherits (sub)",
    "create table base (nr int, c int constraint c_positive check (c > 0)); create table sub (nr int, c int, e int); create table subsub () inherits (sub); insert into sub values (1, 1, 1)",
  ],
  "a table gets a parent, and must not declare its columns itself": [
    "create table base (nr int, c int constraint c_positive check (c > 0)); create table sub (e int) inherits (base)",
    "create table base (nr int, c int constraint c_positive check (c > 0)); create table sub (nr int, c int, e int); insert into sub values (1, 1, 1)",
    "the table declares the column itself too, and Postgres has no statement that takes this back",
  ],
  "a domain over a domain changes its checks": [
    "create domain short as text check (length(value) < 50); create domain mail as short check (value ~ '@') not null; create table u (nr int primary key, mail mail)",
    "create domain short as text check (length(value) < 20); create domain mail as short check (value like '%@%'); create table u (nr int primary key, mail mail); insert into u values (1, 'a@b')",
  ],
  "a domain that an array column uses cannot get a check": [
    "create domain mail as text check (value ~ '@'); create table u (nr int primary key, mails mail[])",
    "create domain mail as text check (value like '%@%'); create table u (nr int primary key, mails mail[]); insert into u values (1, '{a@b}')",
    'because column "u.mails" uses it',
  ],
  "a label is removed from an enum under an index, a view, a function, a check and a domain": [
    `create type state as enum ('new', 'paid', 'sent'); create domain late as state check (value <> 'new');
     create table cart (nr int primary key, s state not null default 'new', old state[] not null default '{new}', check (s <> 'sent' or nr > 0));
     create index cart_s on cart (s) where s = 'paid'; create view paid as select nr, s from cart where s = 'paid';
     create function next(p state) returns state language sql immutable as 'select p'`,
    `create type state as enum ('paid', 'new', 'lost', 'sent'); create domain late as state check (value <> 'new');
     create table cart (nr int primary key, s state not null default 'new', old state[] not null default '{new}', check (s <> 'sent' or nr > 0));
     create index cart_s on cart (s) where s = 'paid'; create view paid as select nr, s from cart where s = 'paid';
     create function next(p state) returns state language sql immutable as 'select p'; insert into cart values (1, 'paid', '{new,paid}')`,
  ],
};
