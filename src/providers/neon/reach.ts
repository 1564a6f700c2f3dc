import { messageOf } from "../../errors.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { Database, ReadableDatabase, Refusal, DatabaseRequest, ReadTarget } from "../provider.ts";
import { factsOf, isMissing } from "./api-errors.ts";
import { connectionOf, fetchUrls, requireNames } from "./connection.ts";
import { createOrAdopt } from "./create.ts";
import { openDatabase, untilOpened } from "./database.ts";
import { openExpected } from "./expected.ts";
import type { Setup } from "./options.ts";
import { requireBranch } from "./parent.ts";
import { waitUntilReady } from "./ready.ts";
import type { Branch, CallContext } from "./types.ts";

/** `Provider.reach` for Neon: uses the compute of the branch if it has one, and otherwise a short-lived copy of the branch. */
export async function reach(
  setup: Setup,
  where: ReadTarget,
  copy: DatabaseRequest,
  context: CallContext,
  dispose: () => Promise<unknown>,
): Promise<ReadableDatabase | Refusal> {
  const { parent, parentAt } = setup.choices;
  const branch = await requireBranch(setup.api, where.branch, parent, context);
  const at = where.at ?? (where.branch === undefined ? parentAt : undefined);
  const description = `Neon branch ${branch.name}${at === undefined ? "" : ` at ${at}`}`;
  const url = at === undefined && where.copy !== true ? await reachBranch(setup, branch, context) : undefined;
  if (url !== undefined) return reached(url, description, async () => {});
  const pointFrom = where.at === undefined ? "setting" : "command";
  return reachCopy({ ...setup, pointFrom }, { branch, at, description }, copy, context, dispose);
}

/** The URL of the branch itself; undefined if it has no compute. Only its owner should create one. */
async function reachBranch(setup: Setup, { id }: Branch, context: CallContext): Promise<DirectUrl | undefined> {
  const { api, dependencies } = setup;
  const expected = await openExpected(setup, id, context);
  if (expected !== undefined) return expected.urls.directUrl;
  try {
    const { directUrl } = await fetchUrls(setup, id, await connectionOf(setup, id, context), context);
    await waitUntilReady(api, { url: directUrl, operations: [], isFresh: false }, context, dependencies);
    return directUrl;
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isMissing(facts)) throw thrown;
    await requireNames(setup, id, context);
    // Neon also answers 404 if the role or the database is missing.
    if ((await api.endpoints(context)).some((endpoint) => endpoint.branchId === id && endpoint.isReadWrite)) throw thrown;
    return undefined;
  }
}

interface Source {
  readonly branch: Branch;
  readonly at: string | undefined;
  readonly description: string;
}

/** A copy that only this caller knows. It is deleted after every failure. */
async function reachCopy(
  setup: Setup,
  { branch, at, description }: Source,
  copy: DatabaseRequest,
  context: CallContext,
  dispose: () => Promise<unknown>,
): Promise<ReadableDatabase | Refusal> {
  const choices = { ...setup.choices, parent: branch.id, parentAt: at, schemaOnly: false, anonymized: false };
  const copySetup = { ...setup, choices, base: false, isShared: false };
  const remove = async (): Promise<void> => {
    try {
      await dispose();
    } catch (thrown) {
      const reason = messageOf(thrown);
      const text = `The branch ${copy.name} could not be deleted (${reason}). It expires by itself; \`offshoot sweep\` lists it.`;
      context.emit({ kind: "warning", text });
    }
  };
  try {
    const attempt = async (): Promise<Database | Refusal | undefined> => {
      const acquired = await createOrAdopt(copySetup, copy, context);
      return "kind" in acquired ? acquired : openDatabase(copySetup, acquired, context, dispose);
    };
    const opened = await untilOpened(attempt, copy.name, context, setup.dependencies.random);
    return opened.kind === "refusal" ? opened : reached(opened.directUrl, description, remove);
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

function reached(url: DirectUrl, description: string, dispose: () => Promise<void>): ReadableDatabase {
  return { kind: "reached", url, description, [Symbol.asyncDispose]: dispose };
}
