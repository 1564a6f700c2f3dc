import { messageOf } from "../../errors.ts";

/**
 * Why a compute does not run, or does not accept a connection. `transient` ends without help. `compute-limit` and
 * `compute-quota` are limits of the plan. `access` concerns this machine, `settings` the compute or the role.
 */
export type ProblemKind = "transient" | "compute-limit" | "compute-quota" | "access" | "settings";

export interface ComputeProblem {
  readonly kind: ProblemKind;
  readonly meaning: string;
  readonly remedy: string;
}

/** Of `CallFacts`. */
interface ReplyFacts {
  readonly status: number;
  readonly neonCode: string;
  readonly neonMessage: string;
}

interface Known extends ComputeProblem {
  /** What Neon's proxy sends to a client that connects. Its SQLSTATE is mostly XX000, so only the text shows the reason. */
  readonly text: RegExp;
  /** Values of `code` in replies of the API. */
  readonly codes?: readonly string[];
}

const UPGRADE = "Upgrade the Neon plan, wait until the next billing period, or use another provider.";
const ALLOW = "in Neon's console under Project settings > Network security";

const quota = (what: string, text: RegExp, ...codes: string[]): Known => ({
  kind: "compute-quota",
  text,
  codes,
  meaning: `The Neon plan allows no more ${what} in this period, so that Neon keeps computes suspended.`,
  remedy: UPGRADE,
});

const transient = (text: RegExp, ...codes: string[]): Known => ({
  kind: "transient",
  text,
  codes,
  meaning: "This usually ends without help, but it did not end in time.",
  remedy: "Run the command again. If it fails again, look at the compute in Neon's console and at https://neonstatus.com.",
});

/**
 * The first match counts. Sources: Neon's proxy (`proxy/src/auth/mod.rs`, `control_plane/errors.rs`, `control_plane/messages.rs`),
 * Neon's page on connection errors, and the texts that public logs contain.
 */
const KNOWN: readonly Known[] = [
  {
    kind: "compute-limit",
    text: /limit of concurrently active endpoints|active endpoints limit exceeded/i,
    codes: ["ACTIVE_ENDPOINTS_LIMIT_EXCEEDED"],
    meaning: "Neon runs a limited number of computes at the same time (by default 20, without the one of the default branch).",
    remedy:
      "Run `offshoot sweep --yes` to delete branches that are no longer needed, suspend other computes in Neon's console, or ask Neon's support for a higher limit.",
  },
  quota("compute time on branches other than the default one", /compute time for this branch/i, "NON_PRIMARY_BRANCH_COMPUTE_TIME_EXCEEDED"),
  quota(
    "compute time",
    /compute time quota|active time quota/i,
    "COMPUTE_TIME_EXCEEDED",
    "COMPUTE_TIME_QUOTA_EXCEEDED",
    "ACTIVE_TIME_QUOTA_EXCEEDED",
  ),
  quota("data transfer", /data transfer quota/i, "DATA_TRANSFER_LIMIT_EXCEEDED", "DATA_TRANSFER_QUOTA_EXCEEDED"),
  quota("data", /(?:written data|logical size) quota/i, "WRITTEN_DATA_QUOTA_EXCEEDED", "LOGICAL_SIZE_QUOTA_EXCEEDED"),
  {
    kind: "compute-quota",
    text: /remain suspended|(?:project|account|organization) (?:is|was|has been) (?:suspended|locked|blocked|restricted)|\bbilling\b|\bpayment\b|past due/i,
    meaning: "Neon has suspended the project or the account, for example because of an open invoice or a limit of the plan.",
    remedy: "Look at the billing page of the Neon account, or ask Neon's support. Until then, use another provider.",
  },
  {
    kind: "access",
    text: /IP address .*not allowed/i,
    meaning: "The IP allow-list of the Neon project does not contain the address of this machine.",
    remedy: `Add the address to the allow-list ${ALLOW} > IP Allow, or run the command on a machine whose address it contains.`,
  },
  {
    kind: "access",
    text: /VPC endpoint/i,
    meaning: "The project's list of allowed VPC endpoints does not contain the one that this machine uses.",
    remedy: `Add the VPC endpoint to the list ${ALLOW}, or run the command within an allowed network.`,
  },
  {
    kind: "access",
    text: /blocked network/i,
    meaning: "The project blocks connections from the public internet, or from the private network of this machine.",
    remedy: `Allow this network ${ALLOW}, or run the command within an allowed network.`,
  },
  {
    kind: "settings",
    text: /endpoint (?:is|has been) disabled/i,
    meaning: "The compute of the branch was disabled, so that Neon does not start it.",
    remedy: "Enable the compute in Neon, or delete the branch with `offshoot down` and run the command again.",
  },
  {
    kind: "settings",
    text: /role you're attempting to use is protected/i,
    codes: ["ROLE_PROTECTED"],
    meaning: "Neon accepts no password for this role.",
    remedy: "Set neon.role (OFFSHOOT_NEON_ROLE) to another role.",
  },
  transient(/couldn't connect to compute node/i),
  transient(/(?:control plane|console) request failed/i, "CONCURRENCY_LIMIT_REACHED", "LOCK_ALREADY_TAKEN"),
  transient(/already has running (?:conflicting )?operations/i, "RUNNING_OPERATIONS"),
  transient(/exceeded the rate limit|too many (?:database )?connections? (?:attempts|to this endpoint)/i, "RATE_LIMIT_EXCEEDED"),
  transient(/under maintenance/i, "PROJECT_UNDER_MAINTENANCE"),
  // Some of Neon's proxies do not know a new compute for a moment.
  transient(/endpoint (?:could not|cannot) be found/i, "ENDPOINT_NOT_FOUND"),
];

/** The problem that a failed connection or a failed operation reports; undefined for a text that is not known. */
export function problemOfText(text: string): ComputeProblem | undefined {
  return KNOWN.find((known) => known.text.test(text));
}

export function problemOfFailure(thrown: unknown): ComputeProblem | undefined {
  return problemOfText(messageOf(thrown));
}

/** A limit of the plan that a reply of the API reports: 402 and 422, and 403 was seen for other limits. */
export function capacityOf({ status, neonCode, neonMessage }: ReplyFacts): (ComputeProblem & { readonly kind: CapacityCode }) | undefined {
  if (status !== 402 && status !== 403 && status !== 422) return undefined;
  const found = KNOWN.find(({ codes }) => codes?.includes(neonCode)) ?? problemOfText(neonMessage);
  if (isCapacity(found)) return found;
  return status === 402 && found === undefined ? PAYMENT_REQUIRED : undefined;
}

export type CapacityCode = "compute-limit" | "compute-quota";

export function isCapacity<P extends ComputeProblem>(problem: P | undefined): problem is P & { readonly kind: CapacityCode } {
  return problem?.kind === "compute-limit" || problem?.kind === "compute-quota";
}

const PAYMENT_REQUIRED = {
  kind: "compute-quota",
  meaning: "A limit of the Neon plan was reached.",
  remedy: UPGRADE,
} as const;
