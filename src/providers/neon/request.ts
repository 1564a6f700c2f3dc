import { MAX_TTL_MS } from "../../identity/expiry.ts";
import { tagToRecord } from "../../identity/owner-tag.ts";
import type { Wanted } from "../provider.ts";
import { wireTime } from "./api.ts";
import type { NeonChoices } from "./options.ts";
import type { Request } from "./wire.ts";

/** Our clock may be ahead of Neon's, which refuses what is more than 30 days away from its own. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** Where a branch starts. */
export interface Origin {
  /** Undefined: the project's default branch. */
  readonly parentId: string | undefined;
  /** Name of the base, where that is the parent. */
  readonly base: string | undefined;
}

/** The body of the one POST. What starts from a base is a copy of it as it stands: no past state, no masking, all of its data. */
export function requestOf(wanted: Wanted, origin: Origin, choices: NeonChoices, now: Date): Request {
  const fromBase = origin.base !== undefined;
  return {
    branch: {
      name: wanted.name,
      ...(origin.parentId === undefined ? {} : { parent_id: origin.parentId }),
      ...(fromBase ? {} : pointOf(choices.parentAt)),
      ...(fromBase || !choices.schemaOnly ? {} : { init_source: "schema-only" }),
      ...(wanted.expiresAt === undefined ? {} : { expires_at: wireTime(withinLimit(wanted.expiresAt, now)) }),
    },
    endpoint: computeOf(choices),
    annotation_value: tagToRecord(wanted.tag),
    anonymized: choices.anonymized && !fromBase,
  };
}

/** The same without an expiry, for projects that refuse one. */
export function withoutExpiry(request: Request): Request {
  const { expires_at: _, ...branch } = request.branch;
  return { ...request, branch };
}

/** Size and suspension of a compute; what is left out is the project's default. */
export function computeOf({ compute: { min, max, suspendMs } }: NeonChoices): Request["endpoint"] {
  return {
    ...(min === undefined ? {} : { autoscaling_limit_min_cu: min }),
    ...(max === undefined ? {} : { autoscaling_limit_max_cu: max }),
    // Free plans refuse any value (create-branch-action issue 31), so none is sent unless one was asked for.
    ...(suspendMs === undefined ? {} : { suspend_timeout_seconds: Math.round(suspendMs / 1000) }),
  };
}

export function withinLimit(expiresAt: Date, now: Date): Date {
  return new Date(Math.min(expiresAt.getTime(), now.getTime() + MAX_TTL_MS - CLOCK_SKEW_MS));
}

function pointOf(parentAt: string | undefined): { parent_lsn?: string; parent_timestamp?: string } {
  if (parentAt === undefined) return {};
  return /^[0-9a-f]{1,8}\/[0-9a-f]{1,8}$/i.test(parentAt) ? { parent_lsn: parentAt } : { parent_timestamp: parentAt };
}
