import type { CommonOptions, Context } from "../context/context.ts";
import { withCleanMethods } from "../context/clean-errors.ts";
import { handedOut } from "../context/copied-state.ts";
import { inContext } from "../context/in-context.ts";
import { providerLimits, providersOfRun } from "../context/providers.ts";
import { requireRunDatabase } from "../context/target-database.ts";
import { cloneName } from "../identity/name.ts";
import { formatUtc } from "../moment.ts";
import { parseUrl } from "../postgres/url.ts";
import { findDatabase } from "../providers/choose.ts";
import type { Clone, Released } from "../providers/provider.ts";
import { secretsOf } from "../providers/variables.ts";
import { ownCommand } from "../shell-command.ts";
import { holdForDeletion } from "../usage/deletion.ts";

export interface CloneRunOptions extends CommonOptions {
  /** Lower case letters, digits and `-`, at most 32. A clone with this name is used again if it exists. Default: a random name. */
  readonly name?: string | undefined;
}

export interface DropCloneOptions extends CommonOptions {
  /** The name of the clone. */
  readonly name: string;
  /** Also delete the clone while a process of offshoot uses or migrates it. Default false. */
  readonly force?: boolean | undefined;
}

/**
 * Creates a clone of this run's migrated database, or finds the one with this name. Clones are deleted with the run's
 * database, or by `dropClone`. Throws `RUN_UNKNOWN`; `PROVIDER_REJECTED` when the provider makes no clones; `MIGRATION_FAILED` when
 * the run's migrations failed or were interrupted; `NOT_MIGRATED` when its database is empty although the repository has migrations;
 * and `DATABASE_IN_USE` while its migrations run, or when other programs are connected to it while it is copied for the first clone.
 */
export async function clone(options: CloneRunOptions = {}): Promise<Clone> {
  return inContext(options, (context) => cloneIn(context, options));
}

async function cloneIn(context: Context, options: CloneRunOptions): Promise<Clone> {
  const existing = await findClone(context, options.name);
  const found = existing?.clone ?? (await handedOut(await requireRunDatabase(context), context).clone(options));
  await context.conceal(secretsOf(found));
  if (existing !== undefined) {
    const since = formatUtc(new Date(existing.created));
    context.emit({ kind: "note", text: `The clone ${found.name} exists since ${since}. It has what was written into it since then.` });
  }
  return withCleanMethods(found, context);
}

/**
 * Deletes a clone of this run's database, and ends its sessions. A clone that does not exist is not a failure: the outcome is
 * `not-found`. Throws `PROTECTED` while a process of offshoot uses or migrates it, unless `force` is set.
 */
export async function dropClone(options: DropCloneOptions): Promise<Exclude<Released, "kept">> {
  return inContext(options, (context) => dropCloneIn(context, options));
}

async function dropCloneIn(context: Context, options: DropCloneOptions): Promise<Exclude<Released, "kept">> {
  const { name, force = false } = options;
  const found = await cloneNamed(context, name);
  const forced = ownCommand(["clone", name, "--delete", "--run", context.run.key, "--force"]);
  const { database } = parseUrl(found.directUrl);
  const hold = force ? undefined : await holdForDeletion({ name: database, forced, signal: context.signal })(found.directUrl, [database]);
  let isDone = false;
  try {
    const isDeleted = await found.remove();
    isDone = true;
    return isDeleted ? "deleted" : "not-found";
  } finally {
    await hold?.end(isDone);
  }
}

interface RemovableClone extends Pick<Clone, "directUrl"> {
  /** Returns false if the clone does not exist. */
  remove(): Promise<boolean>;
}

/** The clone with this name, whether it exists or not. */
async function cloneNamed(context: Context, name: string): Promise<RemovableClone> {
  const { cloneAt, removeClone } = await import("../providers/clones/clone.ts");
  const { requireClones } = await import("../providers/clones/clones.ts");
  const found = await findClone(context, name);
  if (found !== undefined) return { directUrl: found.clone.directUrl, remove: async () => found.clone.drop().then(() => true) };
  const { clones } = await requireRunDatabase(context);
  const server = requireClones(clones);
  return { directUrl: cloneAt(server, name, new Date(0)).directUrl, remove: () => removeClone(server, name) };
}

/** The clone with this name on a local server, also after the run's database was deleted: a failed test can keep its clone. */
async function findClone(
  context: Context,
  name: string | undefined,
): Promise<{ readonly clone: Clone; readonly created: string } | undefined> {
  if (name === undefined) return undefined;
  const full = cloneName(context.run, name);
  // On Neon a clone is a database of the run's branch, and no branch of its own.
  const providers = (await providersOfRun(context)).filter((provider) => provider.name !== "neon");
  const database = await findDatabase(providers, full, providerLimits(context));
  if (database?.tag.clone !== name) return undefined;
  const drop = async (): Promise<void> => database[Symbol.asyncDispose]();
  const { url, directUrl, expiresAt = new Date(0) } = database;
  return { clone: { name, url, directUrl, expiresAt, drop, [Symbol.asyncDispose]: drop }, created: database.tag.created };
}
