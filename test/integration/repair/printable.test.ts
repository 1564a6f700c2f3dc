// @module-tag proof
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { literal } from "../../../src/postgres/identifier.ts";
import { quoted } from "../../../src/catalog/quote.ts";
import { renderRepair } from "../../../src/repair/script.ts";
import { planFor } from "../../mutation/repair.ts";
import { readSide } from "../../mutation/template.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

/** Names and texts that run a program if `psql` takes any part of them for a command, a variable or the end of a quote. */
const HOSTILE = [
  "a\n\\! touch ran\n",
  "b\r\\! touch ran\r",
  "c'; \\! touch ran --",
  'd" \\! touch ran "',
  "e $$ \\! touch ran $$ $offshoot$",
  "f */ \\! touch ran /*",
  "g :\"NAME\" :'x' :x :{?x}",
  "h\u001b[2J\u0007\u202e`touch ran`",
];

const schema = (list: readonly string[]): string =>
  list
    .map((text, at) => {
      const table = quoted(text);
      return `create table ${table} (${quoted(`${text}c`)} text default ${literal(text)}, "USER" integer, list integer[], check (${quoted(`${text}c`)} <> ${literal(text)}));
        comment on table ${table} is ${literal(text)};
        create function ${quoted(`${text}f`)}() returns text language sql as ${literal(`select ${literal(text)}::text`)};
        create view ${quoted(`${text}v`)} as select list[1:"USER"] as x${at}, ${literal(text)}::text as y from ${table}`;
    })
    .join(";");

test.each([
  ["without variables", []],
  ["with variables", ["-v", "x=1); drop table kept; --", "-v", "NAME=kept", "-v", "USER=kept"]],
])("psql runs nothing but the repair, %s, and no control character is in the file", { timeout: 120_000 }, async (_, flags) => {
  const [wanted, found] = [await newDatabase("hostile"), await newDatabase("hostile")];
  await withSession(wanted, (session) => session.query(`create table kept (); ${schema(HOSTILE)}`));
  await withSession(found, (session) => session.query(`create table kept (); ${schema(HOSTILE.map((text) => `old ${text}`))}`));
  const side = await withSession(wanted, readSide);
  const { plan } = await withSession(found, async (session) => {
    await session.query("begin");
    return planFor(session, side);
  });
  const heading = { expected: "expected", actual: "actual\n\\! touch ran", copy: "a copy", copyHasRows: true };
  const folder = await mkdtemp(join(tmpdir(), "offshoot-psql-"));
  try {
    for (const allowDestructive of [false, true]) {
      const file = join(folder, "repair.sql");
      await writeFile(file, renderRepair(plan(new Map()), heading, { allowDestructive }));
      expect(await readFile(file, "utf8")).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u);
      const args = ["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", ...flags, "-f", file, found];
      const { status, stderr } = spawnSync("psql", args, {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, PGOPTIONS: "-c client_min_messages=warning" },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(await readdir(folder)).toEqual(["repair.sql"]);
    }
    expect(compareCatalogs(side.catalog, await withSession(found, (session) => readCatalog(session)))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
