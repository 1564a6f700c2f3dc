import type { OwnerTag } from "../../../../src/identity/owner-tag.ts";

/** A valid tag with changes. */
export function tagWith(changes: Partial<OwnerTag> = {}): OwnerTag {
  const created = "2026-01-01T00:00:00Z";
  const common = { tool: "offshoot", repository: "o/r", run: "k", created, ref: undefined, pullRequest: undefined } as const;
  return { ...common, kind: "run", expires: "2026-01-01T02:00:00Z", fingerprint: undefined, ...changes };
}
