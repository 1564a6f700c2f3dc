import type { MigrationEntry } from "../../spec/spec.ts";
import { headTables, versionTable } from "../../state/versions.ts";
import { type AuditFinding, finding, withSeverity } from "../../finding.ts";
import type { AuditInput, AuditRule, RepositoryMigrations } from "../rule.ts";

/**
 * Compares the rows of the version tables with the versions of the spec, or with the repository's heads, as sets. Extra rows
 * are an error too: two migrations at the same time leave them behind.
 */
export const migrationVersions: AuditRule = (input) => (input.spec?.migrations ?? []).flatMap((entry) => inTable(entry, input));

function inTable(entry: MigrationEntry, { spec, state, repository }: AuditInput): readonly AuditFinding[] {
  const name = versionTable(entry);
  const object = { kind: "table", name } as const;
  const origin = { file: spec?.file ?? "", entry };
  const reading = state.versions.get(name);
  if (reading === undefined) return [];
  if (reading.state === "unreadable") return [finding("version-unreadable", object, { column: entry.column, why: reading.why }, origin)];
  if (entry.heads === true && repository === undefined) {
    const why = "the heads of the repository are not known";
    return [finding("version-unreadable", object, { column: entry.column, why }, origin)];
  }
  const heads = entry.heads === true ? repository?.heads : undefined;
  const expected = heads ?? entry.equals ?? entry.contains ?? [];
  const lacking = expected.filter((value) => !reading.values.includes(value));
  // A table of all migrations also holds the migrations before the heads.
  const allowed = heads !== undefined && repository?.holds === "all" ? (repository.known ?? reading.values) : expected;
  const surplus = entry.contains === undefined ? repeatedOrUnknown(reading.values, allowed) : [];
  if (lacking.length === 0 && surplus.length === 0) return [];
  return [finding("version-different", object, { column: entry.column, lacking, surplus }, origin)];
}

function repeatedOrUnknown(values: readonly string[], allowed: readonly string[]): string[] {
  return values.filter((value, at) => !allowed.includes(value) || values.indexOf(value) !== at);
}

/**
 * Checks tables of heads that the spec does not list. They must hold the heads of the repository where those are known, else
 * one head, and no version that is not in the repository. Several heads are a warning where the repository's heads are not
 * known, since some projects keep several on purpose.
 */
export const versionHeads: AuditRule = ({ spec, catalog, state, repository }) =>
  headTables(catalog)
    .filter((table) => !(spec?.migrations ?? []).some((entry) => versionTable(entry) === versionTable(table)))
    .flatMap((table) => {
      const reading = state.versions.get(versionTable(table));
      if (reading?.state !== "read") return [];
      const object = { kind: "table", name: versionTable(table) } as const;
      const { column } = table;
      const { values } = reading;
      const several = finding("version-several", object, { column, values });
      const unknown = repository?.known === undefined ? [] : values.filter((value) => !repository.known?.includes(value));
      return [
        ...(values.length < 2 || isHeads(values, repository) ? [] : [repository === undefined ? several : withSeverity("error", several)]),
        ...(unknown.length > 0 ? [finding("version-unknown", object, { column, values: unknown })] : []),
      ];
    });

function isHeads(values: readonly string[], repository: RepositoryMigrations | undefined): boolean {
  return repository !== undefined && values.length === repository.heads.length && values.every((value) => repository.heads.includes(value));
}

/** For a spec with `migrations: heads`: the tool's version table must be at the repository's heads, and there must be one head. */
export const repositoryHeads: AuditRule = ({ spec, repository }) => {
  if (spec?.heads === undefined) return [];
  const origin = { file: spec.file, entry: spec.heads };
  if (repository?.recorded === undefined) {
    const why = "the heads of the repository are not known";
    return [finding("version-unreadable", { kind: "repository", name: "migrations" }, { column: "migrations", why }, origin)];
  }
  const { table, unreadable, ...facts } = repository.recorded;
  const object = { kind: "table", name: table } as const;
  if (unreadable !== undefined) return [finding("version-unreadable", object, { column: table, why: unreadable }, origin)];
  const { expected, actual, several, pending, unknown } = facts;
  const isCurrent = [several, pending, unknown].every(({ length }) => length === 0) && sorted(actual) === sorted(expected);
  return isCurrent ? [] : [finding("heads-different", object, facts, origin)];
};

function sorted(labels: readonly string[]): string {
  return labels.toSorted().join("\n");
}
