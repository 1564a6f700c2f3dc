import { isOffshootError } from "../../../src/errors.ts";
import type { OffshootError } from "../../../src/errors.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { LoadInput, Resolved } from "../../../src/config/load.ts";
import { inFolder } from "../../support/folder.ts";

/** The `OffshootError` that rejects a promise. Any other outcome fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<OffshootError> {
  const outcome = await work.then(
    () => "no error",
    (error: unknown) => error,
  );
  if (!isOffshootError(outcome)) throw new Error(`expected an OffshootError, got ${String(outcome)}`, { cause: outcome });
  return outcome;
}

/** Loads settings with this text as `offshoot.yaml` (undefined: no file), without environment, flags or CI. */
export function loadText(text: string | undefined, input: Partial<LoadInput> = {}): Promise<Resolved> {
  return inFolder(text === undefined ? {} : { "offshoot.yaml": text }, (cwd) => loadSettings({ cwd, env: {}, ...input }));
}
