import { describe, expect, test } from "vitest";
import type { Catalog } from "../../../../src/catalog/catalog.ts";
import { updateSpec } from "../../../../src/audit/spec-updater/update.ts";
import { writeSpec } from "../../../../src/audit/spec-writer/write.ts";
import { catalogOf, constraint, index, routine, table } from "../../../support/catalog.ts";

const NOW = { now: new Date("2026-06-15T12:00:00Z") };

const before = catalogOf({
  tables: [
    table("app.audit_log", { at: "timestamp with time zone" }),
    table("app.users", { id: { type: "bigint", nullable: false }, email: "text", name: { type: "text", default: "'x'::text" } }),
  ],
  constraints: [constraint("app.users.users_pkey", "PRIMARY KEY (id)", { type: "primary key", columns: ["id"] })],
  indexes: [index("app.users_email", "users", { keys: ["email"] })],
  enums: [{ id: "app.mood", schema: "app", name: "mood", owner: "owner", labels: ["sad", "ok"] }],
  routines: [routine("app.total", "p_user bigint"), routine("app.total", "p_user bigint", "p_note text")],
  grants: ["total(bigint)", "total(bigint, text)"].map((name) => ({
    id: `routine app.${name}`,
    name,
    on: "routine" as const,
    rights: ["public=EXECUTE"],
  })),
});

/** A spec that a person edited, with comments, quotes, reasons, exceptions, patterns and another style. */
const HAND = `# Ours; ask the data team.
version: 1

migrations: { alembic_version: { column: version_num, equals: [0035] } }   # the newest

schemas:
    app:   # everything of the shop
        mode: exactly
        enums: { mood: [sad, ok] }
        tables:
            "audit_*": { columns: { at: timestamptz }, required: true, reason: "The law asks for it." }
            users:
                mode: at least
                columns:
                    id: { type: int8, nullable: false, severity: warning }
                    'email': text   # lower-cased
                    name: { type: text, default: "'x'" }
                # built by hand
                indexes:
                    users_email: { columns: [email] }
            tmp: { absent: true, reason: no longer used }
        functions:
            total:
                # the old one
                - (p_user bigint) returns integer
                - args: (p_user bigint, p_note text)
                  volatility: volatile

ignore:
    - { object: "app.users.extra*", reason: the plugin adds them, until: 2099-12-31 }
`;

const updated = (text: string, catalog: Catalog): string => updateSpec(text, "s.yaml", catalog, NOW).text;

/** The lines that differ, with their signs. */
function diff(one: string, other: string): string[] {
  const [a, b] = [one.split("\n"), other.split("\n")];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `-${line.trim()}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+${line.trim()}`),
  ];
}

describe("for an unchanged database, an update", () => {
  test.each([
    ["written by --write", writeSpec(before)],
    ["edited by a person", HAND],
    ["with only names", "version: 1\nschemas: { app: { tables: [users] } }\n"],
    ["with Windows line breaks", HAND.replaceAll("\n", "\r\n")],
  ])("changes no byte of a spec %s", (_, text) => {
    expect(updateSpec(text, "s.yaml", before, NOW)).toEqual({ text, left: [], unlisted: [] });
  });
});

const users = (columns: Parameters<typeof table>[1]): Catalog => ({
  ...before,
  tables: before.tables.map((one) => (one.name === "users" ? table("app.users", columns) : one)),
});

describe("in a spec that a person edited, an update changes only", () => {
  test("a type in an entry with a severity, in the style of the entry", () => {
    const after = users({ id: { type: "uuid", nullable: false }, email: "text", name: { type: "text", default: "'x'::text" } });
    expect(diff(HAND, updated(HAND, after))).toEqual([
      "-id: { type: int8, nullable: false, severity: warning }",
      "+id: { type: uuid, nullable: false, severity: warning }",
    ]);
  });

  test("a type in the short form, and keeps its comment", () => {
    const after = users({ id: { type: "bigint", nullable: false }, email: "citext", name: { type: "text", default: "'x'::text" } });
    expect(diff(HAND, updated(HAND, after))).toEqual(["-'email': text   # lower-cased", "+'email': citext # lower-cased"]);
  });

  test('a dropped column, and adds no new column under "at least"', () => {
    const after = users({ id: { type: "bigint", nullable: false }, email: "text", fresh: "text" });
    expect(diff(HAND, updated(HAND, after))).toEqual([`-name: { type: text, default: "'x'" }`]);
  });

  test('a property that now has its default value, and writes the value under "at least"', () => {
    const after = users({ id: "bigint", email: "text", name: "text" });
    expect(diff(HAND, updated(HAND, after))).toEqual([
      "-id: { type: int8, nullable: false, severity: warning }",
      `-name: { type: text, default: "'x'" }`,
      "+id: { type: int8, nullable: true, severity: warning }",
      "+name: { type: text, default: null }",
    ]);
  });

  test("the parts of an index that the entry lists", () => {
    const after = { ...before, indexes: [index("app.users_email", "users", { keys: ["email", "name"] })] };
    expect(diff(HAND, updated(HAND, after))).toEqual(["-users_email: { columns: [email] }", "+users_email: { columns: [ email, name ] }"]);
  });

  test('the labels of an enum, and adds new tables and functions under "exactly"', () => {
    const after = {
      ...before,
      tables: [...before.tables, table("app.teams", { id: { type: "bigint", nullable: false } })],
      enums: [{ id: "app.mood", schema: "app", name: "mood", owner: "owner", labels: ["sad", "ok", "happy"] }],
      routines: [...before.routines, routine("app.touch")],
      grants: [...before.grants, { id: "routine app.touch()", name: "touch()", on: "routine" as const, rights: ["public=EXECUTE"] }],
    };
    const text = updated(HAND, after);
    expect(diff(HAND, text)).toEqual([
      "-enums: { mood: [sad, ok] }",
      "+enums: { mood: [ sad, ok, happy ] }",
      "+teams:",
      "+id: { type: bigint, nullable: false }",
      "+touch:",
      "+- args: ()",
      "+returns: integer",
      "+language: sql",
      `+body: "${"0".repeat(64)}"`,
    ]);
    expect(updateSpec(text, "s.yaml", after, NOW)).toEqual({ text, left: [], unlisted: [] });
  });

  test("the overloads of a function: a dropped one, a new one, and one with another argument name", () => {
    const after = { ...before, routines: [routine("app.total", "p_id bigint"), routine("app.total", "p_user uuid")], grants: [] };
    expect(diff(HAND, updated(HAND, after))).toEqual([
      "-- (p_user bigint) returns integer",
      "-- args: (p_user bigint, p_note text)",
      "-volatility: volatile",
      "+- (p_id bigint) returns integer",
      "+- args: (p_user uuid)",
      "+returns: integer",
      "+language: sql",
      `+body: "${"0".repeat(64)}"`,
      "+grants: {}",
    ]);
  });

  test("the list of versions, and keeps the text of the other versions", () => {
    const versions = new Map([["public.alembic_version", { state: "read" as const, values: ["0035", "0036"] }]]);
    expect(diff(HAND, updateSpec(HAND, "s.yaml", before, { ...NOW, state: { versions } }).text)).toEqual([
      "-migrations: { alembic_version: { column: version_num, equals: [0035] } }   # the newest",
      '+migrations: { alembic_version: { column: version_num, equals: [ "0035", "0036" ] } } # the newest',
    ]);
  });
});

test("an update keeps absent entries and patterns, and reports their findings as left", () => {
  const after = {
    ...before,
    tables: [table("app.audit_log", { at: "date" }), ...before.tables.slice(1), table("app.tmp", { id: "bigint" })],
  };
  const { text, left } = updateSpec(HAND, "s.yaml", after, NOW);
  expect(text).toBe(HAND);
  expect(left.map(({ code, object }) => [code, object.name])).toEqual([
    ["different", "app.audit_log.at"],
    ["forbidden", "app.tmp"],
  ]);
});

test("an update reports schemas that are not in the spec, and does not add them", () => {
  const after = { ...before, schemas: [...before.schemas, { id: "billing", name: "billing", owner: "owner" }] };
  expect(updateSpec(HAND, "s.yaml", after, NOW)).toEqual({ text: HAND, left: [], unlisted: ["billing"] });
});
