import { ownCommand } from "../shell-command.ts";
import { isUtf8 } from "node:buffer";
import { relative, resolve } from "node:path";
import type { Spec } from "../audit/spec/spec.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { MIB, readBytes, readFailure } from "../read-file.ts";
import type { Context } from "./context.ts";

/** A valid spec file. */
export interface SpecFile {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  readonly spec: Spec;
}

/**
 * The spec at the path `named`, else the configured one; undefined when neither is set. Commands call it before they
 * change anything. Throws `CONFIG_UNREADABLE`, and `SPEC_INVALID` with every problem of the spec.
 */
export async function readSpec(context: Context, named?: string): Promise<SpecFile | undefined> {
  const path = specPath(context, named);
  return path === undefined ? undefined : loadSpec(context, path);
}

/** The spec at an absolute path. Throws what `readSpec` throws. */
export async function loadSpec(context: Context, path: string): Promise<SpecFile> {
  const name = relative(context.cwd, path);
  const text = await specText(path, name);
  const { parseSpec } = await import("../audit/spec/parse.ts");
  return { path, text, spec: parseSpec(text, name) };
}

/** The spec of a schema with 5,000 tables has about 3 MiB. */
const MAX_BYTES = 8 * MIB;

/** The text of a spec file. Throws `CONFIG_UNREADABLE`, with the system error code as the fact `reason`. */
export async function specText(path: string, name: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readBytes(path, MAX_BYTES);
  } catch (thrown) {
    throw new OffshootError("CONFIG_UNREADABLE", `Could not read the audit spec ${name}: ${readFailure(thrown)}.`, {
      remedy: `Correct the path, or write a spec from a correct database: ${ownCommand(["audit", "--write", name])}`,
      facts: { file: path, reason: codeOf(thrown) },
    });
  }
  // An update of a file that was decoded incorrectly would damage it.
  if (isUtf8(bytes) && !bytes.includes(0)) return bytes.toString("utf8");
  throw new OffshootError("CONFIG_UNREADABLE", `Could not read the audit spec ${name}: it is not UTF-8 text.`, {
    remedy: "Save it as UTF-8.",
    facts: { file: path },
  });
}

/** A path on the command line is relative to the working directory; a path in the configuration is relative to its file. */
export function specPath(context: Context, named: string | undefined): string | undefined {
  if (named !== undefined) return resolve(context.cwd, named);
  const configured = context.settings.audit.spec;
  return configured === undefined ? undefined : resolve(context.resolved.directory, configured);
}
