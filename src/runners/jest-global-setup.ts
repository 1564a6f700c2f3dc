// The global setup of `offshoot/jest`. It runs in Jest's main process.
import { describeError, isOffshootError } from "../errors.ts";
import { callOwn, type JestConfig, jestOptions, suites } from "./jest-shared.ts";
import { PER, SOCKET } from "./jest-variables.ts";
import { sayTo } from "./say.ts";
import { startSuite } from "./start.ts";
import { setVariables, unusableVariables } from "./variables.ts";

export default async function setup(global: JestConfig, project: JestConfig): Promise<void> {
  const { options, globalSetup } = jestOptions(project);
  const wanted = { ...options, cwd: options.cwd ?? project.rootDir };
  const key = JSON.stringify({ ...wanted, per: undefined });
  // In watch mode Jest calls the setup before each run, and the suite of the first one is still open.
  const suite = suites.get(key) ?? startSuite(wanted, process.env, sayTo(process.stderr));
  suites.set(key, suite);
  try {
    process.env[SOCKET] = (await suite).socket;
  } catch (thrown) {
    suites.delete(key);
    throw isOffshootError(thrown) ? new Error(describeError(thrown)) : thrown;
  }
  process.env[PER] = options.per ?? "file";
  setVariables(process.env, unusableVariables("wrap the configuration of this project in withDatabase of offshoot/jest"));
  await callOwn(globalSetup, global, project);
}
