import { expect, test } from "vitest";
import { applyRules } from "../../../../src/audit/apply-rules.ts";
import { parseSpec } from "../../../../src/audit/spec/parse.ts";
import { changesFromSpec, swapSides } from "../../../../src/commands/drift/spec-changes.ts";
import type { Change } from "../../../../src/drift/change.ts";
import { catalogOf, routine, table } from "../../../support/catalog.ts";

const SPEC = `version: 1
migrations:
  public.alembic_version: { column: version_num, equals: ["7"] }
schemas:
  app:
    tables:
      users:
        columns:
          id: { type: bigint, nullable: false, default: 0 }
          email: text
      dropped: { absent: true }
    functions:
      total: [(p_user bigint) returns numeric]
`;

const catalog = catalogOf({
  tables: [
    table("app.users", { id: "integer", name: "text" }),
    table("app.dropped", { id: "bigint" }),
    table("app.more", { id: "bigint" }),
  ],
  routines: [routine("app.total", "p_user integer")],
});

const changes = changesFromSpec(applyRules(catalog, parseSpec(SPEC, "schema.audit.yaml"), { now: new Date("2026-06-15T12:00:00Z") }));
const brief = (list: readonly Change[]) => list.map(({ change, kind, object }) => `${change} ${kind} ${object}`);

test("the requirements of a spec become changes by object, and objects that it does not mention are not changes", () => {
  expect(brief(changes)).toEqual([
    "extra table app.dropped",
    "missing function app.total(bigint)",
    "extra function app.total(integer)",
    "missing column app.users.email",
    "different column app.users.id",
  ]);
});

test("all properties of an object that differ are in one change", () => {
  expect(changes.find(({ object }) => object === "app.users.id")?.differences).toEqual([
    { property: "type", expected: "bigint", actual: "integer" },
    { property: "nullable", expected: "no", actual: "yes" },
    { property: "default", expected: "0", actual: "none" },
  ]);
});

test("a spec on the actual side gives the same changes with the sides swapped", () => {
  const seen = swapSides(changes);
  expect(brief(seen)).toEqual([
    "missing table app.dropped",
    "extra function app.total(bigint)",
    "missing function app.total(integer)",
    "extra column app.users.email",
    "different column app.users.id",
  ]);
  expect(seen.at(-1)?.detail).toBe(
    "type: integer expected, bigint found; nullable: yes expected, no found; default: none expected, 0 found",
  );
  expect(swapSides(seen)).toEqual(changes);
});
