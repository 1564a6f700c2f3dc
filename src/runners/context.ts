import { relative } from "node:path";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { shortHash } from "../identity/slug.ts";
import { branchName } from "../identity/name.ts";
import { topOf } from "../identity/checkout.ts";

/**
 * The context of a suite. At a developer's desk the tests have a database of their own, beside that of `offshoot up`: programs
 * such as a development server are connected to that one, and their rows are nothing for tests. Packages of a monorepo with a
 * configuration of their own have a database each: their suites often run at the same time, from one command. In a CI, below
 * `offshoot run`, and where the run has a name, it is the run's database.
 */
export async function contextOfSuite(options: CommonOptions, isNested: boolean): Promise<Context> {
  const context = await prepare(options);
  if (context.run.source !== "local" || isNested) return context;
  const run = { ...context.run, key: `${context.run.key}-tests${await suffixOf(context)}` };
  // The database of the tests is not that of the git branch, so it is not recorded for the hook.
  return { ...context, run, name: branchName(run), git: undefined };
}

/** A short text for the folder of the configuration in the checkout. Empty for the top folder, and outside of the checkout. */
async function suffixOf({ cwd, resolved }: Context): Promise<string> {
  const folder = relative(await topOf(cwd), resolved.directory);
  return folder === "" || folder.startsWith("..") ? "" : `-${shortHash(folder, 8)}`;
}
