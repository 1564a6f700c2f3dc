import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { providerLimits, providersOfRun } from "../context/providers.ts";
import { usableProviders } from "../context/usable-providers.ts";
import type { Listed, Provider, ProviderName } from "../providers/provider.ts";
import { ownCommand } from "../shell-command.ts";
import { secretsOf } from "../providers/variables.ts";

/** A clone of a run's database. */
export interface ListedClone {
  /** The name by which `clone` finds it again. */
  readonly name: string;
  /** The name of its database on the server. */
  readonly database: string;
  readonly provider: ProviderName;
  readonly createdAt: Date | undefined;
  /** It is deleted after this time. Undefined when it does not expire. */
  readonly expiresAt: Date | undefined;
  /** What deletes it before: the end of its tests, the end of the last `run`, or `down` only. */
  readonly endsWith: "tests" | "last-run" | "down";
  /** Whether a test failed in it, so that it was kept. */
  readonly kept: boolean;
  /** When this was read, by the server's clock; undefined: by the clock of this machine. */
  readonly readAt: Date | undefined;
}

/**
 * The clones of this run's database, the oldest first, also when the run's database was deleted: a failed test can keep its
 * clone. Changes nothing, and starts no server. Throws `NO_PROVIDER` and `PROVIDER_OUTAGE`.
 */
export async function listClones(options: CommonOptions = {}): Promise<readonly ListedClone[]> {
  return inContext(options, clonesIn);
}

async function clonesIn(context: Context): Promise<readonly ListedClone[]> {
  const providers = await usableProviders(context, await providersOfRun(context));
  const listed = (await Promise.all(providers.map((provider) => databasesAt(context, provider)))).flat();
  noteTests(context, listed);
  return listed.flatMap((one) => toClone(context, one)).toSorted(byAge);
}

/** At a desk the tests have a run of their own (`runners/context.ts`), and its kept clones are not those of this run. */
function noteTests({ run, emit }: Context, listed: readonly Listed[]): void {
  const kept = listed.filter(({ tag }) => tag?.kept !== undefined && tag.repository === run.repository);
  const runs = kept.map(({ tag }) => tag?.run ?? "").filter((key) => key === `${run.key}-tests` || key.startsWith(`${run.key}-tests-`));
  for (const key of new Set(runs)) {
    const command = ownCommand(["clone", "--list", "--run", key]);
    emit({ kind: "note", text: `Failed tests kept clones in the run ${key}. Show them: ${command}` });
  }
}

/** On Neon a clone is a database of the run's branch, and expires with it. On a server it is listed as every database is. */
async function databasesAt(context: Context, provider: Provider): Promise<readonly Listed[]> {
  if (provider.name !== "neon") return provider.list(providerLimits(context));
  const branch = await provider.find(context.name, providerLimits(context));
  if (branch === undefined) return [];
  await context.conceal(secretsOf(branch));
  const { databasesOn } = await import("../providers/clones/list.ts");
  return (await databasesOn(branch, context.signal)).map((one) => ({ ...one, expiresAt: branch.expiresAt }));
}

/** Nothing for another database. The source of the clones is offshoot's own, and nobody can connect to it. */
function toClone({ run }: Context, { provider, id, tag, createdAt, expiresAt, readAt }: Listed): readonly ListedClone[] {
  const isOurs = tag?.repository === run.repository && tag.run === run.key;
  if (tag?.clone === undefined || !isOurs || tag.clone.startsWith("source-")) return [];
  const ofRun = tag.lifetime === "last-run" ? "last-run" : "down";
  return [
    {
      name: tag.clone,
      database: id.slice(id.lastIndexOf("/") + 1),
      provider,
      createdAt,
      expiresAt,
      endsWith: tag.suite === undefined ? ofRun : "tests",
      kept: tag.kept !== undefined,
      readAt,
    },
  ];
}

/** Times have whole seconds, so clones that were made together are sorted by their names. */
function byAge(one: ListedClone, other: ListedClone): number {
  const ms = (one.createdAt?.getTime() ?? 0) - (other.createdAt?.getTime() ?? 0);
  return ms === 0 ? one.name.localeCompare(other.name, "en", { numeric: true }) : ms;
}
