import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { applyRules } from "../../../src/audit/apply-rules.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { writeSpec } from "../../../src/audit/spec-writer/write.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { quoted } from "../../../src/catalog/quote.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import type { Side } from "../../../src/repair/lookup.ts";
import { planRepair } from "../../../src/repair/plan.ts";
import { type Heading, renderRepair } from "../../../src/repair/script.ts";
import { hostileText } from "../hostile.ts";
import { samplesBelow } from "../samples.ts";
import { sessionWith } from "../session.ts";
import { target } from "../target.ts";

export interface RecordedRow {
  readonly kind: string;
  readonly id: string;
  readonly values: readonly (string | null)[];
}

/** What the query of the catalog returned for the schema of `test/fixtures/diverse.sql`. */
const recorded = JSON.parse(readFileSync(new URL("../catalog-rows.json", import.meta.url), "utf8")) as readonly RecordedRow[];
const server = recorded.find(({ kind }) => kind === "server");
const objects = recorded.filter(({ kind }) => kind !== "server");

export function catalogFrom(rows: readonly RecordedRow[]): Promise<Catalog> {
  return readCatalog(sessionWith(() => rows));
}

const SQL = [
  "integer",
  "app.",
  '"a""b"',
  "NULL::text",
  "CHECK ((a > 0))",
  "FOREIGN KEY (a) REFERENCES app.t(id)",
  "PRIMARY KEY (id)",
  "nextval('app.s'::regclass)",
  "btree (a)",
  "SELECT 1;",
  " NOT VALID",
  "public",
  "CREATE INDEX i ON app.t USING btree (a)",
  "pg_catalog",
  "numeric(10,2)",
];
const name = fc.oneof(hostileText, fc.constantFrom(...SQL, ...objects.slice(0, 40).map(({ id }) => id)));

const change = fc.record({
  at: fc.nat(),
  value: fc.nat(),
  kind: fc.constantFrom("text", "text", "part", "drop", "double", "rename"),
  text: name,
});
type Change = { readonly at: number; readonly value: number; readonly kind: string; readonly text: string };

/**
 * Other names and definitions, as a server can have them: an id always belongs to the names of its object, and what is JSON keeps
 * its form, which the query decides.
 */
function changed(rows: readonly RecordedRow[], { at, value, kind, text }: Change): readonly RecordedRow[] {
  const place = at % Math.max(1, rows.length);
  const row = rows[place];
  if (row === undefined) return rows;
  if (kind === "drop") return rows.toSpliced(place, 1);
  if (kind === "double") return rows.toSpliced(place, 0, row);
  const index = value % row.values.length;
  const old = row.values[index];
  if (old === undefined || old === null || WORDS.has(old)) return rows;
  if (kind === "rename") return index < 2 && /^[a-z_]+$/.test(old) && text !== "" ? rows.map((each) => renamed(each, old, text)) : rows;
  if (row.id.includes(old)) return rows;
  const fresh = isJson(old)
    ? JSON.stringify(withText(JSON.parse(old), text, value))
    : kind === "part"
      ? old.replace(/\w+/, () => text)
      : text;
  return rows.with(place, { ...row, values: row.values.with(index, fresh) });
}

/** The row with another name in place of `old`, in quotes where it is a part of SQL. */
function renamed({ kind, id, values }: RecordedRow, old: string, text: string): RecordedRow {
  const inSql = (sql: string): string => sql.replaceAll(new RegExp(`\\b${old}\\b`, "g"), () => quoted(text));
  return { kind, id: inSql(id), values: values.map((each) => (each === old ? text : each === null || isJson(each) ? each : inSql(each))) };
}

/** What the query itself writes for a kind or a state. */
const WORDS = new Set(
  samplesBelow("src/catalog", ".ts").flatMap((text) => [...text.matchAll(/'([^'\n]*)'/g)].map(([, word = ""]) => word)),
);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isFixed(text: string): boolean {
  return WORDS.has(text) || isJson(text);
}

/** One text inside a JSON value in place of another. */
function withText(value: unknown, text: string, seed: number): unknown {
  if (typeof value === "string") return isFixed(value) ? value : text;
  if (Array.isArray(value))
    return value.map((each: unknown, at) => (at === seed % value.length ? withText(each, text, Math.floor(seed / 2)) : each));
  return value;
}

const rows = fc
  .tuple(fc.array(fc.nat(objects.length - 1), { maxLength: 60 }), fc.array(change, { maxLength: 6 }))
  .map(([places, changes]) =>
    changes.reduce(
      changed,
      [...new Set(places)].toSorted((one, other) => one - other).flatMap((at) => objects[at] ?? []),
    ),
  )
  .map((list) => (server === undefined ? list : [server, ...list]));

export const catalogs = target({
  name: "catalogs",
  input: fc.tuple(rows, rows),
  async read(pair) {
    const now = new Date("2026-11-01T12:00:00Z");
    const [left, right] = await Promise.all([catalogFrom(pair[0]), catalogFrom(pair[1])]);
    const spec = parseSpec(writeSpec(left), "schema.audit.yaml");
    const findings = applyRules(right, spec, { now });
    const changes = compareCatalogs(left, right);
    const plan = planRepair(side(left), side(right), changes, { rows: { hasRows: () => true, hasNulls: () => true } });
    return [findings, renderRepair(plan, HEADING), changes];
  },
});

const HEADING: Heading = { expected: "one", actual: "other", copy: "a clone", copyHasRows: true };

function side(catalog: Catalog): Side {
  const routines = new Map(catalog.routines.map(({ id }) => [id, `CREATE FUNCTION ${id}`]));
  return {
    catalog,
    source: { dependencies: [], routines, names: new Map(), extensionBodies: new Map(), user: "owner", roles: new Set(["owner"]) },
  };
}
