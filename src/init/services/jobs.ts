import { posixWord } from "../../shell-command.ts";
import type { PipelineCommands } from "../pipeline-commands.ts";

/** The shell lines of the three jobs of a pipeline. */
export interface Jobs {
  readonly test: readonly string[];
  readonly teardown: readonly string[];
  readonly sweep: readonly string[];
}

/** Debian's Python can install packages only in a virtual environment (PEP 668). */
const DEBIAN_PYTHON = ["apt-get update && apt-get install --yes python3-venv", "python3 -m venv .venv", "source .venv/bin/activate"];

/**
 * The lines of the jobs, for a service that runs all lines of a job in one shell. `image`: the jobs run in the `node`
 * image, where a virtual environment for Python must be installed. `agent`: the service or its agents have Python.
 */
export function jobsInOneShell(commands: PipelineCommands, where: "image" | "agent"): Jobs {
  const enter = commands.folder === "" ? [] : [`cd ${posixWord(commands.folder)}`];
  const python = commands.python && where === "image" ? DEBIAN_PYTHON : [];
  const start = [...enter, ...commands.install];
  return {
    test: [...start, ...python, ...commands.prepare, commands.run],
    teardown: [...start, commands.down],
    sweep: [...start, commands.sweep],
  };
}

/** The lines of the jobs, for a service that runs each entry in a new shell. An entry can be a script of several lines. */
export function jobsInOwnShells(commands: PipelineCommands, where: "image" | "agent"): Jobs {
  const { test, teardown, sweep } = jobsInOneShell({ ...commands, folder: "" }, where);
  const enter = commands.folder === "" ? "" : `cd ${posixWord(commands.folder)}`;
  const each = (lines: readonly string[]): readonly string[] => lines.map((line) => (enter === "" ? line : `${enter} && ${line}`));
  // A virtual environment is active only in the shell that activated it, so the lines that need it share one shell.
  const alone = commands.python && where === "image" ? commands.install.length : test.length;
  const together = test.slice(alone);
  const script = [enter, ...together].filter((line) => line !== "").join("\n");
  return {
    test: [...each(test.slice(0, alone)), ...(together.length === 0 ? [] : [script])],
    teardown: each(teardown),
    sweep: each(sweep),
  };
}
