import type { Reported } from "../reported.ts";

export const INDEX: Reported = {
  "index extra": [
    "create index strange on app.notes using hash (number)",
    "extra index app.strange: CREATE INDEX strange ON app.notes USING hash (number)",
  ],
  "index unique extra": [
    "create unique index strange on app.notes (number, title)",
    "extra index app.strange: CREATE UNIQUE INDEX strange ON app.notes USING btree (number, title)",
  ],
  "index of a parent extra": [
    "create index strange on app.measures (at, value)",
    "extra index app.strange: CREATE INDEX strange ON ONLY app.measures USING btree (at, value)",
  ],
  "index of a partition extra": [
    "create index strange on app.measures_south (at)",
    "extra index app.strange: CREATE INDEX strange ON app.measures_south USING btree (at)",
  ],
  "index of a materialized view extra": [
    "create index strange on billing.totals (total)",
    "extra index billing.strange: CREATE INDEX strange ON billing.totals USING btree (total)",
  ],
  "index missing": ["drop index app.users_tags", "missing index app.users_tags: CREATE INDEX users_tags ON app.users USING gin (tags)"],
  "index of a parent missing": [
    "drop index app.measures_value",
    "missing index app.measures_value: CREATE INDEX measures_value ON ONLY app.measures USING btree (value)",
  ],
  "index renamed": [
    "alter index app.teams_owner rename to strange",
    "extra index app.strange: CREATE INDEX strange ON app.teams USING btree (owner_id)",
    "missing index app.teams_owner: CREATE INDEX teams_owner ON app.teams USING btree (owner_id)",
  ],
  "index unique": [
    "drop index app.notes_author_number; CREATE INDEX notes_author_number ON app.notes USING btree (author, number)",
    "different index app.notes_author_number: unique: yes expected, none found; definition: CREATE UNIQUE INDEX notes_author_number ON app.notes USING btree (author, number) expected, CREATE INDEX notes_author_number ON app.notes USING btree (author, number) found",
  ],
  "index keys": [
    "drop index app.notes_seen; create index notes_seen on app.notes (author, fee)",
    "different index app.notes_seen: keys: seen expected, author, fee found; predicate: (seen <> 'hidden'::app.visibility) expected, none found; definition: CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.visibility) expected, CREATE INDEX notes_seen ON app.notes USING btree (author, fee) found",
  ],
  "index direction": [
    "drop index app.notes_title_lower; CREATE INDEX notes_title_lower ON app.notes USING btree (lower(title), number DESC nulls first)",
    "missing comment index app.notes_title_lower: for the search",
  ],
  "index include": [
    "drop index app.teams_owner; CREATE INDEX teams_owner ON app.teams USING btree (owner_id) include (title)",
    "different index app.teams_owner: definition: CREATE INDEX teams_owner ON app.teams USING btree (owner_id) expected, CREATE INDEX teams_owner ON app.teams USING btree (owner_id) INCLUDE (title) found; include: none expected, title found",
  ],
  "index include removed": [
    "drop index app.users_short_name; create unique index users_short_name on app.users (short_name)",
    "different index app.users_short_name: include: created_at expected, none found; definition: CREATE UNIQUE INDEX users_short_name ON app.users USING btree (short_name) INCLUDE (created_at) expected, CREATE UNIQUE INDEX users_short_name ON app.users USING btree (short_name) found",
  ],
  "index predicate": [
    "drop index app.notes_seen; CREATE INDEX notes_seen ON app.notes USING btree (seen) where (1 = 1)",
    "different index app.notes_seen: predicate: (seen <> 'hidden'::app.visibility) expected, (1 = 1) found; definition: CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.visibility) expected, CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (1 = 1) found",
  ],
  "index predicate removed": [
    "drop index app.notes_seen; CREATE INDEX notes_seen ON app.notes USING btree (seen)",
    "different index app.notes_seen: predicate: (seen <> 'hidden'::app.visibility) expected, none found; definition: CREATE INDEX notes_seen ON app.notes USING btree (seen) WHERE (seen <> 'hidden'::app.visibility) expected, CREATE INDEX notes_seen ON app.notes USING btree (seen) found",
  ],
  "index method": [
    "drop index app.teams_owner; CREATE INDEX teams_owner ON app.teams using hash (owner_id)",
    "different index app.teams_owner: method: btree expected, hash found; definition: CREATE INDEX teams_owner ON app.teams USING btree (owner_id) expected, CREATE INDEX teams_owner ON app.teams USING hash (owner_id) found",
  ],
  "index options": [
    `alter index "Odd Name"."odd index" set (fillfactor = 59)`,
    `different index "Odd Name"."odd index": definition: CREATE INDEX "odd index" ON "Odd Name"."Select" USING btree ("from") expected, CREATE INDEX "odd index" ON "Odd Name"."Select" USING btree ("from") WITH (fillfactor='59') found`,
  ],
  "index nulls not distinct": [
    "drop index app.notes_author_number; CREATE UNIQUE INDEX notes_author_number ON app.notes USING btree (author, number) nulls not distinct",
    "different index app.notes_author_number: definition: CREATE UNIQUE INDEX notes_author_number ON app.notes USING btree (author, number) expected, CREATE UNIQUE INDEX notes_author_number ON app.notes USING btree (author, number) NULLS NOT DISTINCT found; nulls not distinct: none expected, yes found",
  ],
  "index valid": [
    "update pg_index set indisvalid = false where indexrelid = 'app.users_tags'::regclass",
    "different index app.users_tags: valid: yes expected, no found",
  ],
  "index clustered": [
    "alter table app.notes cluster on notes_author_number",
    "different index app.notes_author_number: clustered: none expected, yes found",
  ],
  "index replica identity": [
    "alter table app.notes replica identity using index notes_pkey",
    "different table app.notes: replica identity: none expected, index found",
    "different index app.notes_pkey: replica identity: none expected, yes found",
  ],
};
