import type { Neon } from "./neon.ts";
import { refused } from "./reply.ts";
import type { Endpoint, Project } from "./state.ts";
import type { Switches } from "./switches.ts";

type Reason = Exclude<Switches["computeRefusal"], "none">;

/** The texts that Neon's proxy sends to a client (`proxy/src/auth/mod.rs`, Neon's page on connection errors), all with SQLSTATE XX000. */
const TEXTS: Readonly<Record<Reason, string>> = {
  "active-limit": "You have exceeded the limit of concurrently active endpoints. Please suspend some endpoints and try again.",
  "compute-quota": "Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.",
  "branch-quota": "You've exceeded the compute time for this branch. Upgrade your plan to increase limits or connect to another branch.",
  "transfer-quota": "Your project has exceeded the data transfer quota. Upgrade your plan to increase limits.",
  suspended: "Your project has been suspended.",
  disabled: "Control plane request failed: endpoint is disabled",
  address:
    "This IP address 192.0.2.7 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console. Make sure to check for IPv4 or IPv6 addresses.",
  network: "This connection is trying to access this endpoint from a blocked network.",
  unreachable: "Couldn't connect to compute node",
  unknown: "a text that no client knows",
};

/** `status` and `code` of a POST that would start a compute. The other reasons concern connections only. */
const REPLIES: Partial<Record<Reason, readonly [number, string]>> = {
  "active-limit": [422, "ACTIVE_ENDPOINTS_LIMIT_EXCEEDED"],
  "compute-quota": [402, "COMPUTE_TIME_EXCEEDED"],
  "branch-quota": [402, "NON_PRIMARY_BRANCH_COMPUTE_TIME_EXCEEDED"],
  "transfer-quota": [402, "DATA_TRANSFER_LIMIT_EXCEEDED"],
  suspended: [402, ""],
};

/** What a client gets that connects to the compute; undefined if it is let in. The compute of the default branch has no limit. */
export function connectionRefusal(neon: Neon, project: Project, endpoint: Endpoint): string | undefined {
  const reason = reasonOf(neon, project, endpoint);
  return reason === undefined ? undefined : TEXTS[reason];
}

/** Whether Neon does not start the compute. */
export function staysSuspended(neon: Neon, project: Project, endpoint: Endpoint): boolean {
  const reason = reasonOf(neon, project, endpoint);
  return reason !== undefined && (reason in REPLIES || reason === "disabled");
}

/** Refuses a POST that would start a compute. */
export function refuseNewCompute(neon: Neon): void {
  const { computeRefusal: reason, computeRefusalAt, errorCodes } = neon.switches;
  const reply = reason === "none" ? undefined : REPLIES[reason];
  if (reason === "none" || reply === undefined || computeRefusalAt !== "create") return;
  throw refused(reply[0], TEXTS[reason], errorCodes ? reply[1] : "");
}

function reasonOf(neon: Neon, project: Project, endpoint: Endpoint): Reason | undefined {
  if (project.branches.get(endpoint.branchId)?.isDefault === true) return undefined;
  const { computeRefusal, activeComputeLimit } = neon.switches;
  if (computeRefusal !== "none") return computeRefusal;
  if (activeComputeLimit === 0) return undefined;
  const isOther = (other: Endpoint): boolean =>
    other !== endpoint && other.state === "active" && project.branches.get(other.branchId)?.isDefault === false;
  const active = [...project.endpoints.values()].filter(isOther).length;
  return active >= activeComputeLimit ? "active-limit" : undefined;
}
