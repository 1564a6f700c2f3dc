import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isOffshootError } from "../../../src/errors.ts";
import type { OffshootError } from "../../../src/errors.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { LoadInput, Resolved } from "../../../src/config/load.ts";

/** Runs `use` in a new folder with the given files, and deletes the folder. */
export async function inFolder<Result>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-config-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

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
