import { programFile } from "../program.ts";
import { checkOptions } from "./check-options.ts";
import type { DatabaseOptions } from "./options.ts";
import { keepsOnFailure } from "./keeps-on-failure.ts";
import { failureReporter } from "./vitest-reporter.ts";
import { testDatabase, type TestDatabase } from "./worker.ts";

export type { DatabaseOptions } from "./options.ts";
export type { TestClone, TestDatabase } from "./worker.ts";

/** The clone of this test file or worker. `DATABASE_URL` leads to it. */
export const database: TestDatabase = testDatabase();

/** A plugin of Vite, as far as it needs to be known here. */
export interface VitestPlugin {
  readonly name: string;
  readonly config: (config: object) => void;
  readonly configureVitest: (hook: object) => void;
  readonly api: DatabaseOptions;
}

/** What the plugin uses of Vitest, since version 3.1. */
interface VitestHook {
  readonly vitest: { readonly config: { readonly reporters: unknown[] } };
}

/** The part of Vitest's configuration that the plugin changes. */
interface Config {
  test?: { globalSetup?: string | string[]; setupFiles?: string | string[] };
}

/**
 * Gives a Vitest project its migrated database, and each test file (or worker) a clone of it: `plugins: [offshoot()]`. The
 * setup of offshoot runs before the project's own, so that DATABASE_URL is set when the modules of the application are loaded.
 */
export function offshoot(options: DatabaseOptions = {}): VitestPlugin {
  return {
    name: "offshoot",
    api: checkOptions("offshoot()", options),
    config(config: Config) {
      config.test ??= {};
      config.test.globalSetup = first(programFile("runners/vitest-global-setup"), config.test.globalSetup);
      config.test.setupFiles = first(programFile("runners/vitest-setup"), config.test.setupFiles);
    },
    configureVitest(hook) {
      const { reporters } = (hook as VitestHook).vitest.config;
      // The plugin can be in several projects of one Vitest.
      if (keepsOnFailure(options.keepOnFailure, process.env) && !reporters.includes(failureReporter)) reporters.push(failureReporter);
    },
  };
}

/** A project that extends another one has its entries already. */
function first(file: string, others: string | string[] | undefined): string[] {
  return [file, ...[others ?? []].flat().filter((other) => other !== file)];
}
