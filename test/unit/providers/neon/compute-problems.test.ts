import { describe, expect, test } from "vitest";
import { describeError } from "../../../../src/errors.ts";
import { apiError, factsOf } from "../../../../src/providers/neon/api-errors.ts";
import { computeError } from "../../../../src/providers/neon/compute-errors.ts";
import { capacityOf, problemOfText } from "../../../../src/providers/neon/compute-problems.ts";
import { connectionError } from "../../../../src/postgres/connect.ts";

const URL = "postgresql://owner:p4ss-word@ep-cool-1.us-east-2.aws.neon.tech/shop";

/** What a user reads when the login fails with this text. */
function shown(text: string): string {
  const thrown = Object.assign(new Error(text), { code: "XX000" });
  const failed = connectionError(URL, thrown);
  return describeError(computeError(URL, failed, thrown) ?? failed);
}

const COMPUTE = "Neon did not open the compute ep-cool-1.us-east-2.aws.neon.tech:";
const REFUSED = "Neon refused the connection from this machine to ep-cool-1.us-east-2.aws.neon.tech:";
const UPGRADE = "Upgrade the Neon plan, wait until the next billing period, or use another provider.";
const suspended = (what: string): string => `The Neon plan allows no more ${what} in this period, so that Neon keeps computes suspended.`;
const BILLING = [
  "Neon has suspended the project or the account, for example because of an open invoice or a limit of the plan.",
  "Look at the billing page of the Neon account, or ask Neon's support. Until then, use another provider.",
];
const LIMIT = [
  "Neon runs a limited number of computes at the same time (by default 20, without the one of the default branch).",
  "Run `offshoot sweep --yes` to delete branches that are no longer needed, suspend other computes in Neon's console, or ask Neon's support for a higher limit.",
];
const LATER = [
  "This usually ends without help, but it did not end in time.",
  "Run the command again. If it fails again, look at the compute in Neon's console and at https://neonstatus.com.",
];
const DISABLED = [
  "The compute of the branch was disabled, so that Neon does not start it.",
  "Enable the compute in Neon, or delete the branch with `offshoot down` and run the command again.",
];

/** Each text of Neon's proxy, the kind, and the lines after the first that a user reads. */
const CASES: readonly (readonly [text: string, kind: string, lines: readonly string[]])[] = [
  ["You have exceeded the limit of concurrently active endpoints. Please suspend some endpoints and try again.", "compute-limit", LIMIT],
  ["active endpoints limit exceeded", "compute-limit", LIMIT],
  [
    "Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.",
    "compute-quota",
    [suspended("compute time"), UPGRADE],
  ],
  [
    "Your project has exceeded the active time quota. Upgrade your plan to increase limits.",
    "compute-quota",
    [suspended("compute time"), UPGRADE],
  ],
  [
    "Your project has exceeded the data transfer quota. Upgrade your plan to increase limits.",
    "compute-quota",
    [suspended("data transfer"), UPGRADE],
  ],
  [
    "Your project has exceeded the written data quota. Upgrade your plan to increase limits.",
    "compute-quota",
    [suspended("data"), UPGRADE],
  ],
  [
    "Your project has exceeded the logical size quota. Upgrade your plan to increase limits.",
    "compute-quota",
    [suspended("data"), UPGRADE],
  ],
  [
    "You've exceeded the compute time for this branch. Upgrade your plan to increase limits or connect to another branch.",
    "compute-quota",
    [suspended("compute time on branches other than the default one"), UPGRADE],
  ],
  ["Your computes will remain suspended until the next billing period.", "compute-quota", BILLING],
  ["The project is locked", "compute-quota", BILLING],
  ["Your account has been suspended due to a failed payment", "compute-quota", BILLING],
  [
    "This IP address 192.0.2.7 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console. Make sure to check for IPv4 or IPv6 addresses.",
    "access",
    [
      "The IP allow-list of the Neon project does not contain the address of this machine.",
      "Add the address to the allow-list in Neon's console under Project settings > Network security > IP Allow, or run the command on a machine whose address it contains.",
    ],
  ],
  [
    "This VPC endpoint id vpce-1 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console.",
    "access",
    [
      "The project's list of allowed VPC endpoints does not contain the one that this machine uses.",
      "Add the VPC endpoint to the list in Neon's console under Project settings > Network security, or run the command within an allowed network.",
    ],
  ],
  [
    "This connection is trying to access this endpoint from a blocked network.",
    "access",
    [
      "The project blocks connections from the public internet, or from the private network of this machine.",
      "Allow this network in Neon's console under Project settings > Network security, or run the command within an allowed network.",
    ],
  ],
  ["Control plane request failed: endpoint is disabled", "settings", DISABLED],
  ["The endpoint has been disabled. Enable it using Neon API and retry.", "settings", DISABLED],
  [
    "The role you're attempting to use is protected and cannot be used for password-based authentication. Please pick a different role and try again.",
    "settings",
    ["Neon accepts no password for this role.", "Set neon.role (OFFSHOOT_NEON_ROLE) to another role."],
  ],
  ["Couldn't connect to compute node", "transient", LATER],
  ["Control plane request failed", "transient", LATER],
  ["Console request failed", "transient", LATER],
  ["Control plane request failed: endpoint is temporarily unavailable. Check your quotas and/or contact our support.", "transient", LATER],
  ["Your project already has running operations. Please wait until they complete, and then try again.", "transient", LATER],
  ["You've exceeded the rate limit. Please wait a moment and try again.", "transient", LATER],
  ["Too many connections attempts", "transient", LATER],
  ["Too many connections to this endpoint. Please try again later.", "transient", LATER],
  ["Failed to acquire permit to connect to the database. Too many database connection attempts are currently ongoing.", "transient", LATER],
  [
    "The requested endpoint could not be found, or you don't have access to it. Please check the provided ID and try again.",
    "transient",
    LATER,
  ],
];

describe("a failed login", () => {
  test.each(CASES)("with the text %j is %s", (text, kind, lines) => {
    expect(problemOfText(text)?.kind).toBe(kind);
    const first = `${kind === "access" ? REFUSED : COMPUTE} ${text.replace(/\.$/, "")}.`;
    expect(shown(text)).toBe([first, ...lines].join("\n"));
  });

  test.each([
    "internal error",
    "cache lookup failed for type 7",
    "syntax error at or near compute",
    'relation "payments" does not exist',
    "permission denied for table endpoint",
  ])("with the unknown text %j has no known reason", (text) => {
    expect(problemOfText(text)).toBeUndefined();
  });
});

describe("a reply of the API", () => {
  test.each([
    [422, "ACTIVE_ENDPOINTS_LIMIT_EXCEEDED", "", "compute-limit"],
    [422, "", "active endpoints limit exceeded", "compute-limit"],
    [402, "COMPUTE_TIME_EXCEEDED", "", "compute-quota"],
    [402, "NON_PRIMARY_BRANCH_COMPUTE_TIME_EXCEEDED", "", "compute-quota"],
    [402, "DATA_TRANSFER_LIMIT_EXCEEDED", "", "compute-quota"],
    [402, "", "", "compute-quota"],
    [403, "COMPUTE_TIME_EXCEEDED", "", "compute-quota"],
    [402, "BRANCHES_LIMIT_EXCEEDED", "branches limit exceeded", "compute-quota"],
    [422, "BRANCHES_LIMIT_EXCEEDED", "branches limit exceeded", undefined],
    [422, "", "branch not ready yet", undefined],
    [403, "", "not allowed", undefined],
    [503, "COMPUTE_TIME_EXCEEDED", "", undefined],
  ])("with status %i, the code %j and the message %j reports: %s", (status, code, message, kind) => {
    const thrown = { response: { status, data: { code, message } } };
    const facts = factsOf(apiError(thrown, "create the branch", [], new Date(0)));
    expect(facts && capacityOf(facts)?.kind).toBe(kind);
  });

  test("about the quota of compute time says what it means and what to do", () => {
    const thrown = { response: { status: 402, data: { code: "COMPUTE_TIME_EXCEEDED", message: "compute time limit exceeded" } } };
    expect(describeError(apiError(thrown, "create the branch", [], new Date(0)))).toBe(
      [
        "Neon did not create the branch: compute time limit exceeded (HTTP 402, COMPUTE_TIME_EXCEEDED).",
        suspended("compute time"),
        UPGRADE,
      ].join("\n"),
    );
  });
});
