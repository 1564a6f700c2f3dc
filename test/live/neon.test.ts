import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe } from "vitest";
import { findCaBundle } from "../../src/postgres/ca-bundle.ts";
import { neonProvider } from "../../src/providers/neon/neon.ts";
import { createRateLimiter } from "../../src/providers/neon/rate-limit.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { listening } from "../integration/providers/requests.ts";
import { testContract } from "../integration/providers/contract.ts";
import { testResets } from "../integration/providers/resets.ts";
import { CHOICES } from "../support/neon-harness.ts";

const { NEON_API_KEY: apiKey, NEON_PROJECT_ID: project, NEON_API_HOST: apiHost } = process.env;
if (apiKey === undefined || project === undefined) {
  throw new Error("NEON_API_KEY or NEON_PROJECT_ID is not set. Set both: the tests create branches in that project and delete them.");
}

const api = `${apiHost ?? "https://console.neon.tech/api/v2"}/projects/${project}/branches`;
const rate = createRateLimiter();
const rootFile = await findCaBundle(process.env);
const before = new Set((await provider().list(listening())).map(({ id }) => id));

function provider(): Provider {
  return neonProvider({
    apiKey,
    project,
    apiHost,
    secretsWithheld: false,
    base: false,
    choices: CHOICES,
    rootFile,
    dependencies: { rate },
  });
}

async function call(method: string, url: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  for (;;) {
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (response.ok || response.status === 404) return response;
    // Operations are still running. Neon executed nothing, so the call can be sent again.
    if (response.status !== 423) throw new Error(`${method} branches failed with status ${response.status}`);
    await pause(500);
  }
}

/** Creates a branch with our name but without our tag, which the provider must not use or delete. */
async function squat(name: string): Promise<() => Promise<void>> {
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const response = await call("POST", api, { branch: { name, expires_at: expires } });
  const { branch } = (await response.json()) as { branch: { id: string } };
  return async () => void (await call("DELETE", `${api}/${branch.id}`));
}

describe("the provider with the real Neon", () => {
  testContract(async () => ({ make: provider, createForeign: squat }));
  testResets(async () => ({ make: provider, createForeign: squat }));
});

afterAll(async () => {
  // A failed test leaves its branch behind. Only branches of this test run are deleted.
  for (const { id, name, tag } of await provider().list(listening())) {
    if (tag !== undefined && !before.has(id)) await provider().release(name, listening());
  }
});
