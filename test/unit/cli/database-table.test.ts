import { expect, test } from "vitest";
import { databaseTable } from "../../../src/cli/database-table.ts";
import type { OwnerTag } from "../../../src/identity/owner-tag.ts";
import type { Listed } from "../../../src/providers/provider.ts";

const now = new Date("2026-11-29T12:00:00Z");
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const tag = (owner?: string): OwnerTag =>
  ({
    tool: "offshoot",
    kind: "run",
    repository: "shop",
    run: "main",
    created: "",
    expires: "",
    lifetime: "until-down",
    owner,
  }) as unknown as OwnerTag;

const mine: Listed = {
  provider: "neon",
  id: "br-summer-wildflower-a5f2c8k1",
  name: "offshoot/shop/ada-main-3f9c2a1b",
  kind: "run",
  tag: tag("ada-5be1c2d0"),
  createdAt: ago(125),
  expiresAt: ago(-60 * 30),
  lastUsedAt: ago(3),
  sessions: 0,
  sizeBytes: 31 * 2 ** 20,
  guarded: undefined,
  parentId: undefined,
  broken: false,
};
const long: Listed = {
  ...mine,
  provider: "embedded",
  id: "postgres-18/offshoot_a_long_name_1234567890",
  name: `offshoot/shop/${"a-long-name-".repeat(5)}x`,
  tag: tag(),
  expiresAt: ago(1),
  sessions: 2,
  sizeBytes: 3 * 2 ** 30,
};
const foreign: Listed = {
  ...mine,
  name: "offshoot/other",
  tag: undefined,
  kind: "foreign",
  expiresAt: undefined,
  lastUsedAt: undefined,
  sizeBytes: undefined,
};

test("each database is one row where there is room", () => {
  expect(databaseTable([mine, foreign], now, undefined)).toEqual([
    "DATABASE                OWNER     AGE  USED  SIZE   EXPIRES  PROVIDER  ID",
    "shop/ada-main-3f9c2a1b  ada       2h   3m    31 MB  in 30h   neon      br-summer-wildflower-a5f2c8k1",
    "other                   not ours  2h   -     -      never    neon      br-summer-wildflower-a5f2c8k1",
  ]);
});

test("at 80 columns the name has a row of its own, and no row is wider", () => {
  const shown = databaseTable([mine, long], now, 80);
  expect(shown).toEqual([
    "DATABASE",
    "  OWNER  AGE  USED  SIZE    EXPIRES  PROVIDER  ID",
    "shop/ada-main-3f9c2a1b",
    "  ada    2h   3m    31 MB   in 30h   neon      br-summer-wildflower-a5f2c8k1",
    `shop/${"a-long-name-".repeat(5)}x`,
    "  CI     2h   now   3.0 GB  expired  embedded  postgres-18",
  ]);
  expect(Math.max(...shown.map((row) => row.length))).toBeLessThanOrEqual(80);
});

test.each([undefined, 40])("the name of a branch of others keeps to its row, with %s columns", (width) => {
  const hostile = { ...mine, name: "offshoot/x\n::error::y\u001B[31m", tag: undefined, kind: "foreign" as const };
  const text = databaseTable([hostile], now, width).join("\n");
  expect(text).toContain(String.raw`x\n::error::y\x1b[31m`);
  expect(text).not.toContain("\u001B");
});

test("copies of one database are listed with names that differ", () => {
  const copyOf = (random: string): Listed => ({ ...mine, id: `local/offshoot_scratch_${random}_0a1b2c3d` });
  const lines = databaseTable([mine, copyOf("20e6000000000000"), copyOf("10c8000000000000")], now, undefined).join("\n");
  expect(lines).toMatch(/ada-main-3f9c2a1b +ada[^]*ada-main-3f9c2a1b \(copy 20e60000\)[^]*ada-main-3f9c2a1b \(copy 10c80000\)/);
});
