import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Limits } from "../../../../src/providers/provider.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { requestFor } from "../../../support/neon-harness.ts";
import { providerOfMock } from "./provider-of-mock.ts";

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
});
afterAll(() => mock.stop());
beforeEach(() => switches({ computeRefusal: "none" }));

async function switches(wanted: object): Promise<void> {
  await mock.control("POST", "switches", wanted);
}

const limits = (): Limits => ({ signal: new AbortController().signal, withinMs: 60_000, emit: () => {} });
const request = (key: string) => requestFor(key, { at: Date.now() });

test.each(["compute-quota", "suspended"])(
  "a client that meets %s is refused by Neon, and its branch is deleted",
  async (computeRefusal) => {
    await switches({ computeRefusal });
    const provider = providerOfMock(mock);
    expect(await provider.acquire(request(computeRefusal), limits())).toMatchObject({ kind: "refusal", code: "compute-quota" });
    expect(await provider.list(limits())).toEqual([]);
  },
);

test("a client whose address is not on the allow-list gets an error that names it", async () => {
  await switches({ computeRefusal: "address" });
  await expect(providerOfMock(mock).acquire(request("address"), limits())).rejects.toMatchObject({
    code: "CONNECTION_FAILED",
    message: expect.stringContaining("192.0.2.7 is not allowed"),
    remedy: expect.stringContaining("allow-list"),
  });
});
