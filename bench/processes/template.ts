import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list } from "../../src/commands/list.ts";
import { up } from "../../src/commands/up.ts";
import { withDatabase } from "../../src/postgres/url.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, mustRun, node } from "./process.ts";

/** 60 tables with an index and a constraint each. */
const SCHEMA = Array.from({ length: 60 }, (_, at) => `create table public.t${at} (id bigint primary key, n int unique check (n > 0));`);

/** A migrated database on a local server that runs: a copy of a template by hand, and `up` from the base of the migrations. */
export async function template(): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  await chmod(folder, 0o755);
  for (const name of ["home", "migrations"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "migrations/0001.sql"), SCHEMA.join("\n"));
  const home = join(folder, "home");
  const env = { PATH: process.env["PATH"], HOME: home, OFFSHOOT_HOME: home, OFFSHOOT_PROVIDER: "embedded" };
  const offshoot = (...args: string[]): string => node([BIN, ...args], { cwd: folder, env });
  offshoot("up", "--run", "first");
  offshoot("migrate", "--run", "first");
  const options = { cwd: folder, env, settings: { run: "first" } };
  const base = (await list({ ...options, all: true }))
    .find(({ kind }) => kind === "base")
    ?.id.split("/")
    .at(-1);
  if (base === undefined) throw new Error("The first run kept no base.");
  const server = withDatabase((await up(options)).database.directUrl, "postgres");
  return {
    name: "a migrated database on a local server",
    rounds: 9,
    ways: {
      "createdb -T": async (round) => {
        mustRun("createdb", ["--maintenance-db", server, "-T", base, `copy_${round}`]);
        return async () => void mustRun("dropdb", ["--maintenance-db", server, `copy_${round}`]);
      },
      "offshoot up": async (round) => {
        offshoot("up", "--run", `own-${round}`);
        return async () => void offshoot("down", "--run", `own-${round}`);
      },
    },
    goals: {},
    async cleanUp() {
      offshoot("down", "--run", "first");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
