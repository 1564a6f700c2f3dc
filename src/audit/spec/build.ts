import { isDay } from "../../day.ts";
import type { IgnoreValue, MigrationValue, SchemaValue, SpecFile } from "./file-schema.ts";
import type { EventTriggerValue, ExtensionValue, PublicationValue } from "./object-schemas.ts";
import type { LocatedProblem } from "../../schema-problems.ts";
import { readSchema } from "./schema.ts";
import { toText, readSection, type Path, type Reader } from "./section.ts";
import type { Entry, EventTriggerEntry, ExtensionEntry, IgnoreEntry, MigrationEntry, PublicationEntry, SchemaEntry, Spec } from "./spec.ts";

/** Makes a spec from the content of the file: replaces short forms, adds lines, and finds contradictions. */
export function buildSpec(
  content: SpecFile,
  file: string,
  lineOf: Reader["lineOf"],
): { readonly spec: Spec; readonly problems: readonly LocatedProblem[] } {
  const problems: LocatedProblem[] = [];
  const problemAt: Reader["problemAt"] = (line, text) => void problems.push({ line, text });
  const reader: Reader = { lineOf, problemAt, problem: (path, text) => problemAt(lineOf(path), text) };
  const spec: Spec = {
    file,
    postgres: postgresMajor(content.postgres, reader),
    extensions: readSection<ExtensionValue, ExtensionEntry>(content.extensions, ["extensions"], reader, readExtension),
    publications: readSection<PublicationValue, PublicationEntry>(content.publications, ["publications"], reader, (value) => value),
    eventTriggers: readSection<EventTriggerValue, EventTriggerEntry>(content.eventTriggers, ["eventTriggers"], reader, (value) => value),
    schemas:
      readSection<SchemaValue, SchemaEntry>(content.schemas ?? {}, ["schemas"], reader, (schema, path, name) =>
        readSchema(schema, path, name, reader),
      ) ?? new Map(),
    heads: readHeads(content.migrations, reader),
    migrations: versionTables(content.migrations).map(([table, value]) => readMigration(table, value, reader)),
    ignore: (content.ignore ?? []).map((value, at) => readIgnore(value, ["ignore", at], reader)),
  };
  return { spec, problems };
}

function postgresMajor(value: SpecFile["postgres"], { problem }: Reader): number | undefined {
  if (value === undefined) return undefined;
  const major = Number(value);
  if (!Number.isInteger(major) || major < 14) {
    problem(["postgres"], `postgres must be a major version, 14 or higher, not ${JSON.stringify(value)}`);
  }
  return major;
}

function readExtension(value: ExtensionValue): Omit<ExtensionEntry, "line" | "nameOnly"> {
  if (typeof value !== "object") return { version: toText(value) };
  return { ...value, version: value.version === undefined ? undefined : toText(value.version) };
}

/** `migrations: heads`, or the key `heads` with a reason or a severity. */
function readHeads(migrations: SpecFile["migrations"], { lineOf }: Reader): Entry | undefined {
  const value = migrations === "heads" ? true : migrations?.heads;
  if (value === undefined) return undefined;
  const line = lineOf(migrations === "heads" ? ["migrations"] : ["migrations", "heads"]);
  return { ...(value === true ? {} : value), line, nameOnly: false };
}

/** The keys except `heads` are names of tables. TypeScript has no type for such a mapping. */
function versionTables(migrations: SpecFile["migrations"]): readonly (readonly [string, MigrationValue])[] {
  if (migrations === undefined || migrations === "heads") return [];
  return Object.entries(migrations).flatMap(([name, value]) => (name === "heads" ? [] : [[name, value as MigrationValue] as const]));
}

function readMigration(name: string, value: MigrationValue, { lineOf, problem }: Reader): MigrationEntry {
  const path = ["migrations", name];
  const demands = (["equals", "contains", "heads"] as const).filter((key) => value[key] !== undefined);
  if (demands.length === 0) problem(path, `"${name}" lists no versions: add "equals", "contains" or "heads"`);
  if (demands.length > 1) problem(path, `"${name}" cannot have ${demands.map((key) => `"${key}"`).join(" and ")}: keep one of them`);
  const dot = name.indexOf(".");
  return {
    ...value,
    schema: dot < 0 ? "public" : name.slice(0, dot),
    table: name.slice(dot + 1),
    equals: value.equals?.map(toText),
    contains: value.contains?.map(toText),
    line: lineOf(path),
    nameOnly: false,
  };
}

function readIgnore(value: IgnoreValue, path: Path, { lineOf, problem }: Reader): IgnoreEntry {
  const { until } = value;
  if (until !== undefined && !isDay(until)) {
    problem([...path, "until"], `"until" must be a day such as 2026-12-31, not ${JSON.stringify(until)}`);
  }
  return { ...value, line: lineOf(path) };
}
