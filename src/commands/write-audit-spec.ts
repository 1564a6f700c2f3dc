import { relative, resolve } from "node:path";
import type { Finding } from "../findings/finding.ts";
import { isOffshootError, OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { targetDatabase } from "../context/target-database.ts";
import { withReadSession } from "../context/read-session.ts";
import { writeOutputFile } from "../context/output-file.ts";
import { configureFile } from "../context/configure.ts";
import { projectForAudit, repositoryMigrations } from "../context/repository-migrations.ts";
import { specPath, specText } from "../context/spec-file.ts";

export interface WriteSpecOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit.spec`, else `schema.audit.yaml` next to the configuration file. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of an environment variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
  /** Set `audit.spec` in `offshoot.yaml` after a new spec was written. Default false: a note shows the line. */
  readonly configure?: boolean | undefined;
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
  return inContext(options, (context) => writeAuditSpecIn(context, options));
}

async function writeAuditSpecIn(context: Context, options: WriteSpecOptions): Promise<WrittenSpec> {
  const path = specPath(context, options.spec) ?? resolve(context.resolved.directory, "schema.audit.yaml");
  const name = relative(context.cwd, path);
  const original = await readText(path, name);
  if (original !== undefined && options.update !== true) {
    throw new OffshootError("USAGE", `The spec ${name} already exists.`, { remedy: "Update it: `npx offshoot audit --update`." });
  }
  if (original !== undefined) (await import("../audit/spec/parse.ts")).parseSpec(original, name);
  const { url } = await targetDatabase(context, options.url);
  return withReadSession(context, url, (session) =>
    original === undefined ? write(session, context, path, options.configure ?? false) : update(session, context, { path, name, original }),
  );
}

async function write(session: Session, context: Context, path: string, configure: boolean): Promise<WrittenSpec> {
  const { readCatalog } = await import("../catalog/read.ts");
  const { writeSpec } = await import("../audit/spec-writer/write.ts");
  const catalog = await readCatalog(session);
  await writeOutputFile(path, writeSpec(catalog, await hasReadableHeads(session, context)), { cwd: context.cwd, fresh: true });
  await configureFile(context, "spec", path, configure);
  return { path, state: "written", schemas: catalog.schemas.length, left: [], unlisted: [] };
}

/** Whether audits can compare the migrations of this repository with the database, so that a spec can say `migrations: heads`. */
async function hasReadableHeads(session: Session, context: Context): Promise<boolean> {
  const project = await projectForAudit(context, undefined);
  if (project === undefined) return false;
  const { recorded } = await repositoryMigrations(project, session);
  const { tool, unreadable, pending, unknown } = recorded ?? { tool: project.tool, unreadable: undefined, pending: [], unknown: [] };
  if (unreadable !== undefined) {
    const why = `the version table of ${tool} could not be read (${unreadable})`;
    context.emit({ kind: "note", text: `The spec does not contain \`migrations: heads\`, because ${why}.` });
    return false;
  }
  if (pending.length + unknown.length > 0) {
    const what = pending.length > 0 ? `lacks ${pending.join(", ")}` : `has ${unknown.join(", ")}, which the repository does not have`;
    context.emit({ kind: "warning", text: `The database ${what}, so its schema is not that of the repository's migrations.` });
  }
  return true;
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
