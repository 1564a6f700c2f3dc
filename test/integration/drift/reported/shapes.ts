import type { Reported } from "../reported.ts";

/** Objects that depend on others, or whose functions use unqualified names: `diverse-shapes.sql`. */
export const SHAPE: Reported = {
  "default whose function uses an unqualified name missing": [
    "alter table shapes.places alter column name drop default",
    "different column shapes.places.name: default: shapes.place_name() expected, none found",
  ],
  "column whose default uses an unqualified name missing": [
    "alter table shapes.places drop column name",
    "missing column shapes.places.name: shapes.short_word default shapes.place_name()",
  ],
  "generated column whose function uses an unqualified name missing": [
    "alter table shapes.places drop column slug",
    "missing column shapes.places.slug: text generated always as (shapes.clean(kind)) stored",
  ],
  "generated column with another function": [
    "alter table shapes.places drop column slug; alter table shapes.places add column slug text generated always as (upper(kind)) stored",
    "different column shapes.places.slug: generated: shapes.clean(kind) expected, upper(kind) found",
  ],
  "check whose function uses an unqualified name missing": [
    "alter table shapes.places drop constraint places_kind",
    "missing constraint shapes.places.places_kind: CHECK (shapes.fits(lower(kind)))",
  ],
  "domain over a function missing": [
    "drop domain shapes.word cascade",
    "missing column shapes.places.name: shapes.short_word default shapes.place_name()",
    "missing domain shapes.short_word: shapes.word",
    "missing domain shapes.word: text",
  ],
  "domain of a domain missing": [
    "drop domain shapes.short_word cascade",
    "missing column shapes.places.name: shapes.short_word default shapes.place_name()",
    "missing domain shapes.short_word: shapes.word",
  ],
  "check of a domain over a function missing": [
    "alter domain shapes.word drop constraint word_fits",
    "missing constraint shapes.word.word_fits: CHECK (shapes.fits(VALUE))",
  ],
  "function under all others missing": [
    "drop function shapes.fits(text) cascade",
    "missing function shapes.fits(text): (value text) returns boolean",
    "missing constraint shapes.places.places_kind: CHECK (shapes.fits(lower(kind)))",
    "missing constraint shapes.word.word_fits: CHECK (shapes.fits(VALUE))",
  ],
  "operator class missing": [
    "drop operator class shapes.backwards using btree cascade",
    "missing operator class shapes.backwards using btree: for integer, function 1 (integer, integer) shapes.compare_back(integer,integer), operator 1 >(integer,integer), operator 2 >=(integer,integer), operator 3 =(integer,integer), operator 4 <=(integer,integer), operator 5 <(integer,integer)",
    "missing index shapes.places_rank: CREATE INDEX places_rank ON shapes.places USING btree (rank shapes.backwards)",
  ],
  "operator class extra": [
    "create operator class shapes.again for type integer using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer)",
    "extra operator family shapes.again using btree: operator class shapes.again using btree for integer",
  ],
  "operator class of an index": [
    "drop index shapes.places_rank; create index places_rank on shapes.places (rank)",
    "different index shapes.places_rank: definition: CREATE INDEX places_rank ON shapes.places USING btree (rank shapes.backwards) expected, CREATE INDEX places_rank ON shapes.places USING btree (rank) found",
  ],
  "view that a function returns missing": [
    "drop view shapes.open_places cascade",
    "missing function shapes.open_list(): () returns SETOF shapes.open_places",
    "missing view shapes.open_places: id bigint, kind text, rank integer",
    "missing view shapes.ranked: kind text, rank integer",
  ],
  "function that returns a view missing": [
    "drop function shapes.open_list() cascade",
    "missing function shapes.open_list(): () returns SETOF shapes.open_places",
    "missing view shapes.ranked: kind text, rank integer",
  ],
  "view that a function returns with other columns": [
    "drop view shapes.open_places cascade; create view shapes.open_places as select id, kind from shapes.places",
    "missing function shapes.open_list(): () returns SETOF shapes.open_places",
    "different view shapes.open_places: owner: the owner expected, postgres found; definition:  SELECT id, kind, rank FROM shapes.places WHERE (opened_at < '2030-01-01 00:00:00+00'::timestamp with time zone); expected,  SELECT id, kind FROM shapes.places; found; columns: id bigint, kind text, rank integer expected, id bigint, kind text found",
    "missing view shapes.ranked: kind text, rank integer",
  ],
  "view over a function with a view's row type missing": ["drop view shapes.ranked", "missing view shapes.ranked: kind text, rank integer"],
  "column under a view that a function returns": [
    "drop view shapes.open_places cascade; drop index shapes.places_rank; alter table shapes.places alter column rank type bigint",
    "missing function shapes.open_list(): () returns SETOF shapes.open_places",
    "missing view shapes.open_places: id bigint, kind text, rank integer",
    "different column shapes.places.rank: type: integer expected, bigint found",
    "missing index shapes.places_rank: CREATE INDEX places_rank ON shapes.places USING btree (rank shapes.backwards)",
    "missing view shapes.ranked: kind text, rank integer",
  ],
  "function body that the server parses": [
    "create or replace function shapes.counted(a integer) returns bigint language sql stable begin atomic select count(*) from shapes.places; end",
    "different function shapes.counted(integer): body: SHA-256 e6c56d81d8d7 expected, SHA-256 7dd9664fc1ab found",
  ],
  "check of a parent that is not inherited": [
    "alter table shapes.parent drop constraint parent_a; alter table shapes.parent add constraint parent_a check (a > 0)",
    "different constraint shapes.parent.parent_a: definition: CHECK ((a > 0)) NO INHERIT expected, CHECK ((a > 0)) found",
  ],
  "check of a parent that its child has too": [
    "alter table shapes.parent drop constraint parent_a; alter table shapes.child add constraint parent_a check (a > 0); alter table shapes.parent add constraint parent_a check (a > 0)",
    "extra constraint shapes.child.parent_a: CHECK ((a > 0))",
    "different constraint shapes.parent.parent_a: definition: CHECK ((a > 0)) NO INHERIT expected, CHECK ((a > 0)) found",
  ],
  "column default of a parent": [
    "alter table only shapes.parent alter column b set default 'y'",
    "different column shapes.parent.b: default: 'x'::text expected, 'y'::text found",
  ],
  "identity over a leftover sequence": [
    "alter table shapes.places alter column id drop identity; create sequence shapes.places_id_seq start 7",
    "different column shapes.places.id: identity: by default expected, none found",
    "missing sequence shapes.places.id's: bigint",
    "extra sequence shapes.places_id_seq: bigint start with 7",
  ],
  "identity that became a serial": [
    "alter table shapes.places alter column id drop identity; create sequence shapes.places_id_seq; alter sequence shapes.places_id_seq owner to diverse_owner; alter sequence shapes.places_id_seq owned by shapes.places.id; alter table shapes.places alter column id set default nextval('shapes.places_id_seq')",
    "different column shapes.places.id: identity: by default expected, none found; default: none expected, nextval(of shapes.places.id's) found",
    "different sequence shapes.places.id's: identity: yes expected, none found",
  ],
  "foreign column type": [
    "alter foreign table shapes.far alter column id type bigint",
    "different column shapes.far.id: type: integer expected, bigint found",
  ],
  "foreign column nullable": [
    "alter foreign table shapes.far alter column id drop not null",
    "different column shapes.far.id: nullable: no expected, yes found",
  ],
  "foreign column default": [
    "alter foreign table shapes.far alter column note set default 'some'",
    "different column shapes.far.note: default: 'none'::text expected, 'some'::text found",
  ],
  "foreign column missing": [
    "alter foreign table shapes.far drop column note",
    "missing column shapes.far.note: text default 'none'::text",
  ],
  "default of a fixed time": [
    "alter table shapes.places alter column opened_at set default now()",
    "different column shapes.places.opened_at: default: '2026-01-01 00:00:00+00'::timestamp with time zone expected, now() found",
  ],
  "condition of a view without its time": [
    "create or replace view shapes.open_places as select id, kind, rank from shapes.places where opened_at < now()",
    "different view shapes.open_places: definition:  SELECT id, kind, rank FROM shapes.places WHERE (opened_at < '2030-01-01 00:00:00+00'::timestamp with time zone); expected,  SELECT id, kind, rank FROM shapes.places WHERE (opened_at < now()); found",
  ],
  "default privilege taken from the owner": [
    "alter default privileges for role diverse_owner revoke insert on tables from diverse_owner",
    "extra default privilege the owner in every schema for tables: the owner=DELETE, the owner=MAINTAIN, the owner=REFERENCES, the owner=SELECT, the owner=TRIGGER, the owner=TRUNCATE, the owner=UPDATE, instead of the rights that Postgres gives by default",
  ],
  "default privilege of a schema missing": [
    "alter default privileges for role diverse_owner in schema shapes revoke select on tables from public",
    "missing default privilege the owner in shapes for tables: public=SELECT",
  ],
  "constraint not null of a parent, no inherit": [
    "alter table shapes.parent add constraint known not null a no inherit",
    "different column shapes.parent.a: nullable: yes expected, no found",
    "extra constraint shapes.parent.known: NOT NULL a NO INHERIT",
  ],
  "constraint not null of a child, not valid": [
    "alter table shapes.child add constraint known not null c not valid",
    "different column shapes.child.c: nullable: yes expected, no found",
    "extra constraint shapes.child.known: NOT NULL c NOT VALID",
  ],
};
