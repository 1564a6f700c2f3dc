import { expect, test } from "vitest";
import { cloneTable } from "../../../src/cli/clone-table.ts";
import type { ListedClone } from "../../../src/commands/list-clones.ts";

const now = new Date("2026-11-29T12:00:00Z");
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

const own: ListedClone = {
  name: "worker-1",
  database: "offshoot_shop_main_worker_1_1b2c3d4e5f",
  provider: "embedded",
  createdAt: ago(125),
  expiresAt: ago(-60 * 30),
  endsWith: "down",
  kept: false,
  readAt: undefined,
};
const longest: ListedClone = {
  ...own,
  name: "x".repeat(32),
  database: `offshoot_${"a_long_name_".repeat(4)}b_12345`,
  expiresAt: ago(1),
  endsWith: "last-run",
  kept: true,
};

test("each clone is one row where there is room", () => {
  expect(cloneTable([own, { ...own, name: "gw0", endsWith: "tests", expiresAt: undefined }], now, undefined)).toEqual([
    "DATABASE                                CLONE     AGE  EXPIRES  ENDS WITH  KEPT",
    "offshoot_shop_main_worker_1_1b2c3d4e5f  worker-1  2h   in 30h   down       no",
    "offshoot_shop_main_worker_1_1b2c3d4e5f  gw0       2h   never    its tests  no",
  ]);
});

test("the longest names fit 80 columns, where the name of the database has a row of its own", () => {
  const shown = cloneTable([longest], now, 80);
  expect(shown).toEqual([
    "DATABASE",
    `  CLONE${" ".repeat(27)}  AGE  EXPIRES  ENDS WITH  KEPT`,
    longest.database,
    `  ${"x".repeat(32)}  2h   expired  last run   failed test`,
  ]);
  expect(Math.max(...shown.map((row) => row.length))).toBeLessThanOrEqual(80);
});

test("ages are measured by the clock of the server that wrote the times", () => {
  expect(cloneTable([{ ...own, readAt: ago(120) }], now, undefined)[1]).toContain("  5m   in 32h  ");
});
