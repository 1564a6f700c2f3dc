import type { SettingValues } from "../config/setting-values.ts";

/** The options of `offshoot/vitest`, `offshoot/jest` and `offshoot/playwright`. */
export interface DatabaseOptions {
  /**
   * What gets a clone of its own: each test `file` (default) or each `worker`. With `worker`, the files that one worker runs
   * share a clone, one after the other.
   */
  readonly per?: "file" | "worker" | undefined;
  /** Keep the clone of a file with a failed test, and print how to open it. Default: the variable OFFSHOOT_KEEP_ON_FAILURE, else false. */
  readonly keepOnFailure?: boolean | undefined;
  /** How many clones are made in advance, so that a file need not wait for its own. Default 2. */
  readonly spares?: number | undefined;
  /** The folder where the search for the configuration file and the migrations starts. Default: the root of the tests. */
  readonly cwd?: string | undefined;
  /** Path of the configuration file. */
  readonly config?: string | undefined;
  /** Settings by key path, as for the commands of the library. */
  readonly settings?: SettingValues | undefined;
}
