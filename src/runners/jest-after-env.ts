// A second setup file of `offshoot/jest`, with `keepOnFailure`: only here Jest says which test file runs.
import { reportFile } from "./worker.ts";

interface JestGlobals {
  readonly beforeAll: (work: () => Promise<void>) => void;
  readonly expect: { getState(): { readonly testPath?: string } };
}

const { beforeAll, expect } = globalThis as unknown as JestGlobals;
// It is sent before the file is loaded, which can fail. Jest 29 waits only for hooks.
const reported = reportFile(expect.getState().testPath ?? "");
reported.catch(() => {});
beforeAll(() => reported);
