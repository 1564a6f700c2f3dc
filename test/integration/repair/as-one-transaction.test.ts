// @module-tag proof
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { renderRepair } from "../../../src/repair/script.ts";
import { planFor } from "../../mutation/repair.ts";
import { readSide } from "../../mutation/template.ts";
import { findMajor } from "../../support/majors.ts";
import { findPeer } from "../../support/peers.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { withSession } from "../../support/session.ts";
import { GENERATED_CASES, OWN_PART_CASES } from "./cases/inheritance.ts";

const HEADING = { expected: "expected", actual: "actual", copy: "a copy", copyHasRows: true };

describe.skipIf(findPeer("psql") === undefined).each([15, 18])("psql -1 on PostgreSQL %i", { timeout: 60_000 }, (major) => {
  let server: TestServer;
  let folder: string;
  let made = 0;

  beforeAll(async () => {
    const binaries = await findMajor(major);
    server = await startServer({}, binaries === undefined ? {} : { binaries });
    folder = await mkdtemp(join(tmpdir(), "offshoot-script-"));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function database(sql: string): Promise<string> {
    const url = await server.createDatabase(`script_${(made += 1)}`);
    await withSession(url, (session) => session.query(sql));
    return url;
  }

  test.each(Object.entries({ ...OWN_PART_CASES, ...(major >= 16 ? GENERATED_CASES : {}) }))(
    "runs the script twice: %s",
    async (_, [expected, actual]) => {
      const [wanted, url] = [await database(expected), await database(actual)];
      const side = await withSession(wanted, readSide);
      const script = await withSession(url, async (session) => {
        await session.query("begin");
        const { plan } = await planFor(session, side);
        return renderRepair(plan(new Map()), HEADING, { allowDestructive: true });
      });
      const file = join(folder, "repair.sql");
      await writeFile(file, script);
      for (let run = 1; run <= 2; run += 1) await promisify(execFile)("psql", ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", file, url]);
      expect(compareCatalogs(side.catalog, await withSession(url, (session) => readCatalog(session)))).toEqual([]);
    },
  );
});
