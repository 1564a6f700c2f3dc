import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { providerLimits, providersOfRun } from "../context/providers.ts";
import { requireRunDatabase } from "../context/target-database.ts";
import { cloneName } from "../identity/name.ts";
import { findDatabase } from "../providers/choose.ts";
import type { Clone } from "../providers/provider.ts";
import { secretsOf } from "../providers/variables.ts";

export interface CloneRunOptions extends CommonOptions {
  /** Lower case letters, digits and `-`, at most 32. A clone with this name is used again if it exists. Default: a random name. */
  readonly name?: string | undefined;
}

export interface DropCloneOptions extends CommonOptions {
  /** The name of the clone. */
  readonly name: string;
}

/**
 * Creates a clone of this run's migrated database, or finds the one with this name. Clones are deleted with the run's
 * database, or by `dropClone`. Throws `RUN_UNKNOWN`, `PROVIDER_REJECTED` when the provider makes no clones, and
 * `DATABASE_IN_USE` when other programs are connected to the run's database while it is copied for the first clone.
 */
export async function clone(options: CloneRunOptions = {}): Promise<Clone> {
  const context = await prepare(options);
  const found = (await findClone(context, options.name)) ?? (await (await requireRunDatabase(context)).clone(options));
  await context.conceal(secretsOf(found));
  return found;
}

/** Deletes a clone of this run's database, and ends its sessions. A clone that does not exist is not a failure. */
export async function dropClone(options: DropCloneOptions): Promise<void> {
  const context = await prepare(options);
  const { cloneAt } = await import("../providers/clones/clone.ts");
  const { requireClones } = await import("../providers/clones/clones.ts");
  const found = await findClone(context, options.name);
  if (found !== undefined) return found.drop();
  const { clones } = await requireRunDatabase(context);
  await cloneAt(requireClones(clones), options.name, new Date(0)).drop();
}

/** The clone with this name on a local server, also after the run's database was deleted: a failed test can keep its clone. */
async function findClone(context: Context, name: string | undefined): Promise<Clone | undefined> {
  if (name === undefined) return undefined;
  const full = cloneName(context.run, name);
  const database = await findDatabase(await providersOfRun(context), full, providerLimits(context));
  if (database?.tag.clone !== name) return undefined;
  const drop = async (): Promise<void> => database[Symbol.asyncDispose]();
  const { url, directUrl, expiresAt = new Date(0) } = database;
  return { name, url, directUrl, expiresAt, drop, [Symbol.asyncDispose]: drop };
}
