import { type Diagnosis, doctor as doctorWith } from "../../doctor.ts";
import { EXIT } from "../../errors.ts";
import { columns } from "../columns.ts";
import type { Invocation } from "../invocation.ts";

export async function doctor(invocation: Invocation): Promise<void> {
  const diagnosis = await doctorWith(invocation.options);
  invocation.print({ version: 1, ...diagnosis }, () => doctorLines(diagnosis));
  if (diagnosis.chosen === undefined) invocation.exitCode = EXIT.noProvider;
}

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
    "Providers, in order:",
    ...found.providers.flatMap(({ name, refusal }) =>
      refusal === undefined
        ? [`  ${name}${name === found.chosen ? "  would be chosen" : "  could serve"}`]
        : [`  ${name}  ${refusal.text}`, ...(refusal.remedy === undefined ? [] : [`    ${refusal.remedy}`])],
    ),
    "",
    "Settings:",
    ...columns(
      found.settings.map(({ key, value, source }) => [
        `  ${key}`,
        value,
        `${source.from}${source.where === "" ? "" : ` (${source.where})`}`,
      ]),
    ),
    ...found.warnings.map((warning) => `warning: ${warning}`),
  ];
}
