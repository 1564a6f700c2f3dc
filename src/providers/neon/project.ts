import { isOffshootError, OffshootError } from "../../errors.ts";
import { otherMajor } from "../other-major.ts";
import type { Refusal } from "../refusal.ts";
import { factsOf, isAmbiguous, isKeyRejected, isMissing, isTransient, PROJECT_REMEDY } from "./api-errors.ts";
import type { Setup } from "./options.ts";
import { listed, similarFirst } from "./parent.ts";
import { refusal } from "./refuse.ts";
import type { ProjectReply } from "./replies.ts";
import type { CallContext, NeonApi, NeonProject } from "./types.ts";

export function toProject(reply: ProjectReply): NeonProject {
  const { owner, settings } = reply;
  const limit = owner?.branches_limit ?? 0;
  return {
    id: reply.id,
    name: reply.name,
    postgresMajor: reply.pg_version,
    storesPasswords: reply.store_passwords ?? true,
    historyMs: reply.history_retention_seconds === undefined ? undefined : reply.history_retention_seconds * 1000,
    plan: owner?.subscription_type,
    branchLimit: limit > 0 ? limit : undefined,
    allowedIps: settings?.allowed_ips?.ips ?? [],
    allowedIpsProtectedOnly: settings?.allowed_ips?.protected_branches_only ?? false,
    blocksPublicConnections: settings?.block_public_connections ?? false,
  };
}

/**
 * Does `work`, whose calls are all in the project. Neon answers 404 or 403 for a project that does not exist and for one that
 * the key cannot read. The error then names the projects that it can read. Other errors are thrown unchanged.
 */
export async function explainingProject<T>(
  { api, project }: { readonly api: NeonApi; readonly project: string },
  context: CallContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const facts = factsOf(thrown);
    const isHidden = facts !== undefined && (facts.status === 403 || (isMissing(facts) && /project/i.test(facts.neonMessage)));
    throw isHidden ? await unknownProject(api, project, context, thrown as OffshootError) : thrown;
  }
}

/**
 * The refusal if the project has another major version than the wanted one, which all of its branches have. It needs a call, so
 * it is asked for only if the user wants a version. A key that may be a placeholder is left to the create.
 */
export async function refuseOtherMajor(setup: Setup, wanted: number, context: CallContext): Promise<Refusal | undefined> {
  try {
    const { postgresMajor } = await explainingProject(setup, context, () => setup.api.project(context));
    return postgresMajor === wanted ? undefined : otherMajor("neon", `The Neon project ${setup.project}`, postgresMajor, wanted);
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isOffshootError(thrown)) throw thrown;
    if (isKeyRejected(facts) && setup.secretsWithheld) return undefined;
    if (isTransient(facts) || isAmbiguous(facts)) return refusal("outage", thrown.message, thrown.remedy);
    throw thrown;
  }
}

/**
 * The error for a project that does not exist or that the key cannot read, with the projects that it can read. The error of
 * Neon itself, if the key can read the project: then it must not do what was asked.
 */
export async function unknownProject(api: NeonApi, project: string, context: CallContext, cause: OffshootError): Promise<OffshootError> {
  const readable = await api.projects(context).catch(() => []);
  if (readable.some(({ id }) => id === project)) return cause;
  const names = similarFirst(
    readable.map(({ id, name }) => `${id} (${name})`),
    project,
  );
  return new OffshootError("PROVIDER_REJECTED", `The Neon project ${project} does not exist, or NEON_API_KEY cannot read it.`, {
    meaning: names.length === 0 ? cause.message : `Projects that the key can read: ${listed(names)}.`,
    remedy: PROJECT_REMEDY,
    facts: { ...cause.facts, project },
  });
}
