import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Argument, Routine } from "../../../../src/catalog/routines.ts";
import { applyRules } from "../../../../src/audit/apply-rules.ts";
import { path } from "../../../../src/catalog/quote.ts";
import { parseSpec } from "../../../../src/audit/spec/parse.ts";
import { writeSpec } from "../../../../src/audit/spec-writer/write.ts";
import { catalogOf, constraint, index, routine, table } from "../../../support/catalog.ts";

// A hundred catalogs are written, read and compared, which takes several seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const NOW = new Date("2026-06-15T12:00:00Z");

const name = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
  fc.constantFrom(
    "Select",
    "user",
    "null",
    "true",
    "1",
    "0035",
    "a b",
    'q"uote',
    "it's",
    "a: b",
    "- c",
    "#d",
    "{e}",
    "ü",
    "constructor",
    "columns",
    "in",
  ),
);
const TYPES = [
  "bigint",
  "integer",
  "text",
  "character varying(20)",
  "numeric(10,2)",
  "timestamp with time zone",
  "timestamp(3) without time zone",
  "text[]",
  "double precision",
  'app."Odd, Type"',
  "app.mood",
  "public.citext",
  "bit(1)",
  "character(1)",
  '"char"',
  "interval",
];
const type = fc.constantFrom(...TYPES);
const expression = fc.constantFrom("0", "'x'::text", "now()", "NULL::text", "'a = b, c'::text", "ARRAY[1, 2]", "true", "null");
const nameMap = <T>(value: fc.Arbitrary<T>, maxLength = 4) =>
  fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength });

const column = fc.record(
  {
    type,
    nullable: fc.boolean(),
    default: expression,
    identity: fc.constantFrom("always" as const, "by default" as const),
    collation: fc.constant('pg_catalog."C"'),
  },
  { requiredKeys: ["type", "nullable"] },
);

const argument: fc.Arbitrary<Argument> = fc.record(
  {
    name,
    type: type.map((text) => text.replace(/\(.*\)/, "")),
    mode: fc.constantFrom("in" as const, "inout" as const, "out" as const),
    default: expression,
    category: fc.constant("N"),
  },
  { requiredKeys: ["type", "mode", "category"] },
);

const overload: fc.Arbitrary<Partial<Routine>> = fc.record(
  {
    arguments: fc.array(argument, { maxLength: 4 }),
    volatility: fc.constantFrom("immutable" as const, "stable" as const, "volatile" as const),
    security: fc.constantFrom("invoker" as const, "definer" as const),
    strict: fc.boolean(),
    settings: fc.constant(["search_path=app, pg_temp"]),
  },
  { requiredKeys: ["arguments"] },
);

const signature = ({ arguments: list = [] }: Partial<Routine>): string =>
  `(${list
    .filter(({ mode }) => mode !== "out")
    .map((one) => one.type)
    .join(", ")})`;

const catalog = fc
  .record({
    tables: nameMap(nameMap(column)),
    enums: nameMap(fc.uniqueArray(name)),
    routines: nameMap(fc.uniqueArray(overload, { selector: signature, maxLength: 3 })),
    indexes: fc.boolean(),
  })
  .map(({ tables, enums, routines, indexes }) =>
    catalogOf({
      tables: tables.map(([key, columns]) => ({ ...table("app.x", Object.fromEntries(columns)), id: path("app", key), name: key })),
      enums: enums.map(([key, labels]) => ({ id: path("app", key), schema: "app", name: key, owner: "owner", labels })),
      indexes: indexes ? tables.map(([key]) => ({ ...index("app.i", key), name: `${key} index` })) : [],
      constraints: tables.map(([key]) => ({ ...constraint("app.t.c", "CHECK ((a > 0))"), table: key })),
      routines: routines.flatMap(([key, overloads]) =>
        overloads.map((said) => ({
          ...routine("app.f"),
          ...said,
          id: `${path("app", key)}${signature(said)}`,
          signature: signature(said),
          name: key,
        })),
      ),
    }),
  );

test("a database fulfils the spec that was written from it", () => {
  fc.assert(
    fc.property(catalog, (contents) => {
      const findings = applyRules(contents, parseSpec(writeSpec(contents), "s.yaml"), { now: NOW });
      expect(findings.filter(({ at }) => at !== undefined)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test("a database without one of its columns does not fulfil the spec", () => {
  fc.assert(
    fc.property(catalog, fc.nat(), (contents, pick) => {
      const columns = contents.tables.flatMap((one, at) => one.columns.map((_, place) => [at, place] as const));
      fc.pre(columns.length > 0);
      const [lostTable, lostColumn] = columns[pick % columns.length] ?? [];
      const tables = contents.tables.map((one, at) =>
        at === lostTable ? { ...one, columns: one.columns.filter((_, place) => place !== lostColumn) } : one,
      );
      const findings = applyRules({ ...contents, tables }, parseSpec(writeSpec(contents), "s.yaml"), { now: NOW });
      expect(findings.filter(({ code }) => code === "missing")).toHaveLength(1);
    }),
  );
});

test("the file has one column per line, and only the type for a column with default properties", () => {
  const spec = writeSpec(
    catalogOf({
      tables: [table("app.users", { id: { type: "bigint", nullable: false, identity: "always" }, email: "text" })],
      constraints: [constraint("app.users.users_pkey", "PRIMARY KEY (id)")],
      enums: [{ id: "app.mood", schema: "app", name: "mood", owner: "owner", labels: ["sad", "happy"] }],
      routines: [routine("app.total", "p_user bigint", "p_note text = NULL::text")],
      grants: [{ id: "routine app.total(bigint, text)", name: "app.total(bigint, text)", on: "routine", rights: ["public=EXECUTE"] }],
    }),
  );
  expect(spec.replace(/^#.*\n/gm, "")).toBe(`
version: 1
postgres: 18
schemas:
  app:
    mode: exactly
    enums:
      mood: [ sad, happy ]
    tables:
      users:
        columns:
          id: { type: bigint, nullable: false, identity: always }
          email: text
        constraints:
          users_pkey: PRIMARY KEY (id)
    functions:
      total:
        - args: (p_user bigint, p_note text default NULL::text)
          returns: integer
          language: sql
          body: "${"0".repeat(64)}"
`);
});
