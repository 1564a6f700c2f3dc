// The global setup of `offshoot/playwright`. Playwright starts web servers before it, and runs it before the workers.
import { describeError, isOffshootError } from "../errors.ts";
import { readSuite } from "./playwright.ts";
import { pendingReports } from "./playwright-reports.ts";
import { sayTo } from "./say.ts";
import { startSuite } from "./start.ts";
import { setVariables, unusableVariables } from "./variables.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const shared = readSuite();
  if (shared === undefined) throw new Error("offshoot: use withDatabase() of offshoot/playwright in the configuration of Playwright.");
  const say = sayTo(process.stderr);
  try {
    const suite = await startSuite({ ...shared.options, cwd: shared.options.cwd ?? process.cwd() }, process.env, say, shared.socket);
    setVariables(process.env, unusableVariables("this process runs no tests, so it has no clone"));
    return async () => {
      await Promise.all(pendingReports);
      for (const line of await suite.end()) say(line);
    };
  } catch (thrown) {
    throw isOffshootError(thrown) ? new Error(describeError(thrown)) : thrown;
  }
}
