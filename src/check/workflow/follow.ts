import { type ShellCommand, shellCommands, withoutPrefix } from "./shell.ts";
import { calledScripts } from "./called-scripts.ts";
import type { Repository } from "./repository.ts";
import type { Step } from "./workflow.ts";

/** A simple command that a step runs, also through package scripts, make targets and shell files. */
export interface Followed extends ShellCommand {
  /** The file and line of the command, unless it is in the step itself. */
  readonly file?: string | undefined;
  /** The folder in which it runs. */
  readonly folder: string;
  /** The command of the step that leads to it. */
  readonly from: string;
  /** The whole line of the step that leads to it. */
  readonly fromLine: string;
  /** The text of the scripts that it calls, if it calls some that can be read. */
  readonly calls?: string | undefined;
}

// Scripts can call each other in a circle.
const DEEPEST = 5;
const MOST = 2000;

/** What each script of a repository leads to. Several rules ask for the same step, and workflows repeat their steps. */
const followed = new WeakMap<Repository, Map<string, readonly Followed[]>>();

/** The commands of a step with those of all scripts that they call. */
export function followStep({ run, folder }: Step, repository: Repository): readonly Followed[] {
  const known = followed.get(repository) ?? new Map<string, readonly Followed[]>();
  followed.set(repository, known);
  const key = `${folder}\n${run}`;
  const found = known.get(key) ?? follow(run, repository, folder.replace(/^\$\{\{\s*github\.workspace\s*\}\}\/?/, "./"));
  known.set(key, found);
  return found;
}

/** The commands of a script with those of all scripts that they call. Pure but for the repository. */
export function follow(script: string, repository: Repository, folder = "."): readonly Followed[] {
  const found: Followed[] = [];
  const visit = (
    text: string,
    where: string,
    file: string | undefined,
    line: number,
    from: ShellCommand | undefined,
    depth: number,
  ): void => {
    let current = where;
    for (const command of shellCommands(text)) {
      if (found.length >= MOST) return;
      const bare = withoutPrefix(command.text);
      const called = depth < DEEPEST ? calledScripts(bare, current, repository) : [];
      const start = from ?? command;
      const calls = called.length === 0 ? undefined : called.map((each) => each.text).join("\n");
      found.push({ ...command, at: command.at + line - 1, file, folder: current, from: start.text, fromLine: start.line, calls });
      const moved = /^(?:cd|pushd)\s+(?:--\s+)?["']?([\w./-]+)["']?$/.exec(bare)?.[1];
      if (moved !== undefined) current = `${current}/${moved}`;
      for (const each of called) visit(each.text, each.folder, each.file, each.line, start, depth + 1);
    }
  };
  visit(script, folder, undefined, 1, undefined, 0);
  return found;
}
