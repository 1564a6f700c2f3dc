import { relative, resolve } from "node:path";
import type { Finding } from "../findings/finding.ts";
import { isOffshootError, OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { locate } from "../context/locate.ts";
import { withReader } from "../context/reader.ts";
import { save } from "../context/output-file.ts";
import { specPath, specText } from "../context/spec-file.ts";

export interface WriteSpecOptions extends CommonOptions {
  /** Path of the spec; default the setting `audit`, else `schema.audit.yaml` beside the configuration. */
  readonly spec?: string | undefined;
  /** A Postgres URL, or the name of a variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
  /** Change a spec that is there, and only where the database changed. Default false. */
  readonly update?: boolean | undefined;
}

export interface WrittenSpec {
  /** Absolute. */
  readonly path: string;
  /** `same`: the database fulfils the spec, and no byte was touched. */
  readonly state: "written" | "changed" | "same";
  /** Schemas of the database. */
  readonly schemas: number;
  /** What the database breaks all the same: what a person forbade, or asked of a pattern. */
  readonly left: readonly Finding[];
  /** Schemas that the spec doesn't speak of. */
  readonly unlisted: readonly string[];
}

/**
 * Makes a spec from a good database, or with `update` brings one up to it: reasons, severities, exceptions, patterns,
 * modes and comments stay. Throws `USAGE` when the file exists and `update` was not asked for, or can't be written,
 * `CONFIG_UNREADABLE` when it can't be read, and `SPEC_INVALID`.
 */
export async function writeAuditSpec(options: WriteSpecOptions = {}): Promise<WrittenSpec> {
  const context = await prepare(options);
  const path = specPath(context, options.spec) ?? resolve(context.resolved.directory, "schema.audit.yaml");
  const name = relative(context.cwd, path);
  const original = await readText(path, name);
  if (original !== undefined && options.update !== true) {
    throw new OffshootError("USAGE", `The spec ${name} exists.`, { remedy: "Refresh it with `offshoot audit --update`." });
  }
  if (original !== undefined) (await import("../audit/spec/parse.ts")).parseSpec(original, name);
  const { url } = await locate(context, options.url);
  return withReader(context, url, (session) =>
    original === undefined ? write(session, context, path) : update(session, context, { path, name, original }),
  );
}

async function write(session: Session, { cwd }: Context, path: string): Promise<WrittenSpec> {
  const { readCatalog } = await import("../catalog/read.ts");
  const { writeSpec } = await import("../audit/spec-writer/write.ts");
  const catalog = await readCatalog(session);
  await save(path, writeSpec(catalog), { cwd, fresh: true });
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
  if (text !== original) await save(path, text, { cwd: context.cwd });
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
