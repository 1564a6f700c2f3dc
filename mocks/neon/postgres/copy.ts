import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withSession } from "../../../src/postgres/connect.ts";
import { adminUrl, type Cluster } from "./cluster.ts";
import { type Machine, own } from "./machine.ts";

const run = promisify(execFile);

/**
 * Copies a cluster into an empty place: a stopped one as it lies there, a running one by an online backup
 * (PostgreSQL manual, "Making a Base Backup Using the Low Level API"), which stops nobody.
 */
export async function copyCluster(machine: Machine, source: Cluster, data: string): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  await own(machine.account, data);
  if (source.server === undefined) return copyEntries(machine, source.data, data, () => true);
  await withSession(adminUrl(machine, source.server.port), async (session) => {
    await session.query("select pg_backup_start('branch', fast => true)");
    await copyEntries(machine, source.data, data, (name) => name !== "pg_wal");
    const [row] = await session.query<{ labelfile: string }>("select labelfile from pg_backup_stop(wait_for_archive => false)");
    // Only now does the log hold everything that the copied files need.
    await copyEntries(machine, source.data, data, (name) => name === "pg_wal");
    await writeFile(join(data, "backup_label"), row?.labelfile ?? "");
    await own(machine.account, join(data, "backup_label"));
  });
}

async function copyEntries(machine: Machine, from: string, to: string, wanted: (name: string) => boolean): Promise<void> {
  const names = (await readdir(from)).filter((name) => !name.startsWith("postmaster.") && wanted(name));
  const reflink = process.platform === "linux" ? ["--reflink=auto"] : [];
  const paths = names.map((name) => join(from, name));
  await run("cp", ["-a", ...reflink, ...paths, to], { ...machine.account, cwd: machine.home, env: { ...process.env, LC_ALL: "C" } }).catch(
    (thrown: unknown) => {
      // A live cluster removes files while it is copied; the log makes up for them.
      const stderr = typeof thrown === "object" && thrown !== null && "stderr" in thrown ? String(thrown.stderr).trim() : "";
      const vanished = stderr !== "" && stderr.split("\n").every((line) => line.endsWith("No such file or directory"));
      if (!vanished) throw thrown;
    },
  );
}
