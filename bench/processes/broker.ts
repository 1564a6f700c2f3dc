import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Way } from "../compare.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, node, ROOT } from "./process.ts";

/** Statements of one migration. psql sends each one alone and waits for its answer, so each one passes the broker twice. */
const STATEMENTS = 5000;
/** Sessions of the other migration, with one statement each. The leader proves before each one that it leads. */
const SESSIONS = 50;

/** A migration on a local server through the broker, beside one that connects to the server itself. */
export async function broker(): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  await chmod(folder, 0o755);
  await mkdir(join(folder, "home"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const one = Array.from({ length: STATEMENTS }, (_, at) => `insert into t values (${at}, 'some text');`);
  await writeFile(join(folder, "statements.sql"), ["create temporary table t (a int, b text);", ...one].join("\n"));
  await writeFile(join(folder, "one.sql"), "select 1;");
  const commands = {
    statements: `psql -qAtX -f ${folder}/statements.sql "$DATABASE_URL" > /dev/null`,
    sessions: `for i in $(seq ${SESSIONS}); do psql -qAtX -f ${folder}/one.sql "$DATABASE_URL" > /dev/null; done`,
  };
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    OFFSHOOT_HOME: join(folder, "home"),
    OFFSHOOT_PROVIDER: "embedded",
    OFFSHOOT_BASE: "false",
  };
  const offshoot = (...args: string[]): string => node([BIN, ...args], { cwd: folder, env });
  /** Each migration has a database of its own, which is made and deleted outside of the measured time. */
  const migrate =
    (kind: keyof typeof commands, fence: "off" | "require"): Way =>
    async (round) => {
      const run = `${kind}-${fence}-${round}`;
      offshoot("migrate", "--run", run, "--set", `migrations.fence=${fence}`, "--", "sh", "-c", commands[kind]);
      return async () => void offshoot("down", "--run", run);
    };
  const rounds = 3;
  offshoot("up", "--run", "kept");
  for (let round = 0; round <= rounds; round += 1)
    for (const kind of Object.keys(commands)) for (const fence of ["off", "require"]) offshoot("up", "--run", `${kind}-${fence}-${round}`);
  return {
    name: "migrations through the broker",
    rounds,
    ways: {
      [`${STATEMENTS} statements, direct`]: migrate("statements", "off"),
      [`${STATEMENTS} statements, broker`]: migrate("statements", "require"),
      [`${SESSIONS} sessions, direct`]: migrate("sessions", "off"),
      [`${SESSIONS} sessions, broker`]: migrate("sessions", "require"),
    },
    goals: {},
    peers: {
      [`${SESSIONS} sessions, direct`]: `${SESSIONS} sessions, direct`,
      [`${SESSIONS} sessions, broker`]: `${SESSIONS} sessions, direct`,
    },
    async cleanUp() {
      offshoot("down", "--run", "kept");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
