import { versionTable } from "../versions.ts";
import { finding, type Check } from "./check.ts";

/**
 * The rows of the version tables are those that the spec lists, as a set. More rows than heads are an error
 * as well: it is what two migrations at once leave behind.
 */
export const versions: Check = ({ spec, versions: readings }) =>
  (spec?.migrations ?? []).flatMap((rule) => {
    const name = versionTable(rule);
    const object = { kind: "table", name } as const;
    const origin = { file: spec?.file ?? "", rule };
    const reading = readings.get(name);
    if (reading === undefined) return [];
    if (reading.state === "unreadable") return [finding("version-unreadable", object, { column: rule.column, why: reading.why }, origin)];
    const wanted = rule.equals ?? rule.contains ?? [];
    const lacking = wanted.filter((value) => !reading.values.includes(value));
    const surplus = rule.equals === undefined ? [] : repeatedOrUnknown(reading.values, wanted);
    if (lacking.length === 0 && surplus.length === 0) return [];
    return [finding("version-different", object, { column: rule.column, lacking, surplus }, origin)];
  });

function repeatedOrUnknown(values: readonly string[], wanted: readonly string[]): string[] {
  return values.filter((value, at) => !wanted.includes(value) || values.indexOf(value) !== at);
}
