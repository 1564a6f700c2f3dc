import { type ShellCommand, shellCommands, withoutPrefix } from "./shell.ts";
import { calledScript, type Repository } from "./repository.ts";

/** A simple command that a step runs, also through package scripts, make targets and shell files. */
export interface Followed extends ShellCommand {
  /** The file and line of the command, unless it is in the step itself. */
  readonly file?: string | undefined;
  /** The command of the step that leads to it. */
  readonly from: string;
  /** The whole line of the step that leads to it. */
  readonly fromLine: string;
  /** The text of the script that it calls, if it calls one that can be read. */
  readonly calls?: string | undefined;
}

// Scripts can call each other in a circle.
const DEEPEST = 5;
const MOST = 2000;

/** The commands of a script with those of all scripts that they call. Pure but for `repository.read`. */
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
      const called = depth < DEEPEST ? calledScript(bare, current, repository) : undefined;
      const start = from ?? command;
      found.push({ ...command, at: command.at + line - 1, file, from: start.text, fromLine: start.line, calls: called?.text });
      const moved = /^cd\s+([\w./-]+)$/.exec(bare)?.[1];
      if (moved !== undefined) current = `${current}/${moved}`;
      if (called !== undefined) visit(called.text, called.folder, called.file, called.line, start, depth + 1);
    }
  };
  visit(script, folder, undefined, 1, undefined, 0);
  return found;
}
