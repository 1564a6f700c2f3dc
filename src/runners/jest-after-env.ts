// A second setup file of `offshoot/jest`, with `keepOnFailure`: only here Jest says which test file runs.
import { reportFile } from "./worker.ts";

interface JestGlobals {
  readonly beforeAll: (work: () => Promise<void>) => void;
  readonly expect: { getState(): { readonly testPath?: string } };
}

const { beforeAll, expect } = globalThis as unknown as JestGlobals;
beforeAll(() => reportFile(expect.getState().testPath ?? ""));
