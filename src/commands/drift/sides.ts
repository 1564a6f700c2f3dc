import { resolve } from "node:path";
import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read.ts";
import type { Spec } from "../../audit/spec/spec.ts";
import type { Source } from "../../drift/source.ts";
import { isOffshootError, OffshootError } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import { describeUrl, type DirectUrl, directUrl } from "../../postgres/url.ts";
import type { Database, ReadableDatabase, Refusal, ReadTarget } from "../../providers/provider.ts";
import { providerLimits, loadProvider } from "../../context/providers.ts";
import type { Context } from "../../context/context.ts";
import { requireRunDatabase } from "../../context/target-database.ts";
import { migrateDatabase } from "../migrate.ts";
import { type Migrations, migrationsOf, requireMigrations, withoutSeeds } from "../../context/migrations.ts";
import { withReadSession } from "../../context/read-session.ts";
import { withMigratedScratch } from "../../context/migrated-scratch.ts";
import type { ServerAsItWas } from "../../context/server-as-it-was.ts";
import { scratchRequest, withScratchDatabase } from "../../context/scratch-database.ts";
import { loadSpec } from "../../context/spec-file.ts";
import { secretsOf } from "../../providers/variables.ts";

/** One side of a comparison, while it is open. */
export type Side = DatabaseSide | SpecSide;

export interface DatabaseSide {
  readonly kind: "database";
  /** Without secrets, such as `Neon branch main`. */
  readonly description: string;
  readonly url: DirectUrl;
  readonly catalog: Catalog;
  /** Set if offshoot created the database for this comparison. Any other database is only read. */
  readonly scratch: Database | undefined;
  /** Creates a temporary branch of the same state. Only for a Neon branch. */
  readonly branch: (() => Promise<ReadableDatabase | Refusal>) | undefined;
  /** Set where migrations ran: their changes of the whole server are put back when the side is closed. */
  readonly server: ServerAsItWas | undefined;
}

export interface SpecSide {
  readonly kind: "spec";
  readonly description: string;
  readonly spec: Spec;
}

/** A side whose input was checked, without a connection to the database. */
export interface PreparedSide {
  readonly source: Source["kind"];
  /** Opens the side, runs `work`, and removes temporary databases. `major` is the version for a database that is created, `outer` a side that is open. */
  open<T>(major: number | undefined, work: (side: Side) => Promise<T>, outer?: Side): Promise<T>;
}

/**
 * Prepares a side. `flag` names it in errors. Throws `USAGE`, `URL_INVALID`, `SPEC_INVALID`, `CONFIG_UNREADABLE`, and the
 * errors of the migration tool's detection, before it connects to anything.
 */
export async function prepareSide(context: Context, source: Source, flag: string): Promise<PreparedSide> {
  const { kind } = source;
  switch (kind) {
    case "spec": {
      const { spec } = await loadSpec(context, resolve(context.cwd, source.path));
      return { source: kind, open: async (_, work) => work({ kind: "spec", description: `the spec ${spec.file}`, spec }) };
    }
    case "url": {
      const url = directUrl(source.url);
      await context.conceal(secretsOf({ url, directUrl: url }));
      const description = source.variable === undefined ? describeUrl(url) : `${source.variable} (${describeUrl(url)})`;
      return { source: kind, open: async (_, work) => work(await readSide(context, { url, description })) };
    }
    case "run":
      return {
        source: kind,
        async open(_, work) {
          const { directUrl: url, name, provider } = await requireRunDatabase(context);
          return work(await readSide(context, { url, description: `this run's database ${name} (${provider})` }));
        },
      };
    case "migrations":
      return source.ref === undefined ? prepareMigrations(context) : preparePastMigrations(context, source.ref, flag);
    case "parent":
      if (!context.settings.provider.includes("neon")) throw parentNeedsNeon(context, flag);
      return prepareBranch(context, { branch: undefined, at: undefined }, flag, kind);
    case "branch":
      return prepareBranch(context, { branch: source.name, at: source.at }, flag, kind);
  }
}

/** The migrations of another commit, which has none if it has no files for the tool. */
async function preparePastMigrations(context: Context, ref: string, flag: string): Promise<PreparedSide> {
  const { resolveCommit, withFilesOf } = await import("./past-files.ts");
  const commit = await resolveCommit(context, ref, flag);
  return {
    source: "migrations",
    open: (major, work, outer) =>
      withFilesOf(context, commit, async (past) => {
        const description = `the migrations of ${ref}`;
        const migrations = past === undefined ? undefined : await migrationsOf(past).catch(noMigrations);
        if (past !== undefined && migrations !== undefined) {
          const side = migrationsSide(past, withoutSeeds(migrations), description);
          return side.open(major, work, outer);
        }
        return withScratchOf(context, major, undefined, async (scratch) => {
          await context.conceal(secretsOf(scratch));
          return work(await readSide(context, { url: scratch.directUrl, description: `no migrations in ${ref}`, scratch }));
        });
      }),
  };
}

/** A commit can be older than the migrations. The present settings name their tool and their files. */
function noMigrations(thrown: unknown): undefined {
  if (isOffshootError(thrown) && (thrown.code === "TOOL_UNSUITABLE" || thrown.code === "MIGRATION_FILES_MISSING")) return undefined;
  throw thrown;
}

async function prepareMigrations(context: Context): Promise<PreparedSide> {
  // Seeds load rows, and schemas are compared.
  return migrationsSide(context, withoutSeeds(await requireMigrations(context)), "the migrations");
}

function migrationsSide(context: Context, migrations: Migrations, title: string): PreparedSide {
  const tools = migrations.steps.flatMap(({ project }) => (project === undefined ? [] : [project.tool]));
  const description = `${title}${tools.length === 0 ? "" : ` (${tools.join(", ")})`}`;
  const quiet: Listener = (event) => {
    if (event.kind !== "output" && event.kind !== "result") context.emit(event);
  };
  // The audit must not stop the comparison. The output of the migrations is shown only when they fail.
  const { settings } = context;
  const only = {
    audit: { ...settings.audit, spec: undefined },
    rehearse: { ...settings.rehearse, beforeMigrations: false },
    comment: false,
  };
  const unaudited = { ...context, emit: quiet, settings: { ...settings, ...only } };
  return {
    source: "migrations",
    open: (major, work, outer) =>
      withScratchOf(unaudited, major, { migrations, outer }, async (database, server) => {
        const { directUrl: url } = database;
        await context.conceal(secretsOf(database));
        await migrateDatabase(unaudited, migrations, { url, database: undefined });
        return work(await readSide(context, { url, description, scratch: database, server }));
      }),
  };
}

/** A scratch database of this major version, or of another one if this one is not available. */
async function withScratchOf<T>(
  context: Context,
  major: number | undefined,
  migrated: { readonly migrations: Migrations; readonly outer: Side | undefined } | undefined,
  work: (database: Database, server?: ServerAsItWas) => Promise<T>,
): Promise<T> {
  const { settings, resolved } = context;
  const server = migrated?.outer?.kind === "database" ? migrated.outer.server : undefined;
  const open = (from: Context, use: typeof work): Promise<T> =>
    migrated === undefined
      ? withScratchDatabase(from, "drift", (database) => use(database))
      : withMigratedScratch(from, "drift", migrated.migrations, use, server);
  const isChosen = resolved.sources["postgres"]?.from === "flag";
  if (major === undefined || isChosen || major === settings.postgres) return open(context, work);
  let isCreated = false;
  const wanted = { ...context, settings: { ...settings, postgres: major as typeof settings.postgres } };
  try {
    return await open(wanted, (database, changed) => {
      isCreated = true;
      return work(database, changed);
    });
  } catch (thrown) {
    if (isCreated || !isOffshootError(thrown) || thrown.code !== "NO_PROVIDER") throw thrown;
    return open(context, work);
  }
}

async function prepareBranch(context: Context, where: ReadTarget, flag: string, source: "parent" | "branch"): Promise<PreparedSide> {
  const neon = await loadProvider("neon", context);
  const limits = providerLimits(context);
  const { reach } = neon;
  const refusal = await neon.refuse(limits);
  if (reach === undefined || refusal !== undefined) throw unreachable(flag, refusal);
  return {
    source,
    async open(_, work) {
      const reached = await reach(where, scratchRequest(context, "drift"), limits);
      if (reached.kind === "refusal") throw unreachable(flag, reached);
      try {
        await context.conceal(secretsOf({ url: reached.url, directUrl: reached.url }));
        const branch = (): Promise<ReadableDatabase | Refusal> =>
          reach({ ...where, copy: true }, scratchRequest(context, "repair"), limits);
        return await work(await readSide(context, { url: reached.url, description: reached.description, branch }));
      } finally {
        await reached[Symbol.asyncDispose]();
      }
    },
  };
}

interface Found {
  readonly url: DirectUrl;
  readonly description: string;
  readonly scratch?: Database;
  readonly branch?: () => Promise<ReadableDatabase | Refusal>;
  readonly server?: ServerAsItWas | undefined;
}

async function readSide(context: Context, { url, description, scratch, branch, server }: Found): Promise<DatabaseSide> {
  const catalog = await withReadSession(context, url, (session) => readCatalog(session));
  return { kind: "database", url, catalog, scratch, branch, server, description: `${description}, PostgreSQL ${catalog.server.major}` };
}

function parentNeedsNeon({ settings }: Context, flag: string): OffshootError {
  return new OffshootError("USAGE", `${flag} parent needs Neon, but the provider is ${settings.provider.join(" or ")}.`, {
    remedy: `Add ${flag} with a Postgres URL, the name of a variable that contains one, run, or a spec file; or set the provider to neon.`,
  });
}

function unreachable(flag: string, refusal: { readonly text: string; readonly remedy?: string | undefined } | undefined): OffshootError {
  return new OffshootError("NO_PROVIDER", `The Neon branch cannot be compared: ${refusal?.text ?? "Neon cannot be reached."}`, {
    meaning: refusal?.remedy,
    remedy: `Or use another ${flag}: a Postgres URL, the name of a variable that contains one, run, or a spec file.`,
  });
}
