import { type Diagnosis, doctor } from "../../commands/doctor.ts";
import { EXIT } from "../../errors.ts";
import { columns } from "../tables.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation) => {
  const diagnosis = await doctor(invocation.options);
  invocation.print({ version: 1, ...diagnosis }, () => doctorLines(diagnosis));
  if (diagnosis.chosen === undefined) invocation.exitCode = EXIT.noProvider;
};

function doctorLines(found: Diagnosis): readonly string[] {
  return [
    ...columns([
      ["run", `${found.run.key} of ${found.run.repository}`],
      ["name", found.name],
      ["ci", found.ci],
      ["config", found.file ?? "no offshoot.yaml found"],
      ["node", found.node],
    ]),
    "",
    ...migrationLines(found.migrations),
    "",
    "Providers, in order:",
    ...found.providers.flatMap(({ name, refusal }) =>
      refusal === undefined
        ? [`  ${name}${name === found.chosen ? "  is chosen" : "  available"}`]
        : [`  ${name}  ${refusal.text}`, ...(refusal.remedy === undefined ? [] : [`    ${refusal.remedy}`])],
    ),
    "",
    "Settings:",
    ...columns(
      found.settings.map(({ key, value, source }) => [
        `  ${key}`,
        value,
        ["", source.from].includes(source.where) ? source.from : `${source.from} (${source.where})`,
      ]),
    ),
    ...found.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function migrationLines({ tool, evidence, command, heads, problem }: Diagnosis["migrations"]): readonly string[] {
  if (problem !== undefined) return [`Migrations:`, `  ${problem}`];
  if (tool === undefined) return ["Migrations:", `  ${command ?? "none: no command is set and no tool was detected"}`];
  return [
    "Migrations:",
    ...columns([
      ["  tool", `${tool} (${evidence})`],
      ["  command", command ?? ""],
      [heads?.length === 1 ? "  newest" : "  newest of each line", heads?.join(", ") ?? ""],
    ]),
  ];
}
