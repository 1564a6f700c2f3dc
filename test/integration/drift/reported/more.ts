import type { Reported } from "../reported.ts";

/** Properties that `pg_dump` writes and the other files have no kind for. */
export const MORE: Reported = {
  "index statistics of an expression": [
    "alter index app.users_name_lower alter column 1 set statistics 585",
    "different index app.users_name_lower: statistics: none expected, 1=585 found",
  ],
  "index operator class and collation": [
    'drop index app.notes_seen; create index notes_seen on app.notes (title collate "POSIX" text_pattern_ops desc nulls last)',
    "different index app.notes_seen: keys: seen expected, title found; predicate: (seen <> 'hidden'::app.visibility) expected, none found; definition: CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.visibility) expected, CREATE INDEX notes_seen ON app.notes USING btree (title COLLATE \"POSIX\" text_pattern_ops DESC NULLS LAST) found",
  ],
  "operator restrict": [
    "alter operator app.===(integer, integer) set (restrict = eqsel)",
    "different operator app.===(integer, integer): restrict: none expected, eqsel found",
  ],
  "operator join": [
    "alter operator app.===(integer, integer) set (join = eqjoinsel)",
    "different operator app.===(integer, integer): join: none expected, eqjoinsel found",
  ],
  "operator family member extra": [
    "alter operator family shapes.backwards using btree add operator 1 > (integer, bigint), function 1 btint48cmp(integer, bigint)",
    "different operator family shapes.backwards using btree: members: none expected, function 1 (integer, bigint) btint48cmp(integer,bigint), operator 1 >(integer,bigint) found",
  ],
  "operator family extra": ["create operator family shapes.fam using hash", "extra operator family shapes.fam using hash: "],
  "composite attribute collation": [
    'alter table app.notes drop column tax; alter type billing.tax alter attribute name type text collate "POSIX"',
    "missing column app.notes.tax: billing.tax",
    'different composite billing.tax: attributes: rate numeric, name text expected, rate numeric, name text collate "POSIX" found',
  ],
  "domain of a domain with another base": [
    "alter table shapes.places drop column name; drop domain shapes.short_word; create domain shapes.short_word as varchar(50) constraint short_enough check (length(value) < 40)",
    "missing column shapes.places.name: shapes.short_word default shapes.place_name()",
    "different domain shapes.short_word: owner: the owner expected, postgres found; type: shapes.word expected, character varying(50) found",
  ],
  "column default of a partition": [
    "alter table app.events_2025 alter column body set default '{}'",
    "different column app.events_2025.body: default: none expected, '{}'::jsonb found",
  ],
  "column not null of a partition": [
    "alter table app.events_2025 alter column body set not null",
    "different column app.events_2025.body: nullable: yes expected, no found",
  ],
  "column storage of a partition": [
    "alter table app.events_2025 alter column body set storage external",
    "different column app.events_2025.body: storage: none expected, external found",
  ],
  "constraint of a partition extra": [
    "alter table app.events_2025 add constraint drifted check (id > 0)",
    "extra constraint app.events_2025.drifted: CHECK ((id > 0))",
  ],
  "table options of a partition": [
    "alter table app.events_2025 set (fillfactor = 33)",
    "different table app.events_2025: options: none expected, fillfactor=33 found",
  ],
  "table options of its toast table": [
    "alter table app.users set (toast.autovacuum_enabled = false)",
    "different table app.users: options: none expected, toast.autovacuum_enabled=false found",
  ],
  "identity of a partitioned table": [
    "alter table shapes.tickets alter column id add generated always as identity",
    "different column shapes.tickets.id: identity: none expected, always found",
    "extra sequence shapes.tickets.id's: bigint",
    "different column shapes.tickets_2026.id: identity: none expected, always found",
  ],
  "policy of a partitioned table extra": [
    "create policy drifted on app.events for select using (id > 0)",
    "extra policy app.events.drifted: select public (id > 0)",
  ],
  "view check option": [
    "alter view shapes.by_place set (check_option = cascaded)",
    "different view shapes.by_place: options: check_option=local expected, check_option=cascaded found",
  ],
  "materialized view options of vacuum": [
    "alter materialized view billing.totals set (autovacuum_enabled = false)",
    "different materialized view billing.totals: options: none expected, autovacuum_enabled=false found",
  ],
  "constraint foreign key match": [
    "alter table app.notes drop constraint notes_author_fkey; alter table app.notes add constraint notes_author_fkey foreign key (author) references app.users (id) match full on delete set null",
    "different constraint app.notes.notes_author_fkey: definition: FOREIGN KEY (author) REFERENCES app.users(id) ON DELETE SET NULL expected, FOREIGN KEY (author) REFERENCES app.users(id) MATCH FULL ON DELETE SET NULL found",
  ],
  "constraint foreign key that sets some columns": [
    "alter table app.teams add constraint some_columns foreign key (parent, owner_id) references app.members (team_id, user_id) on delete set null (parent) not valid",
    "extra constraint app.teams.some_columns: FOREIGN KEY (parent, owner_id) REFERENCES app.members(team_id, user_id) ON DELETE SET NULL (parent) NOT VALID",
  ],
  "constraint unique nulls not distinct": [
    "alter table app.notes add constraint one_body unique nulls not distinct (title, number)",
    "extra constraint app.notes.one_body: UNIQUE NULLS NOT DISTINCT (title, number)",
  ],
  "constraint exclusion with a condition": [
    "alter table app.notes add constraint no_place_twice exclude using gist (position with ~=) where (number > 0)",
    'extra constraint app.notes.no_place_twice: EXCLUDE USING gist ("position" WITH ~=) WHERE ((number > 0))',
  ],
  "constraint check not enforced": [
    "alter table app.notes add constraint wish check (number > 0) not enforced",
    "extra constraint app.notes.wish: CHECK ((number > 0)) NOT ENFORCED",
  ],
  "trigger with transition tables extra": [
    "create trigger drifted after update on app.users referencing old table as before_it new table as after_it for each statement execute function app.title_written()",
    "extra trigger app.users.drifted: CREATE TRIGGER drifted AFTER UPDATE ON app.users REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION app.title_written()",
  ],
  "function window extra": [
    "create function app.rank_of() returns bigint language internal window as 'window_rank'",
    "extra window function app.rank_of(): ",
  ],
  "function default from a sequence extra": [
    "create function app.next_of(a bigint default nextval('app.ticket_number')) returns bigint language sql as 'select a'",
    "extra function app.next_of(bigint): (a bigint default nextval('app.ticket_number'::regclass)) returns bigint",
  ],
  "aggregate with moving parts extra": [
    "create aggregate app.moving(integer) (sfunc = int4pl, stype = integer, msfunc = int4pl, minvfunc = int4mi, mstype = integer)",
    "extra aggregate app.moving(integer): (integer) returns integer",
  ],
  "grant on a column of a view": [
    "grant select (id) on app.note_titles to diverse_reader",
    "extra grant column app.note_titles.id: diverse_reader=SELECT",
  ],
  "grant on a domain": [
    "grant usage on domain billing.amount to diverse_reader",
    "different grant type billing.amount: rights: public=USAGE expected, diverse_reader=USAGE, public=USAGE found",
  ],
  "grant on a procedure": [
    "grant execute on procedure app.archive(integer) to diverse_reader",
    "different grant routine app.archive(integer): rights: public=EXECUTE expected, diverse_reader=EXECUTE, public=EXECUTE found",
  ],
  "default privilege for schemas": [
    "alter default privileges for role diverse_owner grant usage on schemas to diverse_reader",
    "extra default privilege the owner in every schema for schemas: diverse_reader=USAGE, the owner=CREATE, the owner=USAGE, instead of the rights that Postgres gives by default",
  ],
  "default privilege for types taken from public": [
    "alter default privileges for role diverse_owner revoke usage on types from public",
    "extra default privilege the owner in every schema for types: the owner=USAGE, instead of the rights that Postgres gives by default",
  ],
  "default privilege of another role": [
    "alter default privileges for role diverse_reader in schema app grant select on tables to diverse_owner",
    "extra default privilege diverse_reader in app for tables: the owner=SELECT",
  ],
  "comment on an operator": [
    "comment on operator app.===(integer, integer) is 'equal'",
    "extra comment operator app.===(integer,integer): equal",
  ],
  "comment on a cast": [
    "comment on cast (app.address as text) is 'as text'",
    "extra comment cast (app.address AS pg_catalog.text): as text",
  ],
  "comment on a text search configuration": [
    "comment on text search configuration app.simple_search is 'plain words'",
    "extra comment text search configuration app.simple_search: plain words",
  ],
  "comment on an operator class": [
    "comment on operator class shapes.backwards using btree is 'the highest first'",
    "extra comment operator class shapes.backwards USING btree: the highest first",
  ],
  "comment on an operator family": [
    "comment on operator family shapes.backwards using btree is 'the highest first'",
    "extra comment operator family shapes.backwards USING btree: the highest first",
  ],
  "comment on a column of a view": [
    "comment on column app.note_titles.id is 'of the note'",
    "extra comment view column app.note_titles.id: of the note",
  ],
  "comment on a column of a materialized view": [
    "comment on column billing.totals.total is 'in cents'",
    "extra comment materialized view column billing.totals.total: in cents",
  ],
  "comment on an attribute": [
    "comment on column app.address.zip is 'of the town'",
    "extra comment composite type column app.address.zip: of the town",
  ],
  "comment on a column of a foreign table": [
    "comment on column app.remote.note is 'from there'",
    "extra comment foreign table column app.remote.note: from there",
  ],
  "collation owner": [
    "alter collation app.german owner to diverse_reader",
    "different collation app.german: owner: the owner expected, diverse_reader found",
  ],
  "operator owner": [
    "alter operator app.===(integer, integer) owner to diverse_reader",
    "different operator app.===(integer, integer): owner: the owner expected, diverse_reader found",
  ],
  "operator class owner": [
    "alter operator class shapes.backwards using btree owner to diverse_reader",
    "different operator class shapes.backwards using btree: owner: the owner expected, diverse_reader found",
  ],
  "operator family owner": [
    "alter operator family shapes.backwards using btree owner to diverse_reader",
    "different operator family shapes.backwards using btree: owner: the owner expected, diverse_reader found",
  ],
  "text search configuration owner": [
    "alter text search configuration app.simple_search owner to diverse_reader",
    "different text search configuration app.simple_search: owner: the owner expected, diverse_reader found",
  ],
  "statistics owner": [
    "alter statistics app.users_stats owner to diverse_reader",
    "different statistics app.users_stats: owner: the owner expected, diverse_reader found",
  ],
  "materialized view column storage": [
    "alter materialized view billing.totals alter column total set storage external",
    "different materialized view billing.totals: columns: user_id bigint, total numeric expected, user_id bigint, total numeric storage external found",
  ],
  "enum label extra, used in an array": [
    "alter type shapes.weather add value 'snow' before 'sun'",
    "different enum shapes.weather: labels: sun, rain expected, snow, sun, rain found",
  ],
};
