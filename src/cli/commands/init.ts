import { EXIT, OffshootError } from "../../errors.ts";
import { init, type InitResult, type PlannedFile } from "../../commands/init.ts";
import { type CiServiceName, CI_SERVICES } from "../../init/services/registry.ts";
import { nearest } from "../../nearest.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const result = await init({ ...invocation.options, service: serviceOf(flags["service"]), dryRun: flags["dryRun"] === true });
  invocation.print({ version: 1, ...result }, () => initLines(result));
  if (result.files.some(({ state }) => state === "add")) invocation.exitCode = EXIT.refused;
};

const NAMES: readonly string[] = [...Object.keys(CI_SERVICES), "none"];

function serviceOf(name: string | undefined): CiServiceName | "none" | undefined {
  if (name === undefined || NAMES.includes(name)) return name as CiServiceName | "none" | undefined;
  const meant = nearest(name, NAMES);
  throw new OffshootError("USAGE", `--service ${name} is not known${meant === undefined ? "" : `; did you mean ${meant}?`}`, {
    remedy: `Use one of ${NAMES.join(", ")}.`,
  });
}

function initLines({ files, notes, next, applied }: InitResult): readonly string[] {
  return [
    ...files.flatMap((file) => fileLines(file, applied)),
    "",
    ...notes.map((note) => `note: ${note}`),
    ...(notes.length === 0 ? [] : [""]),
    "Next:",
    ...next.map((command) => `  ${command}`),
  ];
}

function fileLines({ path, state, text }: PlannedFile, applied: boolean): readonly string[] {
  const shown = text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`));
  switch (state) {
    case "new":
      return applied ? [`wrote  ${path}`] : [`would write  ${path}`, ...shown];
    case "same":
      return [`as it should be  ${path}`];
    case "kept":
      return [`kept  ${path}`];
    case "add":
      return [`kept  ${path}, which is yours. Add to it:`, ...shown];
  }
}
