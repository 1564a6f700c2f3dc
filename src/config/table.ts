import { FIELDS, variablesOf } from "./fields.ts";
import type { Field } from "./fields.ts";

/** Every setting as a Markdown table, for the README: key, variables, default, meaning. */
export function configurationTable(): string {
  const rows = FIELDS.map((field: Field) => [
    `\`${field.path}\``,
    variablesOf(field)
      .map((name) => `\`${name}\``)
      .join(", "),
    field.default === undefined || field.default === "" ? (field.otherwise ?? "none") : `\`${field.default}\``,
    field.description,
  ]);
  return [["Key", "Environment", "Default", "Meaning"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}
