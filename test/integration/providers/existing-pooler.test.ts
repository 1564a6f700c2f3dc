import { inject, onTestFinished, test, expect, describe } from "vitest";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { existingProvider } from "../../../src/providers/existing.ts";
import { startPooler } from "../../support/pgbouncer.ts";
import { directUrl } from "../../../src/postgres/url.ts";
import { listening, uniqueKey, wantedBy } from "./requests.ts";
import { openScene } from "../readiness/scene.ts";

describe.each(["session", "transaction", "statement"] as const)("PgBouncer in %s mode", (mode) => {
  test.each([undefined, "options"])("is refused as the server of databases, when it ignores %s", async (ignore) => {
    const pooler = await startPooler(inject("serverUrl"), 5, { mode, ...(ignore === undefined ? {} : { ignore }) });
    if (pooler === undefined) return;
    onTestFinished(() => pooler.stop());
    const provider = existingProvider({ url: pooler.urlOf(inject("serverUrl")), baseTtlMs: 60_000 });
    const refused = { code: "URL_POOLED", message: expect.stringContaining("is reached through a connection pooler") };
    await expect(provider.acquire(wantedBy(uniqueKey()), listening())).rejects.toMatchObject(refused);
    await expect(provider.list(listening())).rejects.toMatchObject(refused);
  });
});

test("a command whose sessions pass a pooler is not fenced, and the error says what to do", async () => {
  const scene = await openScene();
  onTestFinished(() => scene.drop());
  const pooler = await startPooler(inject("serverUrl"), 20, { mode: "session" });
  if (pooler === undefined) return;
  onTestFinished(() => pooler.stop());
  const url = directUrl(pooler.urlOf(scene.url));
  const request = { ...scene.request({ kind: "shell", text: 'psql --no-psqlrc "$DATABASE_URL" --command "select 1"' }), url };
  await expect(migrateOnce(request)).rejects.toMatchObject({
    code: "MIGRATION_FAILED",
    message: expect.stringContaining("If a connection pooler is between, use the URL of the server itself, or set migrations.fence to off"),
  });
  await expect(migrateOnce({ ...request, fence: "off", retry: true })).resolves.toMatchObject({ state: "ran" });
});

test("a pooler in statement mode ends the wait for the migrations at once", async () => {
  const scene = await openScene();
  onTestFinished(() => scene.drop());
  const pooler = await startPooler(inject("serverUrl"), 5, { mode: "statement" });
  if (pooler === undefined) return;
  onTestFinished(() => pooler.stop());
  const url = directUrl(pooler.urlOf(scene.url));
  const start = performance.now();
  await expect(migrateOnce({ ...scene.request({ kind: "argv", argv: ["true"] }), url })).rejects.toThrow("statement pooling mode");
  expect(performance.now() - start).toBeLessThan(10_000);
});
