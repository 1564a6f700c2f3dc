import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withSession } from "../../../src/postgres/connect.ts";
import { idsOf } from "../../../src/providers/local/cluster/account.ts";
import { adminUrl, type Cluster } from "./cluster.ts";
import { giveToAccount, type Machine } from "./machine.ts";

const run = promisify(execFile);

/**
 * Copies a cluster to a new data directory. The files of a stopped one are copied as they are. A running one is copied by an
 * online backup, which interrupts no session (PostgreSQL manual, "Making a Base Backup Using the Low Level API").
 */
export async function copyCluster(machine: Machine, source: Cluster, data: string): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  await giveToAccount(machine, data);
  if (source.server === undefined) return copyEntries(machine, source.data, data, () => true);
  await withSession(adminUrl(machine, source.server.port), async (session) => {
    await session.query("select pg_backup_start('branch', fast => true)");
    await copyEntries(machine, source.data, data, (name) => name !== "pg_wal");
    const [row] = await session.query<{ labelfile: string }>("select labelfile from pg_backup_stop(wait_for_archive => false)");
    // The log is copied last, because only now it contains everything that the copied files need.
    await copyEntries(machine, source.data, data, (name) => name === "pg_wal");
    await writeFile(join(data, "backup_label"), row?.labelfile ?? "");
    await giveToAccount(machine, join(data, "backup_label"));
  });
}

async function copyEntries(machine: Machine, from: string, to: string, wanted: (name: string) => boolean): Promise<void> {
  const names = (await readdir(from)).filter((name) => !name.startsWith("postmaster.") && wanted(name));
  const reflink = process.platform === "linux" ? ["--reflink=auto"] : [];
  const paths = names.map((name) => join(from, name));
  const { account, environment } = machine.runtime;
  const options = { ...idsOf(account), cwd: machine.home, env: environment };
  await run("cp", ["-a", ...reflink, ...paths, to], options).catch((thrown: unknown) => {
    // A running server deletes files while they are copied. The log contains what is missing then.
    const stderr = typeof thrown === "object" && thrown !== null && "stderr" in thrown ? String(thrown.stderr).trim() : "";
    const isMissing = stderr !== "" && stderr.split("\n").every((line) => line.endsWith("No such file or directory"));
    if (!isMissing) throw thrown;
  });
}
