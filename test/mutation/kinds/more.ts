import { different, extra, type MutationKinds, spreading } from "../mutation.ts";
import { SECOND_ROLE } from "./tables.ts";

/** Properties that `pg_dump` writes and the other files have no kind for. */
export const MORE_KINDS: MutationKinds = {
  "index statistics of an expression": (draw) =>
    different(
      "index",
      "app.users_name_lower",
      "statistics",
      `alter index app.users_name_lower alter column 1 set statistics ${draw.random.between(1, 900)}`,
    ),
  "index operator class and collation": () =>
    spreading(
      different(
        "index",
        "app.notes_seen",
        "definition",
        'drop index app.notes_seen; create index notes_seen on app.notes (title collate "POSIX" text_pattern_ops desc nulls last)',
      ),
    ),
  "collation owner": () => different("collation", "app.german", "owner", `alter collation app.german owner to ${SECOND_ROLE}`),
  "operator owner": () =>
    different("operator", "app.===(integer, integer)", "owner", `alter operator app.===(integer, integer) owner to ${SECOND_ROLE}`),
  "operator class owner": () =>
    different(
      "operator class",
      "shapes.backwards using btree",
      "owner",
      `alter operator class shapes.backwards using btree owner to ${SECOND_ROLE}`,
    ),
  "operator family owner": () =>
    different(
      "operator family",
      "shapes.backwards using btree",
      "owner",
      `alter operator family shapes.backwards using btree owner to ${SECOND_ROLE}`,
    ),
  "text search configuration owner": () =>
    different(
      "text search configuration",
      "app.simple_search",
      "owner",
      `alter text search configuration app.simple_search owner to ${SECOND_ROLE}`,
    ),
  "statistics owner": () => different("statistics", "app.users_stats", "owner", `alter statistics app.users_stats owner to ${SECOND_ROLE}`),
  "materialized view column storage": () =>
    spreading(
      different(
        "materialized view",
        "billing.totals",
        "columns",
        "alter materialized view billing.totals alter column total set storage external",
      ),
    ),
  "operator restrict": () =>
    different("operator", "app.===(integer, integer)", "restrict", "alter operator app.===(integer, integer) set (restrict = eqsel)"),
  "operator join": () =>
    different("operator", "app.===(integer, integer)", "join", "alter operator app.===(integer, integer) set (join = eqjoinsel)"),
  "operator family member extra": () =>
    different(
      "operator family",
      "shapes.backwards using btree",
      "members",
      "alter operator family shapes.backwards using btree add operator 1 > (integer, bigint), function 1 btint48cmp(integer, bigint)",
    ),
  "operator family extra": () => extra("operator family", "shapes.fam using hash", "create operator family shapes.fam using hash"),
  "composite attribute collation": () =>
    spreading(
      different(
        "composite",
        "billing.tax",
        "attributes",
        'alter table app.notes drop column tax; alter type billing.tax alter attribute name type text collate "POSIX"',
      ),
    ),
  "enum label extra, used in an array": () =>
    different("enum", "shapes.weather", "labels", "alter type shapes.weather add value 'snow' before 'sun'"),
  "domain of a domain with another base": () =>
    spreading(
      different(
        "domain",
        "shapes.short_word",
        "type",
        "alter table shapes.places drop column name; drop domain shapes.short_word; create domain shapes.short_word as varchar(50) constraint short_enough check (length(value) < 40)",
      ),
    ),
  "column default of a partition": () =>
    different("column", "app.events_2025.body", "default", "alter table app.events_2025 alter column body set default '{}'"),
  "column not null of a partition": () =>
    different("column", "app.events_2025.body", "nullable", "alter table app.events_2025 alter column body set not null"),
  "column storage of a partition": () =>
    different("column", "app.events_2025.body", "storage", "alter table app.events_2025 alter column body set storage external"),
  "constraint of a partition extra": (draw) => {
    const name = draw.newName();
    return extra("constraint", `app.events_2025.${name}`, `alter table app.events_2025 add constraint ${name} check (id > 0)`);
  },
  "table options of a partition": () =>
    different("table", "app.events_2025", "options", "alter table app.events_2025 set (fillfactor = 33)"),
  "table options of its toast table": () =>
    different("table", "app.users", "options", "alter table app.users set (toast.autovacuum_enabled = false)"),
  "17 identity of a partitioned table": () =>
    spreading(
      different("column", "shapes.tickets.id", "identity", "alter table shapes.tickets alter column id add generated always as identity"),
    ),
  "policy of a partitioned table extra": (draw) => {
    const name = draw.newName();
    return extra("policy", `app.events.${name}`, `create policy ${name} on app.events for select using (id > 0)`);
  },
  "view check option": () => different("view", "shapes.by_place", "options", "alter view shapes.by_place set (check_option = cascaded)"),
  "materialized view options of vacuum": () =>
    different("materialized view", "billing.totals", "options", "alter materialized view billing.totals set (autovacuum_enabled = false)"),
  "constraint foreign key match": () =>
    spreading(
      different(
        "constraint",
        "app.notes.notes_author_fkey",
        "definition",
        "alter table app.notes drop constraint notes_author_fkey; alter table app.notes add constraint notes_author_fkey foreign key (author) references app.users (id) match full on delete set null",
      ),
    ),
  "15 constraint foreign key that sets some columns": () =>
    spreading(
      extra(
        "constraint",
        "app.teams.some_columns",
        "alter table app.teams add constraint some_columns foreign key (parent, owner_id) references app.members (team_id, user_id) on delete set null (parent) not valid",
      ),
    ),
  "15 constraint unique nulls not distinct": () =>
    spreading(
      extra("constraint", "app.notes.one_body", "alter table app.notes add constraint one_body unique nulls not distinct (title, number)"),
    ),
  "constraint exclusion with a condition": () =>
    spreading(
      extra(
        "constraint",
        "app.notes.no_place_twice",
        "alter table app.notes add constraint no_place_twice exclude using gist (position with ~=) where (number > 0)",
      ),
    ),
  "18 constraint check not enforced": () =>
    extra("constraint", "app.notes.wish", "alter table app.notes add constraint wish check (number > 0) not enforced"),
  "trigger with transition tables extra": (draw) => {
    const name = draw.newName();
    return extra(
      "trigger",
      `app.users.${name}`,
      `create trigger ${name} after update on app.users referencing old table as before_it new table as after_it for each statement execute function app.title_written()`,
    );
  },
  "function window extra": () =>
    extra("window function", "app.rank_of()", "create function app.rank_of() returns bigint language internal window as 'window_rank'"),
  "function default from a sequence extra": () =>
    extra(
      "function",
      "app.next_of(bigint)",
      "create function app.next_of(a bigint default nextval('app.ticket_number')) returns bigint language sql as 'select a'",
    ),
  "aggregate with moving parts extra": () =>
    extra(
      "aggregate",
      "app.moving(integer)",
      "create aggregate app.moving(integer) (sfunc = int4pl, stype = integer, msfunc = int4pl, minvfunc = int4mi, mstype = integer)",
    ),
  "grant on a column of a view": () =>
    extra("grant", "column app.note_titles.id", "grant select (id) on app.note_titles to diverse_reader"),
  "grant on a domain": () => different("grant", "type billing.amount", "rights", "grant usage on domain billing.amount to diverse_reader"),
  "grant on a procedure": () =>
    different("grant", "routine app.archive(integer)", "rights", "grant execute on procedure app.archive(integer) to diverse_reader"),
  "default privilege for schemas": () =>
    extra(
      "default privilege",
      "the owner in every schema for schemas",
      "alter default privileges for role diverse_owner grant usage on schemas to diverse_reader",
    ),
  "default privilege for types taken from public": () =>
    extra(
      "default privilege",
      "the owner in every schema for types",
      "alter default privileges for role diverse_owner revoke usage on types from public",
    ),
  "default privilege of another role": () =>
    extra(
      "default privilege",
      "diverse_reader in app for tables",
      "alter default privileges for role diverse_reader in schema app grant select on tables to diverse_owner",
    ),
  "comment on an operator": () =>
    extra("comment", "operator app.===(integer,integer)", "comment on operator app.===(integer, integer) is 'equal'"),
  "comment on a cast": () =>
    extra("comment", "cast (app.address AS pg_catalog.text)", "comment on cast (app.address as text) is 'as text'"),
  "comment on a text search configuration": () =>
    extra(
      "comment",
      "text search configuration app.simple_search",
      "comment on text search configuration app.simple_search is 'plain words'",
    ),
  "comment on an operator class": () =>
    extra(
      "comment",
      "operator class shapes.backwards USING btree",
      "comment on operator class shapes.backwards using btree is 'the highest first'",
    ),
  "comment on an operator family": () =>
    extra(
      "comment",
      "operator family shapes.backwards USING btree",
      "comment on operator family shapes.backwards using btree is 'the highest first'",
    ),
  "comment on a column of a view": () =>
    extra("comment", "view column app.note_titles.id", "comment on column app.note_titles.id is 'of the note'"),
  "comment on a column of a materialized view": () =>
    extra("comment", "materialized view column billing.totals.total", "comment on column billing.totals.total is 'in cents'"),
  "comment on an attribute": () =>
    extra("comment", "composite type column app.address.zip", "comment on column app.address.zip is 'of the town'"),
  "comment on a column of a foreign table": () =>
    extra("comment", "foreign table column app.remote.note", "comment on column app.remote.note is 'from there'"),
};
