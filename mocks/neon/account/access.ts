import type { Neon } from "../neon.ts";
import { type Call, refused } from "../reply.ts";

/** What the key of a call may do. */
export interface Access {
  readonly kind: "user" | "org" | "project";
  /** The only project of the key. */
  readonly projectId: string | undefined;
}

/** The rights of the key that a call carries. Throws 401 for an unknown or revoked key. */
export function accessOf(neon: Neon, call: Call): Access {
  const key = (call.headers["authorization"] ?? "").replace(/^Bearer /, "");
  if (key === neon.apiKey) {
    const kind = neon.switches.keyKind;
    return { kind, projectId: kind === "project" ? neon.projectId : undefined };
  }
  const known = neon.state.apiKeys.find((each) => each.key === key);
  if (known === undefined) throw refused(401, "authorization failed");
  known.lastUsedAt = neon.clock.now();
  if (known.projectId !== undefined) return { kind: "project", projectId: known.projectId };
  return { kind: known.orgId === undefined ? "user" : "org", projectId: undefined };
}

/** Refuses a key that is limited to one project. Neon's page on API keys lists what such a key cannot do. */
export function refuseProjectKey(neon: Neon, call: Call): void {
  if (accessOf(neon, call).kind === "project") throw refused(403, "not allowed for a project-scoped API key");
}
