import { relative } from "node:path";
import { type DiagnosedProvider, type Diagnosis, doctor } from "../../commands/doctor.ts";
import { EXIT } from "../../errors.ts";
import { fold } from "../fold.ts";
import { columns } from "../tables.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const diagnosis = await doctor({ ...invocation.options, offline: flags["offline"] === true });
  invocation.print({ version: 1, ...diagnosis }, () =>
    doctorLines(diagnosis, { showsAll: flags["all"] === true, cwd: invocation.options.cwd ?? process.cwd() }).map((line) =>
      fold(line, invocation.columns),
    ),
  );
  if (diagnosis.chosen === undefined || diagnosis.failed) invocation.exitCode = EXIT.noProvider;
};

function doctorLines(found: Diagnosis, { showsAll, cwd }: { readonly showsAll: boolean; readonly cwd: string }): readonly string[] {
  return [
    ...columns([
      ["run", `${found.run.key} of ${found.run.repository}`],
      ["name", found.name],
      ["ci", found.ci],
      ["config", found.file ?? "no offshoot.yaml found"],
      ["node", found.node],
    ]),
    "",
    ...migrationLines(found.migrations, cwd),
    "",
    "Providers, in order:",
    ...found.providers.flatMap((provider, index) => {
      const isNext = index > found.providers.findIndex(({ name }) => name === found.chosen);
      return providerLines(provider, found.chosen, { isNext, isLast: index === found.providers.length - 1 });
    }),
    "",
    found.outlook,
    "",
    ...transportLines(found.transport),
    ...settingLines(found.settings, showsAll),
    ...found.warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** Characters of a value up to which the column of the values is aligned. A list of patterns would move every source out of sight. */
const WIDEST = 40;

/** The settings that differ from the defaults, or all. */
function settingLines(settings: Diagnosis["settings"], showsAll: boolean): readonly string[] {
  const shown = showsAll ? settings : settings.filter(({ source }) => source.from !== "default");
  const title = showsAll ? "Settings:" : "Settings that differ from the defaults (--all shows the others):";
  if (shown.length === 0) return ["Settings: all have their defaults (--all shows them)"];
  const sourceOf = ({ source: { from, where } }: (typeof settings)[number]): string =>
    ["", from].includes(where) ? from : `${from} (${where})`;
  return [
    title,
    ...columns(
      shown.map((setting) => [`  ${setting.key}`, setting.value, sourceOf(setting)]),
      WIDEST,
    ),
  ];
}

const MARKS = { ok: "ok", warning: "warning", failed: "FAILED" } as const;

function providerLines(
  { name, refusal, checks }: DiagnosedProvider,
  chosen: string | undefined,
  { isNext, isLast }: { readonly isNext: boolean; readonly isLast: boolean },
): readonly string[] {
  const fails = checks.some((check) => check.state === "failed");
  // After the last one there is nothing to skip to.
  const refused = isLast ? "cannot be used" : "is skipped";
  // Before the chosen one is a provider that could be used, if the run's database did not exist with another one.
  const usable = isNext ? "is next" : "is not used";
  const state = name === chosen ? `is chosen${fails ? ", but fails" : ""}` : refusal === undefined ? usable : refused;
  const shown = columns(checks.map((check) => [`    ${check.name}`, MARKS[check.state], check.text]));
  const remedies = checks.flatMap(({ state: found, remedy }) => (found === "ok" || remedy === undefined ? [] : [`      ${remedy}`]));
  const reason = refusal === undefined ? [] : [`    ${refusal.text}`, ...(refusal.remedy === undefined ? [] : [`      ${refusal.remedy}`])];
  return [`  ${name}  ${state}`, ...shown, ...new Set([...(checks.length === 0 ? reason : []), ...remedies])];
}

function transportLines(transport: Diagnosis["transport"]): readonly string[] {
  if (transport === undefined) return [];
  const { sslmode, verifies, fence } = transport;
  return [
    "Connections:",
    ...columns([
      ["  sslmode", sslmode ?? "not set"],
      ["  verified", verifies],
      ["  broker fence", fence],
    ]),
    "",
  ];
}

function migrationLines({ steps, ...only }: Diagnosis["migrations"], cwd: string): readonly string[] {
  if (steps === undefined) return ["Migrations:", ...stepLines(only, cwd)];
  return [
    "Migrations:",
    ...steps.flatMap((step) => [
      `  ${step.name}${step.seed === undefined ? "" : ` (seed: ${step.seed})`}`,
      ...stepLines(step, cwd).map((line) => `  ${line}`),
    ]),
  ];
}

function stepLines(
  { tool, evidence, command, directory, heads, problem }: Omit<Diagnosis["migrations"], "steps">,
  cwd: string,
): readonly string[] {
  const folder = relative(cwd, directory);
  if (problem !== undefined) return [`  ${problem}`];
  if (tool === undefined) return [`  ${command ?? "none: no command is set and no tool was detected"}`];
  return columns([
    ["  tool", `${tool} (${evidence})`],
    ["  command", command ?? ""],
    ...(folder === "" ? [] : [["  folder", folder]]),
    // Of some tools offshoot does not read the migrations.
    ...(heads?.length === 0 ? [] : [[heads?.length === 1 ? "  newest" : "  newest of each line", heads?.join(", ") ?? ""]]),
  ]);
}
