import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { branchName } from "../identity/name.ts";

/**
 * The context of a suite. At a developer's desk the tests have a database of their own, beside that of `offshoot up`: programs
 * such as a development server are connected to that one, and their rows are nothing for tests. In a CI, below `offshoot run`,
 * and where the run has a name, it is the run's database.
 */
export async function contextOfSuite(options: CommonOptions, isNested: boolean): Promise<Context> {
  const context = await prepare(options);
  if (context.run.source !== "local" || isNested) return context;
  const run = { ...context.run, key: `${context.run.key}-tests` };
  // The database of the tests is not that of the git branch, so it is not recorded for the hook.
  return { ...context, run, name: branchName(run), git: undefined };
}
