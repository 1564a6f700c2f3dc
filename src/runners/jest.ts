import { programFile } from "../program.ts";
import { checkOptions } from "./check-options.ts";
import { OPTIONS_GLOBAL } from "./jest-variables.ts";
import type { DatabaseOptions } from "./options.ts";
import { keepsOnFailure } from "./keeps-on-failure.ts";
import { testDatabase, type TestDatabase } from "./worker.ts";

export type { DatabaseOptions } from "./options.ts";
export type { TestClone, TestDatabase } from "./worker.ts";

/** The clone of this test file or worker. `DATABASE_URL` leads to it. */
export const database: TestDatabase = testDatabase();

/** The parts of Jest's configuration that are changed. */
interface Config {
  readonly globalSetup?: string | null | undefined;
  readonly globalTeardown?: string | null | undefined;
  readonly setupFiles?: readonly string[] | undefined;
  readonly setupFilesAfterEnv?: readonly string[] | undefined;
  readonly reporters?: readonly unknown[] | undefined;
  readonly globals?: object | undefined;
  readonly rootDir?: string | undefined;
}

/**
 * Gives a Jest project its migrated database, and each test file (or worker) a clone of it:
 * `module.exports = withDatabase({ … })`. A global setup and teardown of the project still run, with the database of the run.
 */
export function withDatabase<C extends object>(config: C, options: DatabaseOptions = {}): C {
  checkOptions("withDatabase()", options);
  const given = config as Config;
  const keeps = keepsOnFailure(options.keepOnFailure, process.env);
  const own = { options: { ...options, keepOnFailure: keeps }, globalSetup: given.globalSetup, globalTeardown: given.globalTeardown };
  return {
    ...config,
    globals: { ...given.globals, [OPTIONS_GLOBAL]: own },
    globalSetup: programFile("runners/jest-global-setup"),
    globalTeardown: programFile("runners/jest-global-teardown"),
    setupFiles: [programFile("runners/jest-setup", "cjs"), ...(given.setupFiles ?? [])],
    ...(keeps
      ? {
          setupFilesAfterEnv: [programFile("runners/jest-after-env", "cjs"), ...(given.setupFilesAfterEnv ?? [])],
          reporters: [...(given.reporters ?? ["default"]), programFile("runners/jest-reporter")],
        }
      : {}),
  };
}
