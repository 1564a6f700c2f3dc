import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recordName, RECORDS } from "../identity/branch-record.ts";
import type { Database } from "../providers/provider.ts";
import type { Context } from "./context.ts";

type Of = Pick<Context, "git" | "run">;

/** Where the record of the run's branch is. Only a run that belongs to a checkout and its git branch has one. */
function recordFile({ git, run }: Of): string | undefined {
  return git === undefined || run.source !== "local" || run.ref === undefined ? undefined : join(git, RECORDS, recordName(run.ref));
}

/** Records in the git folder that the branch has a database, for the hook of `offshoot init --hooks`. A failure has no effect. */
export async function recordBranch(context: Of, { name, id }: Pick<Database, "name" | "id">): Promise<void> {
  const file = recordFile(context);
  if (file === undefined) return;
  await mkdir(join(file, ".."), { recursive: true })
    .then(() => writeFile(file, `${name}\n${id}\n`))
    .catch(() => {});
}

/** Called when the database was deleted. */
export async function forgetBranch(context: Of): Promise<void> {
  const file = recordFile(context);
  if (file !== undefined) await rm(file, { force: true }).catch(() => {});
}
