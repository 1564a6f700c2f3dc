import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { refusal } from "../../../../src/providers/neon/refuse.ts";
import { createHarness, type NeonHarness, requestFor } from "../../../support/neon-harness.ts";

const acquire = (harness: NeonHarness, options: Parameters<NeonHarness["provider"]>[0] = {}) =>
  harness.provider(options).acquire(requestFor("run-1"), harness.limits());

describe("Neon refuses without a call", () => {
  test.each([
    ["no-key", "a missing key", { apiKey: undefined }],
    ["no-key", "a blank key", { apiKey: "  " }],
    ["no-project", "an empty project", { project: "" }],
  ])("with the code %s for %s", async (code, _what, options) => {
    const harness = await createHarness();
    expect(await acquire(harness, options)).toMatchObject({ kind: "refusal", provider: "neon", code, mayFallBack: true });
    expect(await harness.provider(options).refuse(harness.limits())).toMatchObject({ code });
    expect(await harness.provider(options).find("offshoot/acme/shop/run-1", harness.limits())).toBeUndefined();
    expect(await harness.provider(options).list(harness.limits())).toEqual([]);
    expect(harness.calls()).toEqual([]);
  });
});

describe("a key that Neon rejects", () => {
  test("is a refusal if the CI withholds secrets", async () => {
    const harness = await createHarness();
    const options = { apiKey: "placeholder", secretsWithheld: true };
    expect(await acquire(harness, options)).toMatchObject({ kind: "refusal", code: "key-unusable", mayFallBack: true });
    expect(await harness.provider(options).find("offshoot/acme/shop/run-1", harness.limits())).toBeUndefined();
    expect(await harness.provider(options).release("offshoot/acme/shop/run-1", harness.limits())).toBe("not-found");
    expect(await harness.provider(options).list(harness.limits())).toEqual([]);
  });

  test("is an error everywhere else, and the error does not show it", async () => {
    const harness = await createHarness();
    const failure: unknown = await acquire(harness, { apiKey: "wrong-key-of-somebody" }).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "PROVIDER_REJECTED", remedy: expect.stringContaining("NEON_API_KEY") });
    expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain("wrong-key");
  });
});

const pageOf = (path: string): Promise<string> => readFile(new URL(`../../../../${path}`, import.meta.url), "utf8");

test("the README's table of fallbacks has the limits of computes, and the page of the provider says what happens for each", async () => {
  const table = (await pageOf("README.md")).split("## Fallback")[1]?.split("\n## ")[0] ?? "";
  const page = await pageOf("docs/providers/neon.md");
  for (const code of ["compute-limit", "compute-quota"] as const) {
    expect(refusal(code, "", undefined).mayFallBack).toBe(true);
    expect([code, table.includes(`\`${code}\``), page.includes(`(\`${code}\`)`)]).toEqual([code, true, true]);
  }
});
