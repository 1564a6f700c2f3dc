// The judges are psql and the driver: what the server says about a setting that they asked for.
import { execFileSync } from "node:child_process";
import { Client } from "pg";
import { expect, test } from "vitest";
import { startupSettings } from "../../../src/broker/startup-settings.ts";
import { isLimit } from "../../../src/rehearsal/sql/lock-timeout.ts";
import { newDatabase } from "../../support/new-database.ts";
import { findPeer } from "../../support/peers.ts";

const psql = findPeer("psql");
const DATABASE = await newDatabase("startup_settings");

test.runIf(psql !== undefined).each([
  ["-c lock_timeout=5s", true],
  ["-clock_timeout=5s", true],
  ["--lock_timeout=5s", true],
  ["--lock-timeout=5s", true],
  ["-c lock-timeout=5s", true],
  ["-c LOCK_TIMEOUT=5s", true],
  [String.raw`-c lock_timeout=5\ s`, true],
  [String.raw`-c search_path=a\\b -c lock_timeout=2min`, true],
  ["  -c   statement_timeout=9s   --lock_timeout=1  ", true],
  ["-c lock_timeout=5s -c lock_timeout=0", false],
  ["-c lock_timeout=0", false],
  ["--lock_timeout=0ms", false],
  [String.raw`-c lock_timeout=0\ s`, false],
  ["-c statement_timeout=5s", false],
  [String.raw`-c application_name=x\ -c\ lock_timeout=5s`, false],
])("PGOPTIONS %j: whether lock_timeout is a limit (%j)", (options, expected) => {
  const env = { ...process.env, PGOPTIONS: options };
  const shown = execFileSync(psql ?? "", ["-XAtc", "show lock_timeout", DATABASE], { env, encoding: "utf8" }).trim();
  expect(shown !== "0").toBe(expected);
  expect(isLimitIn({ options })).toBe(expected);
});

test("a parameter of a driver counts more than its options", async () => {
  for (const [own, expected] of [
    [{ lock_timeout: 4000, options: "-c lock_timeout=0" }, true],
    [{ options: "-c lock_timeout=3s" }, true],
  ] as const) {
    const client = new Client({ connectionString: DATABASE, ...own });
    await client.connect();
    const { rows } = await client.query<{ lock_timeout: string }>("show lock_timeout");
    await client.end();
    expect(rows[0]?.lock_timeout !== "0").toBe(expected);
    expect(isLimitIn(Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)])))).toBe(expected);
  }
});

function isLimitIn(parameters: Readonly<Record<string, string>>): boolean {
  const value = startupSettings(new Map(Object.entries({ user: "u", database: "d", ...parameters }))).get("lock_timeout");
  return value !== undefined && isLimit(value);
}
