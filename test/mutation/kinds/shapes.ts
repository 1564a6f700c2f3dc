import { different, extra, type MutationKinds, missing, spreading } from "../mutation.ts";

/** Changes that a repair must order by dependencies, or make under a search path of their own: `diverse-shapes.sql`. */
export const SHAPE_KINDS: MutationKinds = {
  "default whose function uses an unqualified name missing": () =>
    different("column", "shapes.places.name", "default", "alter table shapes.places alter column name drop default"),
  "column whose default uses an unqualified name missing": () =>
    spreading(missing("column", "shapes.places.name", "alter table shapes.places drop column name")),
  "generated column whose function uses an unqualified name missing": () =>
    spreading(missing("column", "shapes.places.slug", "alter table shapes.places drop column slug")),
  "generated column with another function": () =>
    spreading(
      different(
        "column",
        "shapes.places.slug",
        "generated",
        "alter table shapes.places drop column slug; alter table shapes.places add column slug text generated always as (upper(kind)) stored",
      ),
    ),
  "check whose function uses an unqualified name missing": () =>
    missing("constraint", "shapes.places.places_kind", "alter table shapes.places drop constraint places_kind"),
  "domain over a function missing": () => spreading(missing("domain", "shapes.word", "drop domain shapes.word cascade")),
  "domain of a domain missing": () => spreading(missing("domain", "shapes.short_word", "drop domain shapes.short_word cascade")),
  "check of a domain over a function missing": () =>
    spreading(missing("constraint", "shapes.word.word_fits", "alter domain shapes.word drop constraint word_fits")),
  "function under all others missing": () => spreading(missing("function", "shapes.fits(text)", "drop function shapes.fits(text) cascade")),
  "operator class missing": () =>
    spreading(missing("operator class", "shapes.backwards using btree", "drop operator class shapes.backwards using btree cascade")),
  "operator class extra": () =>
    spreading(
      extra(
        "operator family",
        "shapes.again using btree",
        "create operator class shapes.again for type integer using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer)",
      ),
    ),
  "operator class of an index": () =>
    spreading(
      different(
        "index",
        "shapes.places_rank",
        "definition",
        "drop index shapes.places_rank; create index places_rank on shapes.places (rank)",
      ),
    ),
  "view that a function returns missing": () => spreading(missing("view", "shapes.open_places", "drop view shapes.open_places cascade")),
  "function that returns a view missing": () =>
    spreading(missing("function", "shapes.open_list()", "drop function shapes.open_list() cascade")),
  "view that a function returns with other columns": () =>
    spreading(
      different(
        "view",
        "shapes.open_places",
        "columns",
        "drop view shapes.open_places cascade; create view shapes.open_places as select id, kind from shapes.places",
      ),
    ),
  "view over a function with a view's row type missing": () => spreading(missing("view", "shapes.ranked", "drop view shapes.ranked")),
  "column under a view that a function returns": () =>
    spreading(
      different(
        "column",
        "shapes.places.rank",
        "type",
        "drop view shapes.open_places cascade; drop index shapes.places_rank; alter table shapes.places alter column rank type bigint",
      ),
    ),
  "function body that the server parses": () =>
    different(
      "function",
      "shapes.counted(integer)",
      "body",
      "create or replace function shapes.counted(a integer) returns bigint language sql stable begin atomic select count(*) from shapes.places; end",
    ),
  "check of a parent that is not inherited": () =>
    different(
      "constraint",
      "shapes.parent.parent_a",
      "definition",
      "alter table shapes.parent drop constraint parent_a; alter table shapes.parent add constraint parent_a check (a > 0)",
    ),
  "check of a parent that its child has too": () =>
    spreading(
      different(
        "constraint",
        "shapes.parent.parent_a",
        "definition",
        "alter table shapes.parent drop constraint parent_a; alter table shapes.child add constraint parent_a check (a > 0); alter table shapes.parent add constraint parent_a check (a > 0)",
      ),
    ),
  "column default of a parent": () =>
    spreading(different("column", "shapes.parent.b", "default", "alter table only shapes.parent alter column b set default 'y'")),
  "identity over a leftover sequence": () =>
    spreading(
      different(
        "column",
        "shapes.places.id",
        "identity",
        "alter table shapes.places alter column id drop identity; create sequence shapes.places_id_seq start 7",
      ),
    ),
  "identity that became a serial": () =>
    spreading(
      different(
        "column",
        "shapes.places.id",
        "identity",
        "alter table shapes.places alter column id drop identity; create sequence shapes.places_id_seq; alter sequence shapes.places_id_seq owner to diverse_owner; alter sequence shapes.places_id_seq owned by shapes.places.id; alter table shapes.places alter column id set default nextval('shapes.places_id_seq')",
      ),
    ),
  "foreign column type": () => different("column", "shapes.far.id", "type", "alter foreign table shapes.far alter column id type bigint"),
  "foreign column nullable": () =>
    spreading(different("column", "shapes.far.id", "nullable", "alter foreign table shapes.far alter column id drop not null")),
  "foreign column default": () =>
    different("column", "shapes.far.note", "default", "alter foreign table shapes.far alter column note set default 'some'"),
  "foreign column missing": () => missing("column", "shapes.far.note", "alter foreign table shapes.far drop column note"),
  "default of a fixed time": () =>
    different("column", "shapes.places.opened_at", "default", "alter table shapes.places alter column opened_at set default now()"),
  "condition of a view without its time": () =>
    spreading(
      different(
        "view",
        "shapes.open_places",
        "definition",
        "create or replace view shapes.open_places as select id, kind, rank from shapes.places where opened_at < now()",
      ),
    ),
  "default privilege taken from the owner": () =>
    spreading(
      extra(
        "default privilege",
        "the owner in every schema for tables",
        "alter default privileges for role diverse_owner revoke insert on tables from diverse_owner",
      ),
    ),
  "default privilege of a schema missing": () =>
    missing(
      "default privilege",
      "the owner in shapes for tables",
      "alter default privileges for role diverse_owner in schema shapes revoke select on tables from public",
    ),
  "18 constraint not null of a parent, no inherit": () =>
    spreading(extra("constraint", "shapes.parent.known", "alter table shapes.parent add constraint known not null a no inherit")),
  "18 constraint not null of a child, not valid": () =>
    spreading(extra("constraint", "shapes.child.known", "alter table shapes.child add constraint known not null c not valid")),
};
