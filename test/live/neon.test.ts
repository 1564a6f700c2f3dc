import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe } from "vitest";
import { neonProvider } from "../../src/providers/neon/neon.ts";
import { createRateLimiter } from "../../src/providers/neon/rate-limit.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { listening } from "../integration/providers/asking.ts";
import { testContract } from "../integration/providers/contract.ts";
import { CHOICES } from "../support/neon-harness.ts";

const { NEON_API_KEY: apiKey, NEON_PROJECT_ID: project, NEON_API_HOST: apiHost } = process.env;
if (apiKey === undefined || project === undefined) {
  throw new Error("Set NEON_API_KEY and NEON_PROJECT_ID: the tests make branches in that project, and remove them.");
}

const api = `${apiHost ?? "https://console.neon.tech/api/v2"}/projects/${project}/branches`;
const rate = createRateLimiter();
const before = new Set((await provider().list(listening())).map(({ id }) => id));

function provider(): Provider {
  return neonProvider({ apiKey, project, apiHost, secretsWithheld: false, base: false, choices: CHOICES, dependencies: { rate } });
}

async function call(method: string, url: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  for (;;) {
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (response.ok || response.status === 404) return response;
    // Locked by operations that still run: nothing was done, so that the call may simply be made again.
    if (response.status !== 423) throw new Error(`${method} branches: ${response.status}`);
    await pause(500);
  }
}

/** A branch under our name, but without our tag: the provider must leave it alone. */
async function squat(name: string): Promise<() => Promise<void>> {
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const response = await call("POST", api, { branch: { name, expires_at: expires } });
  const { branch } = (await response.json()) as { branch: { id: string } };
  return async () => void (await call("DELETE", `${api}/${branch.id}`));
}

describe("the real Neon", () => {
  testContract(async () => ({ make: provider, squat }));
});

afterAll(async () => {
  // A test that failed in the middle leaves its branch; only what this run made goes.
  for (const { id, name, tag } of await provider().list(listening())) {
    if (tag !== undefined && !before.has(id)) await provider().release(name, listening());
  }
});
