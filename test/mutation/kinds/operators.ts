import { path } from "../../../src/catalog/quote.ts";
import { different, extra, type MutationKinds, missing, spreading } from "../mutation.ts";

export const OPERATOR_KINDS: MutationKinds = {
  "collation extra": (draw) => {
    const id = path("app", draw.newName());
    return extra(
      "collation",
      id,
      `create collation ${id} (${draw.one(["provider = icu, locale = 'sv-SE'", "provider = libc, locale = 'C'", "provider = icu, locale = 'und', deterministic = false"])})`,
    );
  },
  "collation missing": (draw) => {
    const { id } = draw.one(draw.catalog.collations);
    return missing("collation", id, `drop collation ${id}`);
  },
  "collation renamed": (draw) => {
    const { id } = draw.one(draw.catalog.collations);
    return spreading(missing("collation", id, `alter collation ${id} rename to ${draw.newName()}`));
  },
  "collation locale": () =>
    different(
      "collation",
      "app.german",
      "locale",
      "drop collation app.german; create collation app.german (provider = icu, locale = 'de-AT')",
    ),
  "collation deterministic": () =>
    different(
      "collation",
      "billing.french",
      "deterministic",
      "drop collation billing.french; create collation billing.french (provider = icu, locale = 'fr-FR')",
    ),
  "collation provider": () =>
    spreading(
      different(
        "collation",
        "app.german",
        "provider",
        "drop collation app.german; create collation app.german (provider = libc, locale = 'C')",
      ),
    ),
  "operator extra": (draw) =>
    extra(
      "operator",
      "billing.<<<(integer, integer)",
      `create operator billing.<<< (leftarg = integer, rightarg = integer, function = ${draw.one(["int4lt", "int4ne"])})`,
    ),
  "operator missing": () => missing("operator", "app.===(integer, integer)", "drop operator app.===(integer, integer)"),
  "operator function": () =>
    different(
      "operator",
      "app.===(integer, integer)",
      "function",
      "drop operator app.===(integer, integer); create operator app.=== (leftarg = integer, rightarg = integer, function = int4ne, commutator = operator(app.===))",
    ),
  "operator commutator": () =>
    different(
      "operator",
      "app.===(integer, integer)",
      "commutator",
      "drop operator app.===(integer, integer); create operator app.=== (leftarg = integer, rightarg = integer, function = int4eq)",
    ),
  "cast extra": (draw) =>
    extra("cast", "app.mood as integer", `create cast (app.mood as integer) with inout${draw.one(["", " as assignment"])}`),
  "cast missing": () => missing("cast", "app.address as text", "drop cast (app.address as text)"),
  "cast context": () =>
    different(
      "cast",
      "app.address as text",
      "context",
      "drop cast (app.address as text); create cast (app.address as text) with inout as assignment",
    ),
  "text search configuration extra": (draw) => {
    const id = path("app", draw.newName());
    return extra(
      "text search configuration",
      id,
      `create text search configuration ${id} (copy = pg_catalog.${draw.one(["english", "simple"])})`,
    );
  },
  "text search configuration missing": () =>
    missing("text search configuration", "app.simple_search", "drop text search configuration app.simple_search"),
  "text search configuration mappings": (draw) =>
    different(
      "text search configuration",
      "app.simple_search",
      "mappings",
      `alter text search configuration app.simple_search ${draw.one(["drop mapping for word", "alter mapping for asciiword with english_stem", "alter mapping for word with english_stem, simple", "drop mapping for email, url"])}`,
    ),
  "statistics extra": (draw) => {
    const id = path("app", draw.newName());
    return extra("statistics", id, `create statistics ${id} ${draw.one(["(mcv)", "(ndistinct)", ""])} on number, seen from app.notes`);
  },
  "statistics on an expression extra": (draw) => {
    const id = path("app", draw.newName());
    return extra("statistics", id, `create statistics ${id} on (lower(title)) from app.notes`);
  },
  "statistics missing": (draw) => {
    const { id } = draw.one(draw.catalog.statistics);
    return missing("statistics", id, `drop statistics ${id}`);
  },
  "statistics renamed": (draw) => {
    const { id } = draw.one(draw.catalog.statistics);
    return spreading(missing("statistics", id, `alter statistics ${id} rename to ${draw.newName()}`));
  },
  "statistics definition": () =>
    different(
      "statistics",
      "app.users_stats",
      "definition",
      "drop statistics app.users_stats; create statistics app.users_stats (ndistinct) on name, mood, age from app.users",
    ),
  "statistics target": (draw) => {
    const { id } = draw.one(draw.catalog.statistics);
    return different("statistics", id, "target", `alter statistics ${id} set statistics ${draw.random.between(10, 90)}`);
  },
};
