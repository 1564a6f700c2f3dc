import { tagToRecord } from "../../identity/owner-tag.ts";
import type { DatabaseRequest } from "../provider.ts";
import { limitExpiry, toNeonTime } from "./branches.ts";
import type { Origin } from "./create-state.ts";
import type { NeonChoices } from "./options.ts";
import type { BranchRequest } from "./types.ts";

/** A branch of a base copies the present state of the base: the settings for a past state, schema only and masking are not used. */
export function branchRequest(wanted: DatabaseRequest, origin: Origin, choices: NeonChoices, now: Date): BranchRequest {
  const fromBase = origin.base !== undefined;
  return {
    branch: {
      name: wanted.name,
      ...(origin.parentId === undefined ? {} : { parent_id: origin.parentId }),
      ...(fromBase ? {} : pastState(choices.parentAt)),
      ...(fromBase || !choices.schemaOnly ? {} : { init_source: "schema-only" }),
      ...(wanted.expiresAt === undefined ? {} : { expires_at: toNeonTime(limitExpiry(wanted.expiresAt, now)) }),
    },
    endpoint: computeRequest(choices),
    annotation_value: tagToRecord(wanted.tag),
    anonymized: choices.anonymized && !fromBase,
    maskingRules: choices.maskingRules,
  };
}

/** Size and suspend time of a compute. Neon uses the project's default for a field that is missing. */
export function computeRequest({ compute: { min, max, suspendMs } }: NeonChoices): BranchRequest["endpoint"] {
  return {
    ...(min === undefined ? {} : { autoscaling_limit_min_cu: min }),
    ...(max === undefined ? {} : { autoscaling_limit_max_cu: max }),
    // Free plans refuse every value (create-branch-action issue 31), so the field is sent only if the user has set it.
    ...(suspendMs === undefined ? {} : { suspend_timeout_seconds: Math.round(suspendMs / 1000) }),
  };
}

/** The fields for a past state of the parent. */
export function pastState(parentAt: string | undefined): { parent_lsn?: string; parent_timestamp?: string } {
  if (parentAt === undefined) return {};
  return /^[0-9a-f]{1,8}\/[0-9a-f]{1,8}$/i.test(parentAt) ? { parent_lsn: parentAt } : { parent_timestamp: parentAt };
}
