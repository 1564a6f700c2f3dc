import type { Reported } from "../reported.ts";

export const OPERATOR: Reported = {
  "collation extra": ["create collation app.strange (provider = icu, locale = 'sv-SE')", "extra collation app.strange: icu sv-SE"],
  "collation missing": ["drop collation billing.french", "missing collation billing.french: icu fr-FR"],
  "collation renamed": [
    "alter collation billing.french rename to strange",
    "missing collation billing.french: icu fr-FR",
    "extra collation billing.strange: icu fr-FR",
  ],
  "collation locale": [
    "drop collation app.german; create collation app.german (provider = icu, locale = 'de-AT')",
    "different collation app.german: owner: the owner expected, postgres found; locale: de-DE expected, de-AT found",
  ],
  "collation deterministic": [
    "drop collation billing.french; create collation billing.french (provider = icu, locale = 'fr-FR')",
    "different collation billing.french: deterministic: no expected, yes found",
  ],
  "collation provider": [
    "drop collation app.german; create collation app.german (provider = libc, locale = 'C')",
    "different collation app.german: owner: the owner expected, postgres found; provider: icu expected, libc found; locale: de-DE expected, C found",
  ],
  "operator extra": [
    "create operator billing.<<< (leftarg = integer, rightarg = integer, function = int4lt)",
    "extra operator billing.<<<(integer, integer): int4lt(integer,integer)",
  ],
  "operator missing": ["drop operator app.===(integer, integer)", "missing operator app.===(integer, integer): int4eq(integer,integer)"],
  "operator function": [
    "drop operator app.===(integer, integer); create operator app.=== (leftarg = integer, rightarg = integer, function = int4ne, commutator = operator(app.===))",
    "different operator app.===(integer, integer): owner: the owner expected, postgres found; function: int4eq(integer,integer) expected, int4ne(integer,integer) found",
  ],
  "operator commutator": [
    "drop operator app.===(integer, integer); create operator app.=== (leftarg = integer, rightarg = integer, function = int4eq)",
    "different operator app.===(integer, integer): owner: the owner expected, postgres found; commutator: app.===(integer,integer) expected, none found",
  ],
  "cast extra": ["create cast (app.mood as integer) with inout", "extra cast app.mood as integer: explicit"],
  "cast missing": ["drop cast (app.address as text)", "missing cast app.address as text: explicit"],
  "cast context": [
    "drop cast (app.address as text); create cast (app.address as text) with inout as assignment",
    "different cast app.address as text: context: explicit expected, assignment found",
  ],
  "text search configuration extra": [
    "create text search configuration app.strange (copy = pg_catalog.simple)",
    "extra text search configuration app.strange: ",
  ],
  "text search configuration missing": [
    "drop text search configuration app.simple_search",
    "missing text search configuration app.simple_search: ",
  ],
  "text search configuration mappings": [
    "alter text search configuration app.simple_search drop mapping for email, url",
    `different text search configuration app.simple_search: mappings: [1,"simple"], [2,"simple"], [3,"simple"], [4,"simple"], [5,"simple"], [6,"simple"], [7,"simple"], [8,"simple"], [9,"simple"], [10,"simple"], [11,"simple"], [15,"simple"], [16,"simple"], [17,"simple"], [18,"simple"], [19,"simple"], [20,"simple"], [21,"simple"], [22,"simple"] expected, [1,"simple"], [2,"simple"], [3,"simple"], [6,"simple"], [7,"simple"], [8,"simple"], [9,"simple"], [10,"simple"], [11,"simple"], [15,"simple"], [16,"simple"], [17,"simple"], [18,"simple"], [19,"simple"], [20,"simple"], [21,"simple"], [22,"simple"] found`,
  ],
  "statistics extra": [
    "create statistics app.strange  on number, seen from app.notes",
    "extra statistics app.strange: CREATE STATISTICS app.strange ON number, seen FROM app.notes",
  ],
  "statistics on an expression extra": [
    "create statistics app.strange on (lower(title)) from app.notes",
    "extra statistics app.strange: CREATE STATISTICS app.strange ON lower(title) FROM app.notes",
  ],
  "statistics missing": [
    "drop statistics app.users_stats",
    "missing statistics app.users_stats: CREATE STATISTICS app.users_stats (dependencies) ON mood, name FROM app.users",
  ],
  "statistics renamed": [
    "alter statistics billing.invoice_stats rename to strange",
    "missing statistics billing.invoice_stats: CREATE STATISTICS billing.invoice_stats (ndistinct, dependencies) ON paid, user_id FROM billing.invoices",
    "extra statistics billing.strange: CREATE STATISTICS billing.strange (ndistinct, dependencies) ON paid, user_id FROM billing.invoices",
  ],
  "statistics definition": [
    "drop statistics app.users_stats; create statistics app.users_stats (ndistinct) on name, mood, age from app.users",
    "different statistics app.users_stats: owner: the owner expected, postgres found; definition: CREATE STATISTICS app.users_stats (dependencies) ON mood, name FROM app.users expected, CREATE STATISTICS app.users_stats (ndistinct) ON age, mood, name FROM app.users found",
  ],
  "statistics target": [
    "alter statistics app.users_stats set statistics 16",
    "different statistics app.users_stats: target: none expected, 16 found",
  ],
};
