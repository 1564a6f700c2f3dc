import { posix } from "node:path";
import type { Followed } from "./follow.ts";
import type { Repository } from "./repository.ts";
import { assignmentsOf, logicalLines, withoutPrefix } from "./shell.ts";
import type { Texts } from "./workflow.ts";

/** Copies an example of an env file to the name that tools read. */
const COPY = /^(?:cp|mv|ln\s+-s)\s+(?:-\S+\s+)*(\S*\.?env\S*)\s+\S*\.env\S*$/;

/** The variables of the files that steps copied to `.env`, such as `.env.ci`. */
export function copiedVariables(before: readonly Followed[], { read }: Repository): Texts {
  const files = before.flatMap(({ text, folder: from }) => {
    const file = COPY.exec(withoutPrefix(text))?.[1];
    return file === undefined ? [] : [posix.normalize(posix.join(from, file))];
  });
  const lines = files.flatMap((file) => logicalLines(read(file) ?? ""));
  return Object.assign({}, ...lines.map(({ text }) => assignmentsOf(text))) as Texts;
}

/** Whether the configuration of Alembic names a database file. Another URL in it is often only an example. */
export function isConfiguredForFile({ text: command, folder }: Followed, { read }: Repository): boolean {
  if (!/\balembic\b/.test(command)) return false;
  const named = /\s(?:-c|--config)[=\s]+(\S+)/.exec(command)?.[1] ?? "alembic.ini";
  const text = read(posix.normalize(posix.join(folder, named))) ?? "";
  return /^\s*sqlalchemy\.url\s*[=:]\s*sqlite/m.test(text);
}
