import { createHash } from "node:crypto";
import { relative, resolve, sep } from "node:path";
import { baseKeys } from "../identity/base-key.ts";
import { topOf } from "../identity/checkout.ts";
import type { Project } from "../migration-tools/tool.ts";
import type { BaseRecord } from "../providers/provider.ts";
import { MIB, readBytes } from "../read-file.ts";
import { filesOf } from "../readiness/fingerprint.ts";
import type { Context } from "./context.ts";
import { type Migrations, type Step, withoutSeeds } from "./migrations.ts";

/** The hashes of these files fit into the comment of a database. */
const MOST_RECORDED = 400;
/** Files that are read for a comparison. */
const MOST_FILES = 5000;
/** A larger file is a dump with rows. */
const MOST_BYTES = 64 * MIB;

/** What the migrations have in common with those of their earlier bases. */
export interface Lineage {
  /** Hashes of the project, its commands and who may use its bases: own first. A base of another project has another one. */
  readonly scopes: readonly [own: string, trusted: string | undefined];
  /** Of each file of the migrations. */
  readonly files: readonly MigrationHash[];
}

export interface MigrationHash {
  /** SHA-256 (hex) of the content. */
  readonly content: string;
  /** The start of a hash of path and content, as a base has it in its tag. */
  readonly short: string;
}

/** What is recorded with a base of these migrations. */
export async function baseRecordOf(context: Context, migrations: Migrations): Promise<BaseRecord> {
  const [scope] = await scopesOf(context, migrations);
  const paths = await pathsOf(context, migrations);
  if (paths.length === 0 || paths.length > MOST_RECORDED) return { scope };
  const hashes = await Promise.all(paths.map(hashOf));
  return { scope, files: hashes.map(({ short }) => short).join(",") };
}

export async function lineageOf(context: Context, migrations: Migrations): Promise<Lineage> {
  const paths = await pathsOf(context, migrations);
  return { scopes: await scopesOf(context, migrations), files: await Promise.all(paths.slice(0, MOST_FILES).map(hashOf)) };
}

/** Whether the version table of the step's tool shows which migrations are in a database. */
export function listsMigrations(step: Step): step is Step & { readonly project: Project } {
  return step.project !== undefined && step.project.unchecked === undefined && step.project.revisions.length > 0;
}

async function scopesOf(context: Context, migrations: Migrations): Promise<Lineage["scopes"]> {
  const top = await topOf(context.cwd);
  const steps = withoutSeeds(migrations).steps.map(({ command, directory, project }) => {
    const text = command.kind === "shell" ? command.text : command.kind === "argv" ? command.argv : command.name;
    return [relative(top, directory).split(sep).join("/"), project?.tool ?? null, text];
  });
  const { own, trusted } = baseKeys(createHash("sha256").update(JSON.stringify(steps)).digest("hex"), context.run, context.ci);
  return [own, trusted];
}

interface Path {
  readonly directory: string;
  readonly path: string;
}

/** The files of the migrations. Of a tool that lists its migrations only those: its settings may change. */
async function pathsOf(context: Context, migrations: Migrations): Promise<readonly Path[]> {
  const found = withoutSeeds(migrations).steps.map(async (step): Promise<readonly Path[]> => {
    const { directory, files } = step;
    if (files.length === 0) return [];
    const paths = await filesOf({ directory, files, signal: context.signal });
    const own = listsMigrations(step) ? paths.filter((path) => isOf(step.project, path)) : paths;
    return own.map((path) => ({ directory, path }));
  });
  return (await Promise.all(found)).flat();
}

/** Whether the file, or its folder, has the name of a migration. */
function isOf({ revisions }: Project, path: string): boolean {
  const parts = path.split("/");
  return revisions.some(({ id, name }) => parts.some((part) => part.startsWith(name) || part.startsWith(id) || part.startsWith(`V${id}_`)));
}

async function hashOf({ directory, path }: Path): Promise<MigrationHash> {
  const content = createHash("sha256")
    .update(await readBytes(resolve(directory, path), MOST_BYTES))
    .digest("hex");
  return { content, short: createHash("sha256").update(`${path}\n${content}`).digest("hex").slice(0, 8) };
}
