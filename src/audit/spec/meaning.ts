import { asText, entries, type Place, type Reading } from "./entries.ts";
import { schemaBody } from "./schema.ts";
import type { Written } from "./shape.ts";
import type * as Rules from "./spec.ts";

/** Something that contradicts itself, though it is well formed. */
export interface Contradiction {
  readonly line: number;
  readonly text: string;
}

/** Makes the spec of what is written: shorthands spelled out, lines attached; and finds what contradicts itself. */
export function meaningOf(
  written: Written,
  file: string,
  lineOf: Reading["lineOf"],
): { readonly spec: Rules.Spec; readonly problems: readonly Contradiction[] } {
  const problems: Contradiction[] = [];
  const problemAt: Reading["problemAt"] = (line, text) => void problems.push({ line, text });
  const reading: Reading = { lineOf, problemAt, problem: (place, text) => problemAt(lineOf(place), text) };
  const spec: Rules.Spec = {
    file,
    postgres: postgresMajor(written.postgres, reading),
    extensions: entries<string | number | boolean | ExtensionObject, Rules.ExtensionRule>(
      written.extensions,
      ["extensions"],
      reading,
      (entry) =>
        typeof entry === "object"
          ? { ...entry, version: entry.version === undefined ? undefined : asText(entry.version) }
          : { version: asText(entry) },
    ),
    publications: entries<NonNullable<WrittenNamed<"publications">>, Rules.PublicationRule>(
      written.publications,
      ["publications"],
      reading,
      (entry) => entry,
    ),
    eventTriggers: entries<NonNullable<WrittenNamed<"eventTriggers">>, Rules.EventTriggerRule>(
      written.eventTriggers,
      ["eventTriggers"],
      reading,
      (entry) => entry,
    ),
    schemas:
      entries<WrittenSchema, Rules.SchemaRule>(written.schemas ?? {}, ["schemas"], reading, (schema, at, name) =>
        schemaBody(schema, at, name, reading),
      ) ?? new Map(),
    heads: headsOf(written.migrations, reading),
    migrations: versionTables(written.migrations).map(([table, rule]) => migration(table, rule, reading)),
    ignore: (written.ignore ?? []).map((rule, at) => ignored(rule, ["ignore", at], reading)),
  };
  return { spec, problems };
}

type WrittenSchema = NonNullable<Exclude<NonNullable<Written["schemas"]>, readonly string[]>[string]>;
type ExtensionObject = Extract<Exclude<NonNullable<Written["extensions"]>, readonly string[]>[string], object>;

function postgresMajor(value: Written["postgres"], { problem }: Reading): number | undefined {
  if (value === undefined) return undefined;
  const major = Number(value);
  if (!Number.isInteger(major) || major < 14)
    problem(["postgres"], `postgres must be a major version from 14 on, not ${JSON.stringify(value)}`);
  return major;
}

type WrittenNamed<K extends "publications" | "eventTriggers"> = Exclude<NonNullable<Written[K]>, readonly string[]>[string];
type WrittenMigrations = Exclude<Written["migrations"], "heads" | undefined>;
/** The keys beside `heads` are names of tables, which TypeScript has no type for. */
type WrittenMigration = Extract<WrittenMigrations[string], { readonly column: string }>;

/** `migrations: heads`, or the key `heads` with a reason or a severity. */
function headsOf(written: Written["migrations"], { lineOf }: Reading): Rules.Rule | undefined {
  const rule = written === "heads" ? true : written?.heads;
  if (rule === undefined) return undefined;
  const line = lineOf(written === "heads" ? ["migrations"] : ["migrations", "heads"]);
  return { ...(rule === true ? {} : rule), line, bare: false };
}

function versionTables(written: Written["migrations"]): readonly (readonly [string, WrittenMigration])[] {
  if (written === undefined || written === "heads") return [];
  return Object.entries(written).flatMap(([name, rule]) => (name === "heads" ? [] : [[name, rule as WrittenMigration] as const]));
}

function migration(name: string, rule: WrittenMigration, { lineOf, problem }: Reading): Rules.MigrationRule {
  const at = ["migrations", name];
  const demands = (["equals", "contains", "heads"] as const).filter((key) => rule[key] !== undefined);
  if (demands.length === 0) problem(at, `"${name}" needs "equals", "contains" or "heads"`);
  if (demands.length > 1) problem(at, `"${name}" can't have both ${demands.map((key) => `"${key}"`).join(" and ")}`);
  const dot = name.indexOf(".");
  return {
    ...rule,
    schema: dot < 0 ? "public" : name.slice(0, dot),
    table: name.slice(dot + 1),
    equals: rule.equals?.map(asText),
    contains: rule.contains?.map(asText),
    line: lineOf(at),
    bare: false,
  };
}

type WrittenIgnore = NonNullable<Written["ignore"]>[number];

function ignored(rule: WrittenIgnore, at: Place, { lineOf, problem }: Reading): Rules.IgnoreRule {
  const { until } = rule;
  if (until !== undefined && !(/^\d{4}-\d\d-\d\d$/.test(until) && new Date(`${until}T00:00:00Z`).toJSON()?.startsWith(until))) {
    problem([...at, "until"], `"until" must be a day such as 2026-12-31, not ${JSON.stringify(until)}`);
  }
  return { ...rule, line: lineOf(at) };
}
