import { isUtf8 } from "node:buffer";
import { relative, resolve } from "node:path";
import type { Baseline } from "../audit/baseline/baseline.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { MIB, readBytes, readFailure } from "../read-file.ts";
import type { Context } from "./context.ts";

/** A valid baseline file. */
export interface BaselineFile {
  /** Absolute path. */
  readonly path: string;
  readonly baseline: Baseline;
}

/** The file that `offshoot audit --baseline` writes where no path is set. */
const FILE = "audit.baseline.yaml";

/** A baseline with 20,000 findings has about 4 MiB. */
const MAX_BYTES = 8 * MIB;

/** The configured baseline; undefined when none is set. Throws `CONFIG_UNREADABLE` and `CONFIG_INVALID`. */
export async function readBaseline(context: Context): Promise<BaselineFile | undefined> {
  if (context.settings.audit.baseline === undefined) return undefined;
  const found = await loadBaseline(context, baselinePath(context));
  if (found !== undefined) return found;
  throw new OffshootError("CONFIG_UNREADABLE", `The baseline ${context.settings.audit.baseline} does not exist.`, {
    remedy: "Accept the findings of today: npx offshoot audit --baseline. Or remove audit.baseline from the settings.",
  });
}

/** The baseline at an absolute path; undefined where the file does not exist. Throws as `readBaseline` does. */
export async function loadBaseline(context: Context, path: string): Promise<BaselineFile | undefined> {
  const name = relative(context.cwd, path);
  let bytes: Buffer;
  try {
    bytes = await readBytes(path, MAX_BYTES);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw unreadable(name, readFailure(thrown));
  }
  if (!isUtf8(bytes) || bytes.includes(0)) throw unreadable(name, "it is not UTF-8 text");
  const { parseBaseline } = await import("../audit/baseline/parse.ts");
  return { path, baseline: parseBaseline(bytes.toString("utf8"), name) };
}

/** The absolute path of the baseline: the configured one, or `audit.baseline.yaml` next to the configuration file. */
export function baselinePath({ settings, resolved }: Context): string {
  return resolve(resolved.directory, settings.audit.baseline ?? FILE);
}

function unreadable(name: string, why: string): OffshootError {
  return new OffshootError("CONFIG_UNREADABLE", `Could not read the baseline ${name}: ${why}.`, {
    remedy: "Correct the setting audit.baseline, or delete the file and accept the findings again: npx offshoot audit --baseline",
  });
}
