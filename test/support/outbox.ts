import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withSession } from "./session.ts";

const execute = promisify(execFile);
const MIGRATOR = new URL("../../node_modules/node-pg-migrate/bin/node-pg-migrate.js", import.meta.url).pathname;

/** The folder of the outbox example. */
export const OUTBOX = new URL("../../examples/outbox", import.meta.url).pathname;

/** Runs the migrations of the example on a database. Default: all of them up. */
export async function migrateOutbox(
  url: string,
  direction: "up" | "down" = "up",
  steps?: number,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const count = steps === undefined ? [] : [String(steps)];
  await execute(process.execPath, [MIGRATOR, direction, ...count, "--no-verbose"], {
    cwd: OUTBOX,
    env: { ...process.env, ...more, DATABASE_URL: url },
  });
}

/** Changes a migrated database to the state of the reported parent branch. */
export async function driftOutbox(url: string): Promise<void> {
  const sql = await readFile(join(OUTBOX, "drifted-parent.sql"), "utf8");
  await withSession(url, (session) => session.query(sql));
}

/** Runs the eight tests of the example on a database. Returns the titles of those that passed and failed. */
export async function testOutbox(url: string): Promise<{ readonly passed: readonly string[]; readonly failed: readonly string[] }> {
  const { DATABASE_URL_UNPOOLED: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const argv = ["--test", "--test-reporter=tap", "test/outbox.test.js", "test/routing.test.js"];
  const { stdout } = await execute(process.execPath, argv, { cwd: OUTBOX, env: { ...env, DATABASE_URL: url } }).catch(
    (thrown: { stdout: string }) => thrown,
  );
  const titles = (verdict: string): readonly string[] =>
    [...stdout.matchAll(new RegExp(String.raw`^${verdict} \d+ - (.*)$`, "gm"))].map((match) => match[1] ?? "");
  return { passed: titles("ok"), failed: titles("not ok") };
}
