import type { MigrationRule } from "../spec/spec.ts";
import { headTables, versionTable } from "../state/versions.ts";
import { as, finding, type Check, type RepositoryMigrations, type Subject } from "./rule.ts";

/**
 * The rows of the version tables are those that the spec lists, or the heads of the repository, as a set. More
 * rows than heads are an error as well: it is what two migrations at once leave behind.
 */
export const versions: Check = (subject) => (subject.spec?.migrations ?? []).flatMap((rule) => inTable(rule, subject));

function inTable(rule: MigrationRule, { spec, state, repository }: Subject): ReturnType<Check> {
  const name = versionTable(rule);
  const object = { kind: "table", name } as const;
  const origin = { file: spec?.file ?? "", rule };
  const reading = state.versions.get(name);
  if (reading === undefined) return [];
  if (reading.state === "unreadable") return [finding("version-unreadable", object, { column: rule.column, why: reading.why }, origin)];
  if (rule.heads === true && repository === undefined) {
    const why = "the heads of the repository are not known";
    return [finding("version-unreadable", object, { column: rule.column, why }, origin)];
  }
  const heads = rule.heads === true ? repository?.heads : undefined;
  const wanted = heads ?? rule.equals ?? rule.contains ?? [];
  const lacking = wanted.filter((value) => !reading.values.includes(value));
  // A table of all migrations holds those before the heads as well.
  const may = heads !== undefined && repository?.holds === "all" ? (repository.known ?? reading.values) : wanted;
  const surplus = rule.contains === undefined ? repeatedOrUnknown(reading.values, may) : [];
  if (lacking.length === 0 && surplus.length === 0) return [];
  return [finding("version-different", object, { column: rule.column, lacking, surplus }, origin)];
}

function repeatedOrUnknown(values: readonly string[], wanted: readonly string[]): string[] {
  return values.filter((value, at) => !wanted.includes(value) || values.indexOf(value) !== at);
}

/**
 * Tables of heads that no spec asks about: they hold the heads of the repository where those are known, else one,
 * and no version that the repository lacks. Some projects keep several heads on purpose, so that several are a
 * warning as long as nobody knows better.
 */
export const heads: Check = ({ spec, catalog, state, repository }) =>
  headTables(catalog)
    .filter((table) => !(spec?.migrations ?? []).some((rule) => versionTable(rule) === versionTable(table)))
    .flatMap((table) => {
      const reading = state.versions.get(versionTable(table));
      if (reading?.state !== "read") return [];
      const object = { kind: "table", name: versionTable(table) } as const;
      const { column } = table;
      const { values } = reading;
      const several = finding("version-several", object, { column, values });
      const unknown = repository?.known === undefined ? [] : values.filter((value) => !repository.known?.includes(value));
      return [
        ...(values.length < 2 || isHeads(values, repository) ? [] : [repository === undefined ? several : as("error", several)]),
        ...(unknown.length > 0 ? [finding("version-unknown", object, { column, values: unknown })] : []),
      ];
    });

function isHeads(values: readonly string[], repository: RepositoryMigrations | undefined): boolean {
  return repository !== undefined && values.length === repository.heads.length && values.every((value) => repository.heads.includes(value));
}

/** The tool's own version table is at the heads of the repository, where the spec asks for that; and there is one head. */
export const repositoryHeads: Check = ({ spec, repository }) => {
  if (spec?.heads === undefined) return [];
  const origin = { file: spec.file, rule: spec.heads };
  if (repository?.ledger === undefined) {
    const why = "the heads of the repository are not known";
    return [finding("version-unreadable", { kind: "repository", name: "migrations" }, { column: "migrations", why }, origin)];
  }
  const { table, unreadable, ...facts } = repository.ledger;
  const object = { kind: "table", name: table } as const;
  if (unreadable !== undefined) return [finding("version-unreadable", object, { column: table, why: unreadable }, origin)];
  const { expected, actual, several, pending, unknown } = facts;
  const isThere = [several, pending, unknown].every(({ length }) => length === 0) && sorted(actual) === sorted(expected);
  return isThere ? [] : [finding("heads-different", object, facts, origin)];
};

function sorted(labels: readonly string[]): string {
  return labels.toSorted().join("\n");
}
