import { posixWord } from "../../shell-command.ts";
import type { PipelineCommands } from "../pipeline-commands.ts";

/** The shell lines of the three jobs of a pipeline. */
export interface Jobs {
  readonly test: readonly string[];
  readonly teardown: readonly string[];
  readonly sweep: readonly string[];
}

/**
 * Where the lines run. `image`: in the job's image, which lacks packages of Debian. `agent`: on an agent that has the programs.
 * `prepared`: like an agent, after a step of the service that installed Python.
 */
type Place = "image" | "agent" | "prepared";

/** Debian's Python can install packages only in a virtual environment (PEP 668). */
const VIRTUAL_ENVIRONMENT = ["python3 -m venv .venv", ". .venv/bin/activate"];

/** The lines of the jobs, for a service that runs all lines of a job in one shell. */
export function jobsInOneShell(commands: PipelineCommands, where: Place): Jobs {
  const enter = commands.folder === "" ? [] : [`cd ${posixWord(commands.folder)}`];
  const packages = where === "image" && commands.packages.length > 0 ? [aptLine(commands.packages)] : [];
  const python = commands.python && where !== "prepared" ? VIRTUAL_ENVIRONMENT : [];
  return {
    // The packages come first, since Node can be one of them.
    test: [...enter, ...packages, ...commands.install, ...python, ...commands.prepare, commands.run],
    teardown: [...enter, ...commands.install, commands.down],
    sweep: [...enter, ...commands.install, commands.sweep],
  };
}

function aptLine(packages: readonly string[]): string {
  return `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(" ")}`;
}

/** The lines of the jobs, for a service that runs each entry in a new shell. An entry can be a script of several lines. */
export function jobsInOwnShells(commands: PipelineCommands, where: Place): Jobs {
  const { test, teardown, sweep } = jobsInOneShell({ ...commands, folder: "" }, where);
  const enter = commands.folder === "" ? "" : `cd ${posixWord(commands.folder)}`;
  const each = (lines: readonly string[]): readonly string[] => lines.map((line) => (enter === "" ? line : `${enter} && ${line}`));
  // A virtual environment is active only in the shell that activated it, so the lines that need it share one shell.
  const first = test.findIndex((line) => VIRTUAL_ENVIRONMENT.includes(line));
  const alone = first === -1 ? test.length : first;
  const together = test.slice(alone);
  const script = [enter, ...together].filter((line) => line !== "").join("\n");
  return {
    test: [...each(test.slice(0, alone)), ...(together.length === 0 ? [] : [script])],
    teardown: each(teardown),
    sweep: each(sweep),
  };
}
