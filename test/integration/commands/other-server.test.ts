import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, onTestFinished, test } from "vitest";

const run = promisify(execFile);
const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

test("libpq's variables for another server lead neither the migrations nor the command of run away from the run's database", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-service-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const url = inject("serverUrl");
  const { hostname, port, username, password } = new URL(url);
  const service = `[other]\nhost=${hostname}\nport=${port}\nuser=${username}\npassword=${password}\ndbname=postgres\n`;
  await writeFile(join(folder, "services"), service);
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: url,
    OFFSHOOT_BASE: "false",
    OFFSHOOT_RUN: `service-${Date.now()}`,
    PGSERVICEFILE: join(folder, "services"),
  };
  // The first form uses PGHOST and PGDATABASE, and the second one the URL.
  const ask = "select current_database()";
  for (const [variable, value, psql] of [
    ["PGSERVICE", "other", `psql -Atqc '${ask}'`],
    ["PGHOSTADDR", "127.0.0.9", `psql -Atqc '${ask}' "$DATABASE_URL"`],
  ] as const) {
    for (const fence of ["auto", "off"]) {
      const own = { ...env, [variable]: value, OFFSHOOT_MIGRATIONS_COMMAND: `${psql} >> ${folder}/seen`, OFFSHOOT_MIGRATIONS_FENCE: fence };
      const { stdout } = await run(process.execPath, [BIN, "run", "--", "sh", "-c", `cat ${folder}/seen; rm ${folder}/seen; ${psql}`], {
        env: own,
        cwd: folder,
      });
      const [migrated, used] = stdout.trim().split("\n");
      expect([variable, fence, migrated, used]).toEqual([
        variable,
        fence,
        expect.stringMatching(/^offshoot_/),
        expect.stringMatching(/^offshoot_/),
      ]);
    }
  }
  await run(process.execPath, [BIN, "up"], { env, cwd: folder });
  const { stderr } = await run(process.execPath, [BIN, "env"], { env: { ...env, PGSERVICE: "other" }, cwd: folder });
  expect(stderr).toMatch(/PGSERVICE is set here\. psql and other programs that use libpq then connect to another server/);
  await run(process.execPath, [BIN, "down"], { env, cwd: folder });
});
