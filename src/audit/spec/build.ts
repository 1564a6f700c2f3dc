import { toText, readSection, type Path, type Reader } from "./section.ts";
import { readSchema } from "./schema.ts";
import type { SpecFile } from "./file-schema.ts";
import type * as Rules from "./spec.ts";

/** Something that contradicts itself, though it is well formed. */
export interface LocatedProblem {
  readonly line: number;
  readonly text: string;
}

/** Makes the spec of what is written: shorthands spelled out, lines attached; and finds what contradicts itself. */
export function buildSpec(
  written: SpecFile,
  file: string,
  lineOf: Reader["lineOf"],
): { readonly spec: Rules.Spec; readonly problems: readonly LocatedProblem[] } {
  const problems: LocatedProblem[] = [];
  const problemAt: Reader["problemAt"] = (line, text) => void problems.push({ line, text });
  const reading: Reader = { lineOf, problemAt, problem: (place, text) => problemAt(lineOf(place), text) };
  const spec: Rules.Spec = {
    file,
    postgres: postgresMajor(written.postgres, reading),
    extensions: readSection<string | number | boolean | ExtensionObject, Rules.ExtensionEntry>(
      written.extensions,
      ["extensions"],
      reading,
      (entry) =>
        typeof entry === "object"
          ? { ...entry, version: entry.version === undefined ? undefined : toText(entry.version) }
          : { version: toText(entry) },
    ),
    publications: readSection<NonNullable<WrittenNamed<"publications">>, Rules.PublicationEntry>(
      written.publications,
      ["publications"],
      reading,
      (entry) => entry,
    ),
    eventTriggers: readSection<NonNullable<WrittenNamed<"eventTriggers">>, Rules.EventTriggerEntry>(
      written.eventTriggers,
      ["eventTriggers"],
      reading,
      (entry) => entry,
    ),
    schemas:
      readSection<WrittenSchema, Rules.SchemaEntry>(written.schemas ?? {}, ["schemas"], reading, (schema, at, name) =>
        readSchema(schema, at, name, reading),
      ) ?? new Map(),
    heads: headsOf(written.migrations, reading),
    migrations: versionTables(written.migrations).map(([table, rule]) => migration(table, rule, reading)),
    ignore: (written.ignore ?? []).map((rule, at) => ignored(rule, ["ignore", at], reading)),
  };
  return { spec, problems };
}

type WrittenSchema = NonNullable<Exclude<NonNullable<SpecFile["schemas"]>, readonly string[]>[string]>;
type ExtensionObject = Extract<Exclude<NonNullable<SpecFile["extensions"]>, readonly string[]>[string], object>;

function postgresMajor(value: SpecFile["postgres"], { problem }: Reader): number | undefined {
  if (value === undefined) return undefined;
  const major = Number(value);
  if (!Number.isInteger(major) || major < 14)
    problem(["postgres"], `postgres must be a major version from 14 on, not ${JSON.stringify(value)}`);
  return major;
}

type WrittenNamed<K extends "publications" | "eventTriggers"> = Exclude<NonNullable<SpecFile[K]>, readonly string[]>[string];
type WrittenMigrations = Exclude<SpecFile["migrations"], "heads" | undefined>;
/** The keys beside `heads` are names of tables, which TypeScript has no type for. */
type WrittenMigration = Extract<WrittenMigrations[string], { readonly column: string }>;

/** `migrations: heads`, or the key `heads` with a reason or a severity. */
function headsOf(written: SpecFile["migrations"], { lineOf }: Reader): Rules.Entry | undefined {
  const rule = written === "heads" ? true : written?.heads;
  if (rule === undefined) return undefined;
  const line = lineOf(written === "heads" ? ["migrations"] : ["migrations", "heads"]);
  return { ...(rule === true ? {} : rule), line, nameOnly: false };
}

function versionTables(written: SpecFile["migrations"]): readonly (readonly [string, WrittenMigration])[] {
  if (written === undefined || written === "heads") return [];
  return Object.entries(written).flatMap(([name, rule]) => (name === "heads" ? [] : [[name, rule as WrittenMigration] as const]));
}

function migration(name: string, rule: WrittenMigration, { lineOf, problem }: Reader): Rules.MigrationEntry {
  const at = ["migrations", name];
  const demands = (["equals", "contains", "heads"] as const).filter((key) => rule[key] !== undefined);
  if (demands.length === 0) problem(at, `"${name}" needs "equals", "contains" or "heads"`);
  if (demands.length > 1) problem(at, `"${name}" can't have both ${demands.map((key) => `"${key}"`).join(" and ")}`);
  const dot = name.indexOf(".");
  return {
    ...rule,
    schema: dot < 0 ? "public" : name.slice(0, dot),
    table: name.slice(dot + 1),
    equals: rule.equals?.map(toText),
    contains: rule.contains?.map(toText),
    line: lineOf(at),
    nameOnly: false,
  };
}

type WrittenIgnore = NonNullable<SpecFile["ignore"]>[number];

function ignored(rule: WrittenIgnore, at: Path, { lineOf, problem }: Reader): Rules.IgnoreEntry {
  const { until } = rule;
  if (until !== undefined && !(/^\d{4}-\d\d-\d\d$/.test(until) && new Date(`${until}T00:00:00Z`).toJSON()?.startsWith(until))) {
    problem([...at, "until"], `"until" must be a day such as 2026-12-31, not ${JSON.stringify(until)}`);
  }
  return { ...rule, line: lineOf(at) };
}
