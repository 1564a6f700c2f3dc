import type { Told } from "../told.ts";

export const TABLE: Told = {
  "schema extra": ["create schema strange", "extra schema strange: "],
  "schema missing": [
    "drop schema billing cascade",
    "missing column app.notes.fee: billing.amount",
    "different column app.notes.number: default: nextval('billing.note_number'::regclass) expected, none found",
    "missing column app.notes.span: billing.money_range",
    "missing column app.notes.tax: billing.tax",
    "missing schema billing: ",
    "missing domain billing.amount: numeric(12,2) not null default 0",
    "missing procedure billing.close(integer, integer): (p_year integer, inout p_closed integer default 0)",
    "missing collation billing.french: icu fr-FR",
    "missing statistics billing.invoice_stats: CREATE STATISTICS billing.invoice_stats (ndistinct, dependencies) ON user_id, paid FROM billing.invoices",
    "missing table billing.invoices: id, paid, total, user_id",
    "missing table billing.lines: amount, invoice_id, line",
    "missing range billing.money_range: double precision",
    "missing sequence billing.note_number: bigint",
    "missing composite billing.tax: rate numeric, name text",
    "missing materialized view billing.totals: user_id bigint, total numeric",
    "missing function billing.with_tax(integer): (p_amount integer) returns numeric",
    "missing function billing.with_tax(numeric, numeric): (p_amount numeric, p_rate numeric default 0.19) returns numeric",
    "different publication changes: tables: app.notes (id, title) where (number > 0), billing.invoices expected, app.notes (id, title) where (number > 0) found",
  ],
  "schema owner": [
    `alter schema "Odd Name" owner to diverse_reader`,
    `different schema "Odd Name": owner: the owner expected, diverse_reader found`,
  ],
  "extension extra": ["create extension ltree", "extra extension ltree: any"],
  "extension missing": [
    "drop extension citext cascade",
    "missing domain app.email: public.citext not null",
    "missing view app.happy_users: id bigint, email app.email, mood app.mood",
    "missing column app.users.email: app.email not null",
    "missing policy app.users.own_row: select public ((email)::public.citext OPERATOR(public.=) (CURRENT_USER)::public.citext)",
    "missing constraint app.users.users_email_key: UNIQUE (email)",
    "missing extension citext: any",
  ],
  "extension schema": [
    "alter extension btree_gist set schema billing",
    "different extension btree_gist: in schema: public expected, billing found",
  ],
  "table extra": ["create table billing.strange (id integer)", "extra table billing.strange: id"],
  "table missing": [
    "drop table app.members cascade",
    "missing table app.members: role, team_id, user_id",
    "missing view app.team_sizes: id integer, title character varying(80), size bigint",
    "different publication news: tables: app.members, app.teams expected, app.teams found",
  ],
  "table renamed": [
    "alter table app.bookings rename to strange",
    "missing table app.bookings: during, id, price, room",
    "different index app.bookings_overlap: definition: CREATE INDEX bookings_overlap ON app.bookings USING gist (room, during) expected, CREATE INDEX bookings_overlap ON app.strange USING gist (room, during) found",
    "different index app.bookings_pkey: definition: CREATE UNIQUE INDEX bookings_pkey ON app.bookings USING btree (id) expected, CREATE UNIQUE INDEX bookings_pkey ON app.strange USING btree (id) found",
    "extra table app.strange: during, id, price, room",
  ],
  "table schema": [
    "alter table app.members set schema billing",
    "missing table app.members: role, team_id, user_id",
    `different view app.team_sizes: definition:  SELECT t.id,
    t.title,
    count(m.user_id) AS size
   FROM (app.teams t
     LEFT JOIN app.members m ON ((m.team_id = t.id)))
  GROUP BY t.id, t.title; expected,  SELECT t.id,
    t.title,
    count(m.user_id) AS size
   FROM (app.teams t
     LEFT JOIN billing.members m ON ((m.team_id = t.id)))
  GROUP BY t.id, t.title; found`,
    "extra table billing.members: role, team_id, user_id",
    "different publication news: tables: app.members, app.teams expected, app.teams, billing.members found",
  ],
  "table owner": [
    "alter table app.members owner to diverse_reader",
    "different table app.members: owner: the owner expected, diverse_reader found",
  ],
  "table persistence": [
    "alter table app.bookings set unlogged",
    "different table app.bookings: persistence: permanent expected, unlogged found",
  ],
  "table row security": [
    "alter table app.cache enable row level security",
    "different table app.cache: row security: off expected, on found",
  ],
  "table options": [
    "alter table app.notes set (autovacuum_vacuum_scale_factor = 0.01, parallel_workers = 2)",
    "different table app.notes: options: none expected, autovacuum_vacuum_scale_factor=0.01, parallel_workers=2 found",
  ],
  "table options gone": [
    "alter table app.cache reset (fillfactor)",
    "different table app.cache: options: fillfactor=70 expected, none found",
  ],
  "table replica identity": [
    `alter table "Odd Name"."Select" replica identity full`,
    `different table "Odd Name"."Select": replica identity: none expected, full found`,
  ],
  "table type": [
    "create type app.base_row as (id integer, note text); drop table app.derived; alter table app.base of app.base_row",
    "different table app.base: of type: none expected, app.base_row found",
    "extra composite app.base_row: id integer, note text",
    "missing table app.derived: extra",
  ],
  "table inherits": [
    "create table app.older (key text not null); alter table app.cache inherit app.older",
    "different table app.cache: inherits: none expected, app.older found",
    "different column app.cache.key: inherited: none expected, yes found",
    "extra table app.older: key",
  ],
  "table partition key": [
    "drop table app.events; create table app.events (id bigint not null, at timestamp not null, body jsonb, primary key (id, at)) partition by hash (id)",
    "different table app.events: owner: the owner expected, postgres found; partition key: RANGE (at) expected, HASH (id) found",
    "missing table app.events_2025: ",
    "missing index app.events_body: CREATE INDEX events_body ON ONLY app.events USING gin (body)",
    "missing table app.events_rest: ",
  ],
  "table partition bound": [
    "alter table app.events detach partition app.events_2025; alter table app.events attach partition app.events_2025 for values from ('2025-02-01') to ('2026-01-01')",
    "different table app.events_2025: partition bound: FOR VALUES FROM ('2025-01-01 00:00:00') TO ('2026-01-01 00:00:00') expected, FOR VALUES FROM ('2025-02-01 00:00:00') TO ('2026-01-01 00:00:00') found",
  ],
  "table partition detached": [
    "alter table app.events detach partition app.events_2025",
    "different table app.events_2025: inherits: app.events expected, none found; partition bound: FOR VALUES FROM ('2025-01-01 00:00:00') TO ('2026-01-01 00:00:00') expected, none found",
    "different column app.events_2025.at: inherited: yes expected, none found",
    "different column app.events_2025.body: inherited: yes expected, none found",
    "extra constraint app.events_2025.events_2025_pkey: PRIMARY KEY (id, at)",
    "different column app.events_2025.id: inherited: yes expected, none found",
    "extra index app.events_2025_body_idx: CREATE INDEX events_2025_body_idx ON app.events_2025 USING gin (body)",
  ],
  "table partition extra": ["create table app.strange partition of app.measures for values in ('310')", "extra table app.strange: "],
  "table partition missing": [
    "drop table app.measures_north",
    "missing table app.measures_north: ",
    "missing table app.measures_north_2025: ",
  ],
  "table of a foreign server": [
    "alter foreign table app.remote options (drop table_name)",
    "different table app.remote: server: far {table_name=remote} expected, far found",
  ],
  "table foreign extra": [
    "create foreign table billing.strange (id integer not null, at date) server far options (table_name 'x')",
    "extra table billing.strange: at, id",
  ],
  "table foreign missing": ["drop foreign table app.remote", "missing table app.remote: id, note"],
};
