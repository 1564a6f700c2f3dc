import type { Reported } from "../reported.ts";

export const DATATYPE: Reported = {
  "enum extra": ["create type app.strange as enum ('it''s', 'b')", "extra enum app.strange: it's, b"],
  "enum missing": [
    "drop type app.visibility cascade",
    "missing column app.notes.seen: app.visibility not null default 'team'::app.visibility",
    "missing policy app.notes.visible: select public ((seen = 'everyone'::app.visibility) OR (number > 0))",
    "missing index app.notes_seen: CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.visibility)",
    "missing enum app.visibility: hidden, team, everyone",
  ],
  "enum renamed": [
    "alter type app.visibility rename to strange",
    "different column app.notes.seen: type: app.visibility expected, app.strange found; default: 'team'::app.visibility expected, 'team'::app.strange found",
    "different policy app.notes.visible: using: ((seen = 'everyone'::app.visibility) OR (number > 0)) expected, ((seen = 'everyone'::app.strange) OR (number > 0)) found",
    "different index app.notes_seen: predicate: (seen <> 'hidden'::app.visibility) expected, (seen <> 'hidden'::app.strange) found; definition: CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.visibility) expected, CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.strange) found",
    "extra enum app.strange: hidden, team, everyone",
    "missing enum app.visibility: hidden, team, everyone",
  ],
  "enum owner": ["alter type app.mood owner to diverse_reader", "different enum app.mood: owner: the owner expected, diverse_reader found"],
  "enum label more": [
    "alter type app.visibility add value 'strange' before 'hidden'",
    "different enum app.visibility: labels: hidden, team, everyone expected, strange, hidden, team, everyone found",
  ],
  "enum label renamed": [
    "alter type app.mood rename value 'ok' to 'strange'",
    "different enum app.mood: labels: sad, ok, happy expected, sad, strange, happy found",
    "different column app.users.mood: default: 'ok'::app.mood expected, 'strange'::app.mood found",
  ],
  "enum label missing": [
    "create type app.old_mood as enum ('sad', 'happy'); drop view app.happy_users; drop index app.users_name_lower; drop statistics app.users_stats; alter table app.users alter column mood drop default, alter column mood type app.old_mood using replace(mood::text, 'ok', 'happy')::app.old_mood; drop type app.mood; alter type app.old_mood rename to mood",
    "missing view app.happy_users: id bigint, email app.email, mood app.mood",
    "different enum app.mood: owner: the owner expected, postgres found; labels: sad, ok, happy expected, sad, happy found",
    "different column app.users.mood: default: 'ok'::app.mood expected, none found",
    "missing index app.users_name_lower: CREATE INDEX users_name_lower ON app.users USING btree (lower(name)) WHERE (mood <> 'sad'::app.mood)",
    "missing statistics app.users_stats: CREATE STATISTICS app.users_stats (dependencies) ON mood, name FROM app.users",
  ],
  "enum label missing, unused": [
    "drop type app.visibility cascade; create type app.visibility as enum ('hidden', 'everyone')",
    "missing column app.notes.seen: app.visibility not null default 'team'::app.visibility",
    "missing policy app.notes.visible: select public ((seen = 'everyone'::app.visibility) OR (number > 0))",
    "missing index app.notes_seen: CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.visibility)",
    "different enum app.visibility: labels: hidden, team, everyone expected, hidden, everyone found",
    "missing comment type app.visibility: who sees a note",
  ],
  "domain extra": [
    "create domain app.strange as text default 'x' not null constraint filled check (value <> '')",
    "extra domain app.strange: text not null default 'x'::text",
  ],
  "domain missing": [
    "drop domain billing.amount cascade",
    "missing column app.notes.fee: billing.amount",
    "missing domain billing.amount: numeric(12,2) not null default 0",
  ],
  "domain renamed": [
    "alter domain billing.amount rename to strange",
    "different column app.notes.fee: type: billing.amount expected, billing.strange found",
    "missing domain billing.amount: numeric(12,2) not null default 0",
    "extra domain billing.strange: numeric(12,2) not null default 0",
  ],
  "domain owner": [
    "alter domain app.email owner to diverse_reader",
    "different domain app.email: owner: the owner expected, diverse_reader found",
  ],
  "domain nullable": ["alter domain app.email drop not null", "different domain app.email: nullable: no expected, yes found"],
  "domain default": ["alter domain billing.amount drop default", "different domain billing.amount: default: 0 expected, none found"],
  "domain type": [
    "drop domain billing.amount cascade; create domain billing.amount as numeric(14, 2) not null default 0 constraint amount_positive check (value >= 0) constraint amount_small check (value < 1000000)",
    "missing column app.notes.fee: billing.amount",
    "different domain billing.amount: type: numeric(12,2) expected, numeric(14,2) found",
  ],
  "domain constraint extra": [
    "alter domain app.positive add constraint strange check (value < 1000)",
    "extra constraint app.positive.strange: CHECK ((VALUE < 1000))",
  ],
  "domain constraint missing": [
    "alter domain billing.amount drop constraint amount_positive",
    "missing constraint billing.amount.amount_positive: CHECK ((VALUE >= (0)::numeric))",
  ],
  "domain constraint definition": [
    "alter domain billing.amount drop constraint amount_small; alter domain billing.amount add constraint amount_small check (value < 5)",
    "different constraint billing.amount.amount_small: definition: CHECK ((VALUE < (1000000)::numeric)) expected, CHECK ((VALUE < (5)::numeric)) found",
  ],
  "domain constraint renamed": [
    "alter domain billing.amount rename constraint amount_small to strange",
    "missing constraint billing.amount.amount_small: CHECK ((VALUE < (1000000)::numeric))",
    "extra constraint billing.amount.strange: CHECK ((VALUE < (1000000)::numeric))",
  ],
  "composite extra": [
    `create type app.strange as (a integer, "B c" text collate "C")`,
    `extra composite app.strange: a integer, "B c" text collate "C"`,
  ],
  "composite missing": [
    "drop type billing.tax cascade",
    "missing column app.notes.tax: billing.tax",
    "missing composite billing.tax: rate numeric, name text",
  ],
  "composite renamed": [
    "alter type app.address rename to strange",
    "missing composite app.address: street text, zip character varying(10)",
    "missing cast app.address as text: explicit",
    "extra composite app.strange: street text, zip character varying(10)",
    "extra cast app.strange as text: explicit",
    "different column app.users.home: type: app.address expected, app.strange found",
  ],
  "composite owner": [
    "alter type billing.tax owner to diverse_reader",
    "different composite billing.tax: owner: postgres expected, diverse_reader found",
  ],
  "composite attribute more": [
    "alter type app.address add attribute strange integer",
    "different composite app.address: attributes: street text, zip character varying(10) expected, street text, zip character varying(10), strange integer found",
  ],
  "composite attribute fewer": [
    "alter type billing.tax drop attribute rate",
    "different composite billing.tax: attributes: rate numeric, name text expected, name text found",
  ],
  "composite attribute type": [
    "alter table app.users drop column home; alter type app.address alter attribute zip type varchar(20)",
    "different composite app.address: attributes: street text, zip character varying(10) expected, street text, zip character varying(20) found",
    "missing column app.users.home: app.address",
  ],
  "composite attribute renamed": [
    "alter type billing.tax rename attribute name to strange",
    "different composite billing.tax: attributes: rate numeric, name text expected, rate numeric, strange text found",
  ],
  "range extra": ["create type billing.strange as range (subtype = text)", "extra range billing.strange: text"],
  "range missing": ["drop type app.price_range cascade", "missing range app.price_range: numeric"],
  "range renamed": [
    "alter type billing.money_range rename to strange",
    "different column app.notes.span: type: billing.money_range expected, billing.strange found",
    "missing range billing.money_range: double precision",
    "extra range billing.strange: double precision",
  ],
  "range owner": [
    "alter type app.price_range owner to diverse_reader",
    "different range app.price_range: owner: the owner expected, diverse_reader found",
  ],
  "range subtype": [
    "drop type app.price_range; create type app.price_range as range (subtype = float8)",
    "different range app.price_range: owner: the owner expected, postgres found; subtype: numeric expected, double precision found; operator class: pg_catalog.numeric_ops expected, pg_catalog.float8_ops found",
  ],
  "range difference": [
    "drop type billing.money_range cascade; create type billing.money_range as range (subtype = float8)",
    "missing column app.notes.span: billing.money_range",
    "different range billing.money_range: difference: float8mi expected, none found",
  ],
};
