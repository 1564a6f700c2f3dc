import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCatalog } from "../../src/catalog/read.ts";
import { writeSpec } from "../../src/audit/spec-writer/write.ts";
import { findMajor } from "../../test/support/majors.ts";
import { startServer } from "../../test/support/server.ts";
import { withSession } from "../../test/support/session.ts";
import { growTables, pgtapScript } from "../tables.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, mustRun, node } from "./process.ts";

const TABLES = 200;

/** The assertions of 200 tables, on PostgreSQL 15, which has pgTAP in Debian. `bench/audit.ts` measures larger schemas. */
export async function audit(): Promise<Comparison> {
  const binaries = await findMajor(15);
  if (binaries === undefined) throw new Error("This comparison needs PostgreSQL 15 with its programs and pgTAP.");
  const server = await startServer({ max_locks_per_transaction: 2000, autovacuum: "off" }, { binaries });
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  const url = await server.createDatabase("bench");
  const catalog = await withSession(url, async (session) => {
    await session.query("create extension pgtap schema public");
    await growTables(session, 0, TABLES);
    return readCatalog(session, { schemas: ["bench"] });
  });
  const [spec, script] = [join(folder, "schema.audit.yaml"), join(folder, "pgtap.sql")];
  await writeFile(spec, writeSpec(catalog));
  await writeFile(script, pgtapScript(catalog).script);
  const psql = join(binaries, "psql");
  return {
    name: "the schema of 200 tables",
    rounds: 5,
    ways: {
      "pg_dump -s": async () => void mustRun(join(binaries, "pg_dump"), ["-s", "-f", "/dev/null", url]),
      "offshoot audit, with a spec of all tables": async () =>
        void node([BIN, "audit", spec, "--url", "BENCH_URL"], {
          env: { ...process.env, BENCH_URL: url },
          cwd: folder,
        }),
      "pgTAP, the same assertions": async () => void mustRun(psql, ["-qAtX", "-o", "/dev/null", "-f", script, url]),
    },
    goals: {},
    async cleanUp() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
