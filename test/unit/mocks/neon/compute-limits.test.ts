import { expect, test } from "vitest";
import { connectionRefusal } from "../../../../mocks/neon/compute-limits.ts";
import { findEndpoint } from "../../../../mocks/neon/find.ts";
import { theProject } from "../../../../mocks/neon/neon.ts";
import { createMockClient } from "../../../support/neon-mock.ts";

const LIMIT = "You have exceeded the limit of concurrently active endpoints. Please suspend some endpoints and try again.";

test.each([
  [0, undefined],
  [1, LIMIT],
])(
  "with activeComputeLimit = %i, the compute of a branch that is being deleted refuses no other connection",
  async (activeComputeLimit, text) => {
    const { neon, branch, call, finish } = await createMockClient({ switches: { activeComputeLimit, deletingVisible: false } });
    const first = await branch("first");
    finish();
    await call("GET", "/branches");
    const second = await branch("second");
    const refusal = (): string | undefined =>
      connectionRefusal(neon, theProject(neon), findEndpoint(theProject(neon), second.endpoints[0]?.id ?? ""));
    expect(refusal()).toBe(text);
    expect((await call("DELETE", `/branches/${first.branch.id}`)).status).toBe(200);
    expect(() => refusal()).not.toThrow();
    finish();
    await call("GET", "/branches");
    expect(refusal()).toBeUndefined();
  },
);
