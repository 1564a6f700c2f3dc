import { found } from "../finding.ts";
import type { Explained } from "../measure/measure.ts";
import type { Judged } from "./judged.ts";

/** The findings about tables whose rows are missing in the copy: an error for those that the migrations used, else a warning. Pure. */
export function judgeMissingRows(names: readonly string[], { tables }: Pick<Explained, "tables">): readonly Judged[] {
  return names.map((name) => {
    const used = tables.find(({ change: { table } }) => table.name === name);
    const options = used === undefined ? { severity: "warning" as const } : {};
    return {
      finding: found(
        "rows-missing",
        { kind: "table", name: used?.change.table.shown ?? name },
        { used: used === undefined ? "no" : "yes" },
        options,
      ),
    };
  });
}
