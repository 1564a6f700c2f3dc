import type { Reported } from "../reported.ts";

export const RIGHT: Reported = {
  "grant on a table": [
    "grant update on app.members to diverse_reader with grant option",
    "extra grant relation app.members: diverse_reader=UPDATE*",
  ],
  "grant on a view": ["grant insert on app.team_sizes to public", "extra grant relation app.team_sizes: public=INSERT"],
  "grant on a sequence": [
    "grant usage on sequence billing.note_number to diverse_reader",
    "extra grant relation billing.note_number: diverse_reader=USAGE",
  ],
  "grant on a column": [
    "grant references (email) on app.users to diverse_reader",
    "extra grant column app.users.email: diverse_reader=REFERENCES",
  ],
  "grant on a schema": [
    "grant usage on schema billing to diverse_reader with grant option",
    "extra grant schema billing: diverse_reader=USAGE*",
  ],
  "grant on a routine": [
    "grant execute on routine app.pairs(integer) to diverse_reader",
    "different grant routine app.pairs(integer): rights: public=EXECUTE expected, diverse_reader=EXECUTE, public=EXECUTE found",
  ],
  "grant on a type": [
    "grant usage on type app.mood to diverse_reader",
    "different grant type app.mood: rights: public=USAGE expected, diverse_reader=USAGE, public=USAGE found",
  ],
  "grant on a table missing": ["revoke select on app.users from public", "missing grant relation app.users: public=SELECT"],
  "grant on a column missing": ["revoke update (name) on app.users from public", "missing grant column app.users.name: public=UPDATE"],
  "grant on a schema missing": ["revoke usage on schema app from public", "missing grant schema app: public=USAGE"],
  "grant on a routine missing": [
    "revoke execute on routine app.notes_of(bigint) from public",
    "missing grant routine app.notes_of(bigint): public=EXECUTE",
  ],
  "grant on a type missing": ["revoke usage on type app.mood from public", "missing grant type app.mood: public=USAGE"],
  "default privilege extra": [
    "alter default privileges for role diverse_owner in schema billing grant select on sequences to diverse_reader",
    "extra default privilege the owner in billing for sequences: diverse_reader=SELECT",
  ],
  "default privilege of every schema extra": [
    "alter default privileges for role diverse_owner revoke execute on functions from public",
    "extra default privilege the owner in every schema for functions: the owner=EXECUTE, instead of the rights that Postgres gives by default",
  ],
  "default privilege missing": [
    "alter default privileges for role diverse_owner in schema app revoke select on tables from public",
    "missing default privilege the owner in app for tables: public=SELECT",
  ],
  "default privilege rights": [
    "alter default privileges for role diverse_owner in schema app grant insert on tables to diverse_reader",
    "different default privilege the owner in app for tables: rights: public=SELECT expected, diverse_reader=INSERT, public=SELECT found",
  ],
  "comment on a schema": ["comment on schema app is 'it''s new'", "extra comment schema app: it's new"],
  "comment on a table": ["comment on table app.teams is 'it''s new'", "extra comment table app.teams: it's new"],
  "comment on a column": ["comment on column app.notes.id is 'it''s new'", "extra comment table column app.notes.id: it's new"],
  "comment on a view": ["comment on view app.team_sizes is 'it''s new'", "extra comment view app.team_sizes: it's new"],
  "comment on a materialized view": [
    "comment on materialized view billing.totals is 'it''s new'",
    "extra comment materialized view billing.totals: it's new",
  ],
  "comment on an index": ["comment on index app.notes_seen is 'it''s new'", "extra comment index app.notes_seen: it's new"],
  "comment on a sequence": [
    "comment on sequence billing.note_number is null",
    "missing comment sequence billing.note_number: never reused",
  ],
  "comment on a function": ["comment on function app.touch() is 'it''s new'", "extra comment function app.touch(): it's new"],
  "comment on a procedure": [
    "comment on procedure app.archive(integer) is 'it''s new'",
    "extra comment procedure app.archive(integer): it's new",
  ],
  "comment on an aggregate": [
    "comment on aggregate app.product(integer) is 'it''s new'",
    "extra comment aggregate app.product(integer): it's new",
  ],
  "comment on a type": ["comment on type app.address is 'it''s new'", "extra comment type app.address: it's new"],
  "comment on a domain": ["comment on domain app.positive is 'it''s new'", "extra comment type app.positive: it's new"],
  "comment on a constraint": [
    "comment on constraint users_age_check on app.users is null",
    "missing comment table constraint users_age_check on app.users: nobody is older",
  ],
  "comment on a domain's constraint": [
    "comment on constraint positive_check on domain app.positive is 'it''s new'",
    "extra comment domain constraint positive_check on app.positive: it's new",
  ],
  "comment on a trigger": [
    "comment on trigger check_note on app.notes is 'it''s new'",
    "extra comment trigger check_note on app.notes: it's new",
  ],
  "comment on a policy": ["comment on policy own_row on app.users is 'it''s new'", "extra comment policy own_row on app.users: it's new"],
  "comment on a rule": ["comment on rule no_delete on app.cache is 'it''s new'", "extra comment rule no_delete on app.cache: it's new"],
  "comment on an event trigger": ["comment on event trigger watch_ddl is 'it''s new'", "extra comment event trigger watch_ddl: it's new"],
  "comment on a publication": ["comment on publication news is 'it''s new'", "extra comment publication news: it's new"],
  "comment on a statistics object": [
    "comment on statistics app.users_stats is 'it''s new'",
    "extra comment statistics object app.users_stats: it's new",
  ],
  "comment on a collation": ["comment on collation app.german is 'it''s new'", "extra comment collation app.german: it's new"],
  "comment on a foreign table": ["comment on foreign table app.remote is 'it''s new'", "extra comment foreign table app.remote: it's new"],
  "comment on a foreign server": ["comment on server far is 'it''s new'", "extra comment server far: it's new"],
};
