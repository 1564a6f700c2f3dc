import { relative, resolve } from "node:path";
import type { Finding } from "../findings/finding.ts";
import { isOffshootError, OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { targetDatabase } from "../context/target-database.ts";
import { withReadSession } from "../context/read-session.ts";
import { writeOutputFile } from "../context/output-file.ts";
import { specPath, specText } from "../context/spec-file.ts";

export interface WriteSpecOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit.spec`, else `schema.audit.yaml` next to the configuration file. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of an environment variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
  /** Update an existing spec, only where the database differs from it. Default false. */
  readonly update?: boolean | undefined;
}

export interface WrittenSpec {
  /** Absolute path of the spec. */
  readonly path: string;
  /** `same`: the database matches the spec, and the file was not changed. */
  readonly state: "written" | "changed" | "same";
  /** Number of schemas in the database. */
  readonly schemas: number;
  /** Findings that an update cannot resolve: the spec forbids an object, or a pattern is not met. */
  readonly left: readonly Finding[];
  /** Schemas of the database that the spec does not list. */
  readonly unlisted: readonly string[];
}

/**
 * Writes a spec from a database whose schema is correct. With `update`, changes an existing spec to match the database,
 * and keeps its reasons, severities, exceptions, patterns, modes and comments.
 *
 * Throws `USAGE` when the file exists and `update` is false, or when the file cannot be written; `CONFIG_UNREADABLE`
 * when it cannot be read; `SPEC_INVALID`; `URL_INVALID`; and `RUN_UNKNOWN`.
 */
export async function writeAuditSpec(options: WriteSpecOptions = {}): Promise<WrittenSpec> {
  const context = await prepare(options);
  const path = specPath(context, options.spec) ?? resolve(context.resolved.directory, "schema.audit.yaml");
  const name = relative(context.cwd, path);
  const original = await readText(path, name);
  if (original !== undefined && options.update !== true) {
    throw new OffshootError("USAGE", `The spec ${name} already exists.`, { remedy: "Update it: `offshoot audit --update`." });
  }
  if (original !== undefined) (await import("../audit/spec/parse.ts")).parseSpec(original, name);
  const { url } = await targetDatabase(context, options.url);
  return withReadSession(context, url, (session) =>
    original === undefined ? write(session, context, path) : update(session, context, { path, name, original }),
  );
}

async function write(session: Session, context: Context, path: string): Promise<WrittenSpec> {
  const { cwd, resolved, emit } = context;
  const { readCatalog } = await import("../catalog/read.ts");
  const { writeSpec } = await import("../audit/spec-writer/write.ts");
  const catalog = await readCatalog(session);
  await writeOutputFile(path, writeSpec(catalog), { cwd, fresh: true });
  if (specPath(context, undefined) !== path) {
    const key = relative(resolved.directory, path);
    emit({ kind: "note", text: `The audits do not use this spec yet. To use it, add the line \`audit: ${key}\` to offshoot.yaml.` });
  }
  return { path, state: "written", schemas: catalog.schemas.length, left: [], unlisted: [] };
}

interface Existing {
  readonly path: string;
  readonly name: string;
  readonly original: string;
}

async function update(session: Session, context: Context, { path, name, original }: Existing): Promise<WrittenSpec> {
  const { readCatalog } = await import("../catalog/read.ts");
  const { parseSpec } = await import("../audit/spec/parse.ts");
  const { readVersions } = await import("../audit/state/versions.ts");
  const { updateSpec } = await import("../audit/spec-updater/update.ts");
  const catalog = await readCatalog(session);
  const versions = await readVersions(session, parseSpec(original, name).migrations);
  const { text, left, unlisted } = updateSpec(original, name, catalog, { now: context.now(), state: { versions } });
  if (text !== original) await writeOutputFile(path, text, { cwd: context.cwd });
  return { path, state: text === original ? "same" : "changed", schemas: catalog.schemas.length, left, unlisted };
}

async function readText(path: string, name: string): Promise<string | undefined> {
  try {
    return await specText(path, name);
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.facts["reason"] === "ENOENT") return undefined;
    throw thrown;
  }
}
