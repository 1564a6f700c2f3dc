import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFloor } from "../floor/build.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, node, processorTime, ROOT } from "./process.ts";

/** How many statements each session of a command has, on the page docs/performance.md: the round trips beside it are the sums. */
const SESSIONS: Readonly<Record<string, readonly number[]>> = {
  "offshoot list": [2, 2],
  "offshoot env": [2],
  "offshoot status": [2, 4],
  "offshoot up of an existing database": [3, 1],
  "offshoot up of a new database": [8, 1],
  "offshoot down": [4, 4, 4],
};

/**
 * The start of Node alone, and the commands on a local server that runs: the database of another run keeps it running. It is the
 * processor time of the command, which depends less on the other work of the machine; that of the server is not in it.
 */
export async function local(): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  await chmod(folder, 0o755);
  await mkdir(join(folder, "home"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "empty.mjs"), "");
  // As on the machine of a person: without an address, offshoot asks git.
  await writeFile(join(folder, "home/.gitconfig"), "[user]\n\temail = ada@example.com\n");
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    OFFSHOOT_HOME: join(folder, "home"),
    OFFSHOOT_PROVIDER: "embedded",
  };
  const offshoot = (...args: string[]): string => node([BIN, ...args], { cwd: folder, env });
  offshoot("up", "--run", "kept");
  const [sessions, url] = [await buildFloor(folder), offshoot("url", "--run", "kept")];
  const floors = Object.fromEntries(
    Object.entries(SESSIONS).map(([way, statements]) => [
      way,
      [
        `node and pg, ${statements.length} session${statements.length === 1 ? "" : "s"}, ${statements.reduce((sum, each) => sum + each, 0)} statements`,
        statements,
      ] as const,
    ]),
  );
  const timed = (...args: string[]): number => processorTime(args, { cwd: folder, env });
  const command =
    (...args: string[]) =>
    async (): Promise<number> =>
      timed(BIN, ...args);
  return {
    name: "commands on a local server, processor time",
    rounds: 15,
    ways: {
      "node -e 0": async () => timed("-e", "0"),
      "node on an empty module": async () => timed(join(folder, "empty.mjs")),
      ...Object.fromEntries(
        Object.values(floors).map(([name, statements]) => [
          name,
          async () => processorTime([sessions, ...statements.map(String)], { cwd: folder, env: { ...env, FLOOR_URL: url } }),
        ]),
      ),
      "offshoot --help": command("--help"),
      "offshoot list": command("list"),
      "offshoot env": command("env", "--run", "kept"),
      "offshoot status": command("status", "--run", "kept"),
      "offshoot up of an existing database": command("up", "--run", "kept"),
      "offshoot up of a new database": async (round) => timed(BIN, "up", "--run", `new-${round}`),
      "offshoot down": async (round) => timed(BIN, "down", "--run", `new-${round}`),
    },
    goals: {
      "offshoot --help": 1.2,
      "offshoot list": 1.6,
      "offshoot env": 1.6,
      "offshoot status": 1.6,
      "offshoot up of an existing database": 1.6,
      "offshoot up of a new database": 1.6,
      "offshoot down": 1.6,
    },
    floors: Object.fromEntries(Object.entries(floors).map(([way, [name]]) => [way, name])),
    async cleanUp() {
      offshoot("down", "--run", "kept");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
