import { inject, expect, onTestFinished, test } from "vitest";
import { existingProvider } from "../../../../src/providers/existing.ts";
import { toDatabase } from "../../../../src/providers/local/names.ts";
import { withSession } from "../../../support/session.ts";
import { listening, runOf, uniqueKey, wantedBy } from "../requests.ts";

/** What follows the first characters of a comment that is an owner tag. */
const VALID = { tool: "offshoot", kind: "run", created: "2026-01-01T00:00:00Z", expires: "2026-01-02T00:00:00Z" };

test.each<readonly [string, (valid: Readonly<Record<string, unknown>>) => string]>([
  ["10 MB of JSON", (valid) => JSON.stringify({ ...valid, ref: "x".repeat(10_000_000) })],
  ["a ref of 5,000 characters", (valid) => JSON.stringify({ ...valid, ref: "x".repeat(5000) })],
  ["deep JSON", () => "[".repeat(100_000)],
  ["null", () => "null"],
  ["wrong types", (valid) => JSON.stringify({ ...valid, run: 7 })],
  ["a time out of range", (valid) => JSON.stringify({ ...valid, expires: "+275760-09-13T00:00:00Z" })],
  ["a pull request of 1e300", (valid) => JSON.stringify({ ...valid, pullRequest: 1e300 })],
])("a database whose comment is %s belongs to somebody else: it is listed so, not used and not dropped", async (_what, comment) => {
  const url = inject("serverUrl");
  const key = uniqueKey();
  const run = runOf(key);
  const { name } = wantedBy(key);
  const database = toDatabase(name);
  const query = (sql: string): Promise<unknown[]> => withSession(url, (session) => session.query(sql));
  await query(`create database "${database}"`);
  onTestFinished(async () => void (await query(`drop database "${database}"`)));
  await query(`comment on database "${database}" is 'offshoot: ${comment({ ...VALID, repository: run.repository, run: run.key })}'`);
  const provider = existingProvider({ url, baseTtlMs: 60_000 });
  const listed = await provider.list(listening());
  expect(listed.find(({ id }) => id.endsWith(database))).toMatchObject({ kind: "foreign", tag: undefined });
  await expect(provider.acquire(wantedBy(key), listening())).rejects.toMatchObject({ code: "NOT_OURS" });
  await expect(provider.release(name, listening())).rejects.toMatchObject({ code: "NOT_OURS" });
  expect(await query(`select 1 from pg_database where datname = '${database}'`)).toHaveLength(1);
});
