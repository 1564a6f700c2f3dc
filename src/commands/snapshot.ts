import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { isForced, ownerIn, requireOwner } from "../context/owner.ts";
import { inPhase } from "../context/phase.ts";
import { providerLimits, providersOfRun } from "../context/providers.ts";
import { usableProviders } from "../context/usable-providers.ts";
import { requireRunDatabase } from "../context/target-database.ts";
import { warnOfCopiedState } from "../context/copied-state.ts";
import { OffshootError } from "../errors.ts";
import { defaultTtl, expiresAt } from "../identity/expiry.ts";
import { nearest } from "../nearest.ts";
import { withSession } from "../postgres/connect.ts";
import type { Database, Provider } from "../providers/provider.ts";
import type { Snapshots, StoredSnapshot } from "../providers/snapshots.ts";
import { ownCommand } from "../shell-command.ts";

export interface SnapshotOptions extends CommonOptions {
  /** The name of the snapshot: letters `a` to `z`, digits and hyphens, at most 40. */
  readonly name: string;
  /** Delete a snapshot with this name first. Default false: then it is an error. */
  readonly replace?: boolean | undefined;
  /** As for `reset`: a local server copies a database only while nobody is connected to it. Default false. */
  readonly force?: boolean | string | undefined;
}

export type { StoredSnapshot } from "../providers/snapshots.ts";

/**
 * Stores the present state of this run's database, from which `restore` can continue later. A snapshot belongs to the run: `down`
 * deletes it, and it expires with the database, or after `ttl` if that is later. On Neon it is a snapshot of the branch, which
 * Neon makes of root branches only; on a local server a template database.
 *
 * Throws `USAGE` for a name that is not valid or is taken; `RUN_UNKNOWN`; `DATABASE_IN_USE` while its migrations run; `PROTECTED`
 * when sessions keep the database from being copied; `PROVIDER_REJECTED` when the provider stores no snapshots, or no further one.
 */
export async function snapshot(options: SnapshotOptions): Promise<StoredSnapshot> {
  return inContext(options, (context) => snapshotIn(context, options));
}

async function snapshotIn(context: Context, options: SnapshotOptions): Promise<StoredSnapshot> {
  requireName(options.name);
  const database = await requireRunDatabase(context);
  const check = (tag: Database["tag"]): void => requireOwner(context, tag, ownerIn(options), "snapshot", [options.name]);
  check(database.tag);
  const snapshots = snapshotsOf(await providersOfRun(context), database, "snapshot");
  const limits = providerLimits(context);
  const taken = (await snapshots.list(context.name, limits)).find(({ name }) => name === options.name);
  if (taken !== undefined && options.replace !== true) throw nameTaken(context, taken);
  const ownExpiry = expiresAt(context.now(), context.settings.ttlMs ?? defaultTtl(context.ci.isCi));
  const expires = new Date(Math.max(ownExpiry.getTime(), database.expiresAt?.getTime() ?? 0));
  return inPhase(
    context.emit,
    "snapshot",
    options.name,
    async () => {
      await withSession(database.directUrl, (session) => warnOfCopiedState(context, session, isForced(options)), {
        signal: context.signal,
      });
      if (taken !== undefined) await snapshots.remove(context.name, taken, limits);
      const request = { name: options.name, expiresAt: expires, force: isForced(options), check };
      return snapshots.create(context.name, request, limits).catch((thrown: unknown) => {
        // A plan can allow one snapshot only, so the earlier one is deleted first.
        const text = `The earlier snapshot ${options.name} was deleted, and no new one was stored.`;
        if (taken !== undefined) context.emit({ kind: "warning", text });
        throw thrown;
      });
    },
    ({ name, provider }) => `${provider} snapshot ${name} of ${context.name}`,
  );
}

/** The snapshots of this run, the oldest first, also when its database was deleted. */
export async function listSnapshots(options: CommonOptions = {}): Promise<readonly StoredSnapshot[]> {
  return (await inContext(options, everySnapshot)).map(({ stored }) => stored);
}

/** Deletes a snapshot of this run. A snapshot that does not exist is not a failure. */
export async function deleteSnapshot(options: CommonOptions & { readonly name: string }): Promise<"deleted" | "not-found"> {
  return inContext(options, (context) => deleteSnapshotIn(context, options));
}

async function deleteSnapshotIn(context: Context, options: CommonOptions & { readonly name: string }): Promise<"deleted" | "not-found"> {
  requireName(options.name);
  let outcome: "deleted" | "not-found" = "not-found";
  for (const { stored, snapshots } of await everySnapshot(context)) {
    if (stored.name !== options.name) continue;
    if ((await snapshots.remove(context.name, stored, providerLimits(context))) === "deleted") outcome = "deleted";
  }
  return outcome;
}

async function everySnapshot(
  context: Context,
): Promise<readonly { readonly stored: StoredSnapshot; readonly snapshots: Snapshots<Database> }[]> {
  const providers = await usableProviders(context, await providersOfRun(context));
  const limits = providerLimits(context);
  const found = await Promise.all(
    providers.map(async ({ snapshots }) => {
      if (snapshots === undefined) return [];
      return (await snapshots.list(context.name, limits)).map((stored) => ({ stored, snapshots }));
    }),
  );
  return found.flat().toSorted((one, other) => one.stored.createdAt.getTime() - other.stored.createdAt.getTime());
}

/** The snapshot with that name. Throws `USAGE` with the names that exist. */
export async function requireSnapshot(
  { name: database, run }: Context,
  snapshots: Snapshots<Database>,
  name: string,
  limits: Parameters<Snapshots<Database>["list"]>[1],
): Promise<StoredSnapshot> {
  const all = await snapshots.list(database, limits);
  const found = all.find((stored) => stored.name === name);
  if (found !== undefined) return found;
  const names = all.map((stored) => stored.name);
  const similar = nearest(name, names);
  throw new OffshootError(
    "USAGE",
    `The run ${run.key} has no snapshot ${name}.${similar === undefined ? "" : ` Did you mean ${similar}?`}`,
    {
      meaning: names.length === 0 ? "It has no snapshots. They expire with the database." : `Its snapshots: ${names.join(", ")}.`,
      remedy: `Store one with \`${ownCommand(["snapshot", name, "--run", run.key])}\`.`,
    },
  );
}

/** Throws `PROVIDER_REJECTED` when the provider of the database stores no snapshots. */
export function snapshotsOf(
  providers: readonly Provider[],
  { provider, name }: Database,
  command: "snapshot" | "restore",
): Snapshots<Database> {
  const found = providers.find((each) => each.name === provider)?.snapshots;
  if (found !== undefined) return found;
  throw new OffshootError("PROVIDER_REJECTED", `The provider ${provider} stores no snapshots, so ${command} has no effect on ${name}.`, {
    meaning: "Nothing was changed.",
    remedy: "Use the provider neon, docker or embedded, or copy the database with `pg_dump`.",
    facts: { provider },
  });
}

/** It is a part of the name of a branch or database, and of commands that are shown. */
export function requireName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return;
  throw new OffshootError("USAGE", `${JSON.stringify(name)} is not a valid name of a snapshot.`, {
    remedy: "Use letters from a to z, digits and hyphens, at most 40, such as before-import.",
  });
}

function nameTaken({ run }: Context, { name, createdAt }: StoredSnapshot): OffshootError {
  return new OffshootError("USAGE", `The run ${run.key} has a snapshot ${name} already, from ${createdAt.toISOString()}.`, {
    meaning: "It was kept, and nothing was stored.",
    remedy: `Choose another name, or replace it: ${ownCommand(["snapshot", name, "--replace", "--run", run.key])}`,
  });
}
