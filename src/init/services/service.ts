import type { PipelineCommands } from "../pipeline-commands.ts";

/** The text of a pipeline. `head` is only for a new file. `body` is also what the user adds to an existing file. */
export interface PipelineText {
  readonly head: string;
  readonly body: string;
}

/** A CI service for which `init` can write a pipeline. */
export interface CiService {
  /** The name of the service for users. */
  readonly title: string;
  /** Path of the pipeline file, relative to the root of the checkout. */
  readonly file: string;
  /** Other files or folders that show that the service is used, or that contain its pipelines. */
  readonly others: readonly string[];
  /** Hosts of git remotes for which this service is the default. */
  readonly host: RegExp | undefined;
  /** What the user must set in the service: the Neon API key, and a schedule for the sweep if the file cannot contain it. */
  readonly settings: readonly string[];
  /** Whether its jobs run on agents that the users equip themselves. Default false. */
  readonly hasOwnAgents?: boolean;
  readonly pipeline: (commands: PipelineCommands) => PipelineText;
}

/** Joins lines to the text of a file. */
export function linesOf(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Indents lines, except empty ones. */
export function indent(by: number, lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `${" ".repeat(by)}${line}`));
}
