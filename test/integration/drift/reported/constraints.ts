import type { Reported } from "../reported.ts";

export const CONSTRAINT: Reported = {
  "constraint check extra": [
    "alter table app.cache add constraint strange check (key is not null or true)",
    "extra constraint app.cache.strange: CHECK (((key IS NOT NULL) OR true))",
  ],
  "constraint check extra, not valid": [
    "alter table app.users add constraint strange check (age is not null) not valid",
    "extra constraint app.users.strange: CHECK ((age IS NOT NULL)) NOT VALID",
  ],
  "constraint unique extra": [
    `alter table "Odd Name"."Select" add constraint strange unique ("from")`,
    `extra constraint "Odd Name"."Select".strange: UNIQUE ("from")`,
  ],
  "constraint foreign key extra": [
    `alter table "Odd Name"."Select" add constraint strange foreign key ("from") references app.teams (id)`,
    `extra constraint "Odd Name"."Select".strange: FOREIGN KEY ("from") REFERENCES app.teams(id)`,
  ],
  "constraint exclusion extra": [
    "alter table app.notes add constraint strange exclude using btree (title with =)",
    "extra constraint app.notes.strange: EXCLUDE USING btree (title WITH =)",
  ],
  "constraint primary key extra": [
    `alter table "Odd Name"."Select" add constraint strange primary key ("from")`,
    `different column "Odd Name"."Select"."from": nullable: yes expected, no found`,
    `extra constraint "Odd Name"."Select".strange: PRIMARY KEY ("from")`,
  ],
  "constraint missing": [
    "alter table app.users drop constraint users_age_check cascade",
    "missing constraint app.users.users_age_check: CHECK (((age)::integer < 200))",
  ],
  "constraint primary key missing": [
    "alter table app.cache drop constraint cache_pkey cascade",
    "missing constraint app.cache.cache_pkey: PRIMARY KEY (key)",
  ],
  "constraint renamed": [
    "alter table app.notes rename constraint notes_pkey to strange",
    "missing constraint app.notes.notes_pkey: PRIMARY KEY (id)",
    "extra constraint app.notes.strange: PRIMARY KEY (id)",
  ],
  "constraint validated": [
    "alter table app.members validate constraint members_role_check",
    "different constraint app.members.members_role_check: validated: no expected, yes found; definition: CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text]))) NOT VALID expected, CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text]))) found",
  ],
  "constraint not validated": [
    "alter table app.members drop constraint members_user_id_fkey, add constraint members_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) not valid",
    "different constraint app.members.members_user_id_fkey: validated: yes expected, no found; definition: FOREIGN KEY (user_id) REFERENCES app.users(id) expected, FOREIGN KEY (user_id) REFERENCES app.users(id) NOT VALID found",
  ],
  "constraint deferrable": [
    "alter table app.teams alter constraint teams_owner_fkey deferrable",
    "different constraint app.teams.teams_owner_fkey: definition: FOREIGN KEY (owner_id) REFERENCES app.users(id) expected, FOREIGN KEY (owner_id) REFERENCES app.users(id) DEFERRABLE found; deferrable: none expected, yes found",
  ],
  "constraint deferred": [
    "alter table app.teams alter constraint teams_parent_fkey deferrable initially immediate",
    "different constraint app.teams.teams_parent_fkey: deferred: yes expected, none found; definition: FOREIGN KEY (parent) REFERENCES app.teams(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED expected, FOREIGN KEY (parent) REFERENCES app.teams(id) ON DELETE CASCADE DEFERRABLE found",
  ],
  "constraint check definition": [
    "alter table app.notes drop constraint notes_title_check, add constraint notes_title_check check (app.is_short(title) or false)",
    "different constraint app.notes.notes_title_check: definition: CHECK (app.is_short(title)) expected, CHECK ((app.is_short(title) OR false)) found",
  ],
  "constraint foreign key action": [
    "alter table app.members drop constraint members_user_id_fkey, add constraint members_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) on delete set default",
    "different constraint app.members.members_user_id_fkey: definition: FOREIGN KEY (user_id) REFERENCES app.users(id) expected, FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE SET DEFAULT found",
  ],
  "constraint unique columns": [
    "alter table app.users drop constraint users_email_key, add constraint users_email_key unique (email, name)",
    "different constraint app.users.users_email_key: columns: email expected, email, name found; definition: UNIQUE (email) expected, UNIQUE (email, name) found",
    "different index app.users_email_key: keys: email expected, email, name found; definition: CREATE UNIQUE INDEX users_email_key ON app.users USING btree (email) expected, CREATE UNIQUE INDEX users_email_key ON app.users USING btree (email, name) found",
  ],
  "constraint exclusion definition": [
    "alter table app.bookings drop constraint bookings_overlap, add constraint bookings_overlap exclude using gist (room with =, during with &&) where (price > 0)",
    "different constraint app.bookings.bookings_overlap: definition: EXCLUDE USING gist (room WITH =, during WITH &&) expected, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE ((price > (0)::numeric)) found",
    "different index app.bookings_overlap: definition: CREATE INDEX bookings_overlap ON app.bookings USING gist (room, during) expected, CREATE INDEX bookings_overlap ON app.bookings USING gist (room, during) WHERE (price > (0)::numeric) found; predicate: none expected, (price > (0)::numeric) found",
  ],
  "constraint of a parent extra": [
    "alter table app.measures add constraint strange check (value > 0)",
    "extra constraint app.measures.strange: CHECK ((value > (0)::double precision))",
  ],
  "constraint enforced": [
    "alter table app.members alter constraint members_team_id_fkey not enforced",
    "different constraint app.members.members_team_id_fkey: validated: yes expected, no found; definition: FOREIGN KEY (team_id) REFERENCES app.teams(id) expected, FOREIGN KEY (team_id) REFERENCES app.teams(id) NOT ENFORCED found; enforced: none expected, no found",
  ],
  "constraint not null, not valid": [
    "alter table app.notes add constraint body_known not null body not valid",
    "different column app.notes.body: nullable: yes expected, no found",
    "extra constraint app.notes.body_known: NOT NULL body NOT VALID",
  ],
};
