import { path } from "./quote.ts";
import { codeOf, SQLSTATE } from "../postgres/sqlstate.ts";
import type { Session } from "../postgres/connect.ts";
import { identifier } from "../postgres/identifier.ts";
import type { MigrationRule } from "./spec/spec.ts";

/** What a migration tool's version table holds, or why that is not known. */
export type VersionReading =
  | { readonly state: "read"; readonly values: readonly string[] }
  | { readonly state: "unreadable"; readonly why: "no such table" | "no such column" | "no right to read it" };

/** The key of a rule's reading. */
export function versionTable(rule: Pick<MigrationRule, "schema" | "table">): string {
  return path(rule.schema, rule.table);
}

const REASONS: Readonly<Record<string, Extract<VersionReading, { readonly state: "unreadable" }>["why"]>> = {
  [SQLSTATE.undefinedTable]: "no such table",
  [SQLSTATE.undefinedSchema]: "no such table",
  "42703": "no such column",
  [SQLSTATE.insufficientPrivilege]: "no right to read it",
};

/** Reads the version tables that a spec asks about: one statement each. Throws the server's error. */
export async function readVersions(session: Session, rules: readonly MigrationRule[]): Promise<ReadonlyMap<string, VersionReading>> {
  const readings = new Map<string, VersionReading>();
  for (const rule of rules) readings.set(versionTable(rule), await readVersion(session, rule));
  return readings;
}

async function readVersion(session: Session, rule: MigrationRule): Promise<VersionReading> {
  try {
    const rows = await session.query<{ value: string | null }>(
      `select ${identifier(rule.column)}::text as value from ${identifier(rule.schema)}.${identifier(rule.table)} order by 1`,
    );
    return { state: "read", values: rows.map(({ value }) => value ?? "null") };
  } catch (thrown) {
    const why = REASONS[codeOf(thrown) ?? ""];
    if (why === undefined) throw thrown;
    return { state: "unreadable", why };
  }
}
