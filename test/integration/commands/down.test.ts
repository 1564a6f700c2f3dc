// @module-tag proof
import { expect, onTestFinished, test } from "vitest";
import { removeRunDatabase } from "../../../src/commands/down.ts";
import { prepare } from "../../../src/context/context.ts";
import type { Event } from "../../../src/events.ts";
import { makeProject } from "../../support/cli.ts";

/** Nothing listens on the discard port. */
const UNREACHABLE = {
  NEON_API_KEY: "a-key-that-nobody-sees",
  NEON_PROJECT_ID: "still-sun-12345678",
  NEON_API_HOST: "http://127.0.0.1:9/api/v2",
};

test("a database that `up` claimed is kept after a run, also while another provider cannot be reached", async () => {
  const project = await makeProject();
  onTestFinished(() => project.remove());
  await project.offshoot(["up"]);
  const events: Event[] = [];
  const env = { ...project.env, ...UNREACHABLE, OFFSHOOT_PROVIDER: "neon,embedded", OFFSHOOT_TIMEOUTS_ACQUIRE: "10s" };
  const context = await prepare({ cwd: project.directory, env, onEvent: (event) => void events.push(event) });
  expect(await removeRunDatabase(context, { only: "last-run" })).toMatchObject({ outcome: "kept", providers: [] });
  expect(events.filter(({ kind }) => kind === "warning")).toHaveLength(1);
});

test("an outage names the database that may still exist, and how to delete it later", async () => {
  const project = await makeProject();
  onTestFinished(() => project.remove());
  const env = { ...UNREACHABLE, OFFSHOOT_PROVIDER: "neon", OFFSHOOT_TIMEOUTS_ACQUIRE: "2s" };
  const { code, stderr } = await project.offshoot(["down", "--run", "a run", "--quiet"], env);
  expect(code).toBe(13);
  expect(stderr).toMatch(/The database \S*\/a-run--\S+ may still exist\. If it does, `offshoot sweep --yes` deletes it after its expiry\./);
  expect(stderr).toContain("Delete it when the provider answers again: npx offshoot down --run 'a run'");
});
