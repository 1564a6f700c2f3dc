import { EXIT } from "../../errors.ts";
import { init, type InitResult, type PlannedFile } from "../../commands/init.ts";
import { initHooks } from "../../commands/init-hooks.ts";
import { type CiServiceName, CI_SERVICES } from "../../init/services/registry.ts";
import { choiceFlag } from "../flags.ts";
import { shellCommand } from "../../shell-command.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const name = flags["service"] as string | undefined;
  const service = name === undefined ? undefined : choiceFlag("--service", name, SERVICES);
  const options = { ...invocation.options, dryRun: flags["dryRun"] === true };
  const result = flags["hooks"] === true ? await initHooks(options) : await init({ ...options, service });
  invocation.print({ version: 1, ...result }, () => initLines(result));
  if (result.files.some(({ state }) => state === "add" || state === "missing")) invocation.exitCode = EXIT.refused;
};

const SERVICES = [...(Object.keys(CI_SERVICES) as CiServiceName[]), "none"] as const;

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
      return [`unchanged  ${path}`];
    case "kept":
      return [`kept  ${path}`];
    case "missing":
      return [
        `not written  ${path}. This file does not exist. Create it with this text, and then: ${shellCommand(["chmod", "+x", path])}`,
        ...shown,
      ];
    case "add":
      return [`kept  ${path}. This file exists already. Add to it:`, ...shown];
  }
}
