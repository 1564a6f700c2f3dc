import type { MigrationRule } from "../spec/spec.ts";
import { headTables, versionTable } from "../state/versions.ts";
import { finding, type Check, type Subject } from "./check.ts";

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
  const surplus = rule.contains === undefined ? repeatedOrUnknown(reading.values, wanted) : [];
  if (lacking.length === 0 && surplus.length === 0) return [];
  return [finding("version-different", object, { column: rule.column, lacking, surplus }, origin)];
}

function repeatedOrUnknown(values: readonly string[], wanted: readonly string[]): string[] {
  return values.filter((value, at) => !wanted.includes(value) || values.indexOf(value) !== at);
}

/** Tables of heads that no spec asks about: they hold one head, of a migration that the repository has. */
export const heads: Check = ({ spec, catalog, state, repository }) =>
  headTables(catalog)
    .filter((table) => !(spec?.migrations ?? []).some((rule) => versionTable(rule) === versionTable(table)))
    .flatMap((table) => {
      const reading = state.versions.get(versionTable(table));
      if (reading?.state !== "read") return [];
      const object = { kind: "table", name: versionTable(table) } as const;
      const { column } = table;
      const unknown = repository?.known === undefined ? [] : reading.values.filter((value) => !repository.known?.includes(value));
      return [
        ...(reading.values.length > 1 ? [finding("version-several", object, { column, values: reading.values })] : []),
        ...(unknown.length > 0 ? [finding("version-unknown", object, { column, values: unknown })] : []),
      ];
    });
