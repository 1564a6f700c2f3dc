import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { silent } from "../../src/events.ts";
import { idsOf } from "../../src/providers/local/cluster/account.ts";
import { findPostgres, prepareRuntime } from "../../src/providers/local/cluster/binaries.ts";
import { executable } from "../../src/providers/local/cluster/runtime.ts";
import { freePort } from "../../src/providers/local/cluster/start.ts";
import { copiesFolder } from "../../test/support/server.ts";
import { withSession } from "../../test/support/session.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, ROOT } from "./process.ts";

/** Processes that start at the same time. */
const AT_ONCE = 8;

/** The first `up` of a machine, which has no server yet, beside `initdb`, the start of the same server and a first query. */
export async function firstUp(): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  await chmod(folder, 0o755);
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const { env, platform, arch } = process;
  const installations = await findPostgres({ env, platform, arch, roots: [ROOT] }, undefined);
  const { bin, account, environment } = await prepareRuntime(installations, { copies: await copiesFolder(), env, emit: silent });

  /** What a person writes by hand, with the flags that make it fast. */
  async function byHand(): Promise<() => Promise<void>> {
    const home = await mkdtemp(join(folder, "bare-"));
    const [data, password] = [join(home, "data"), join(home, "password")];
    await writeFile(password, "bench");
    await mkdir(data, { mode: 0o700 });
    if (account !== undefined) for (const path of [home, data, password]) await chown(path, account.uid, account.gid);
    const options = { cwd: home, env: { ...environment }, stdio: "ignore" as const, ...idsOf(account) };
    const flags = [`--pgdata=${data}`, `--pwfile=${password}`, "--username=postgres", "--encoding=UTF8", "--auth=scram-sha-256"];
    const { status } = spawnSync(executable(bin, "initdb"), [...flags, "--no-sync", "--locale=C"], options);
    if (status !== 0) throw new Error(`initdb ended with ${status}`);
    const port = await freePort();
    const settings = [
      "fsync=off",
      "synchronous_commit=off",
      "full_page_writes=off",
      "unix_socket_directories=",
      "listen_addresses=127.0.0.1",
    ];
    const server = spawn(
      executable(bin, "postgres"),
      ["-D", data, "-p", String(port), ...settings.flatMap((each) => ["-c", each])],
      options,
    );
    const url = `postgresql://postgres:bench@127.0.0.1:${port}/postgres`;
    while (
      !(await withSession(url, (session) => session.query("create database own")).then(
        () => true,
        () => false,
      ))
    )
      await pause(5);
    return async () => {
      server.kill("SIGINT");
      await once(server, "exit");
      await rm(home, { recursive: true });
    };
  }

  async function ups(count: number): Promise<() => Promise<void>> {
    const home = await mkdtemp(join(folder, "home-"));
    await chmod(home, 0o755);
    const own = { PATH: process.env["PATH"], HOME: home, OFFSHOOT_HOME: home, OFFSHOOT_PROVIDER: "embedded" };
    const run = async (command: string, at: number): Promise<void> => {
      const child = spawn(process.execPath, [BIN, command, "--run", `bench-${at}`], {
        cwd: folder,
        env: own,
        stdio: "ignore",
      });
      const [code] = (await once(child, "exit")) as [number | null];
      if (code !== 0) throw new Error(`offshoot ${command} ended with ${code}`);
    };
    const all = Array.from({ length: count }, (_, at) => at);
    await Promise.all(all.map((at) => run("up", at)));
    return async () => {
      for (const at of all) await run("down", at);
      await rm(home, { recursive: true, force: true });
    };
  }

  /** The start of as many processes, which find no server. */
  const starts = (count: number) => async (): Promise<void> => {
    const own = { PATH: process.env["PATH"], HOME: folder, OFFSHOOT_HOME: folder, OFFSHOOT_PROVIDER: "embedded" };
    const all = Array.from({ length: count }, () => spawn(process.execPath, [BIN, "list"], { cwd: folder, env: own, stdio: "ignore" }));
    await Promise.all(all.map((child) => once(child, "exit")));
  };
  return {
    name: "the first database of a machine",
    rounds: 7,
    ways: {
      "initdb, start, create database": byHand,
      "offshoot up": () => ups(1),
      "offshoot up, eight at once": () => ups(AT_ONCE),
      "the start of eight processes": starts(AT_ONCE),
    },
    goals: { "offshoot up": 1.2 },
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
}
