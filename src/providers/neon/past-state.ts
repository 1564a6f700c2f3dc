import { formatDuration } from "../../duration.ts";
import { OffshootError } from "../../errors.ts";
import type { CallFacts } from "./api-errors.ts";
import type { Setup } from "./options.ts";
import { requireBranch } from "./parent.ts";
import type { Branch, CallContext, NeonProject } from "./types.ts";

const STATUS: ReadonlySet<number> = new Set([400, 404, 406, 409, 412, 422]);

/** What Neon's refusals of a past state are about. The texts differ between the API and the storage (`invalid branch start lsn: less than … cutoff`). */
const PAST = /time[ _-]?stamp|\blsn\b|history|retention|point[ -]in[ -]time|\bpitr\b|restore window|cutoff/i;

/** Whether the refusal of a request that named a past state is about that state. */
export function isPastStateRefused({ status, neonCode, neonMessage }: CallFacts): boolean {
  return STATUS.has(status) && PAST.test(`${neonCode} ${neonMessage}`) && !/expires_at/i.test(neonMessage);
}

/** The wanted state of a branch: its id, or undefined for the project's default branch. */
export interface PastState {
  readonly branch: string | undefined;
  readonly at: string;
}

/** The error for a past state that Neon does not have: how far back its history reaches, and what to set. Reads that with two calls. */
export async function unavailablePastState(
  setup: Setup,
  { branch: id, at }: PastState,
  { neonMessage, ...facts }: CallFacts,
  context: CallContext,
): Promise<OffshootError> {
  const { api, dependencies, pointFrom } = setup;
  const [project, branch] = await Promise.all([
    api.project(context).catch(() => undefined),
    requireBranch(api, undefined, id, context).catch(() => undefined),
  ]);
  context.deadline.check();
  const window = project && branch && windowOf(project, branch, dependencies.now());
  const name = branch?.name ?? id ?? "the default branch";
  const past = Date.parse(at);
  const isFuture = past > dependencies.now().getTime();
  // People type this time into a setting, so it is exact.
  const between = window && `between ${window.earliest.toISOString()} and now`;
  const own = `Set neon.parentAt (OFFSHOOT_NEON_PARENT_AT) to a time ${between ?? "that is later"}, or remove it to use the present state.`;
  const given = `Use a time ${between ?? "that is later"} after the @ of the branch.`;
  const longer = isFuture ? "" : " A longer history is a setting of the Neon project (history retention), up to the limit of the plan.";
  return new OffshootError("PROVIDER_REJECTED", `Neon has no state of the branch ${name} at ${at}: ${neonMessage.replace(/\.$/, "")}.`, {
    meaning: isFuture ? "That time is in the future." : window && `${window.text} Nothing was created or changed.`,
    remedy: `${pointFrom === "command" ? given : own}${longer}`,
    facts: { ...facts, neonMessage, earliest: window?.earliest.toISOString() },
  });
}

/** How far the states of a branch go back: by the history of the project, and not further than the branch itself. */
function windowOf(
  { historyMs }: NeonProject,
  { createdAt }: Branch,
  now: Date,
): { readonly earliest: Date; readonly text: string } | undefined {
  if (historyMs === undefined) return undefined;
  const kept = new Date(now.getTime() - historyMs);
  const history = `The project keeps a history of ${formatDuration(historyMs)}`;
  return createdAt > kept
    ? { earliest: createdAt, text: `${history}, and the branch exists since ${createdAt.toISOString()}.` }
    : { earliest: kept, text: `${history}, so its earliest state is of ${kept.toISOString()}.` };
}

/** Why the project cannot have a state of that time; undefined if it may have it. An LSN shows no time. */
export function outsideOfHistory({ historyMs }: NeonProject, at: string, now: Date): string | undefined {
  const past = Date.parse(at);
  if (Number.isNaN(past) || /^[0-9a-f]+\/[0-9a-f]+$/i.test(at)) return undefined;
  if (past > now.getTime()) return `${at} is in the future.`;
  if (historyMs === undefined || past >= now.getTime() - historyMs) return undefined;
  const earliest = new Date(now.getTime() - historyMs).toISOString();
  return `${at} is before the history of the project, which reaches back ${formatDuration(historyMs)}, to ${earliest}.`;
}
