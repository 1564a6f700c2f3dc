import { execFileSync } from "node:child_process";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "../../../support/server.ts";

const run = promisify(execFile);
const BIN = new URL("../../../../bin/offshoot.js", import.meta.url).pathname;
const canMount = process.getuid?.() === 0 && process.platform === "linux";

/** Fills a small file system to its last byte. */
async function fill(folder: string): Promise<void> {
  const file = await open(join(folder, "fill"), "w");
  try {
    for (let size = 65_536; size >= 1;) {
      const isWritten = await file.write(Buffer.alloc(size)).then(
        ({ bytesWritten }) => bytesWritten > 0,
        () => false,
      );
      if (!isWritten) size = Math.floor(size / 2);
    }
  } finally {
    await file.close();
  }
}

test.runIf(canMount)(
  "a server with a full disk is one error with its words, for each command, and never an unexpected error",
  { tags: "proof" },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "offshoot-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=110m,mode=1777", "tmpfs", folder]);
    const server = await startServer({ max_wal_size: "64MB" }, { folder });
    onTestFinished(async () => {
      await server.stop().catch(() => {});
      execFileSync("umount", ["--lazy", folder]);
      await rm(folder, { recursive: true, force: true });
    });
    await chmod(folder, 0o755);
    const home = await mkdtemp(join(tmpdir(), "offshoot-home-"));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const offshoot = async (...args: string[]): Promise<{ code: number; stderr: string }> => {
      const env = {
        PATH: process.env["PATH"],
        HOME: home,
        OFFSHOOT_PROVIDER: "existing",
        OFFSHOOT_EXISTING_URL: server.url,
        OFFSHOOT_MIGRATIONS_COMMAND: "true",
        OFFSHOOT_MIGRATIONS_FENCE: "off",
      };
      const result = await run(process.execPath, [BIN, ...args], { env, cwd: home }).then(
        ({ stderr }) => ({ code: 0, stderr }),
        (thrown: unknown) => thrown as { code: number; stderr: string },
      );
      expect([args, result.stderr]).toEqual([
        args,
        expect.not.stringMatching(/unexpected error|could not read or write its files|^ {4}at /m),
      ]);
      return result;
    };
    expect((await offshoot("up", "--run", "early")).code).toBe(0);
    await fill(folder);
    const created = await offshoot("up", "--run", "late");
    expect(created.code).toBe(13);
    expect(created.stderr).toMatch(
      /error No database was created: the disk of the Postgres server is full\.\n {2}It reported: .*No space left.*\n {2}Free some disk space/,
    );
    const migrated = await offshoot("migrate", "--run", "early");
    expect(migrated.code).toBe(13);
    expect(migrated.stderr).toMatch(
      /error The Postgres server at \S+ could not write: its disk is full\.\n {2}It reported: .*No space left.*\n {2}Free some disk space/,
    );
    for (const command of ["env", "status", "extend"]) await offshoot(command, "--run", "early");
    // A DROP needs a checkpoint. The server cannot write it, and can end.
    for (const command of ["list", "down", "up", "env", "status", "doctor"]) await offshoot(command, "--run", "early");
    await offshoot("sweep", "--yes", "--older-than", "1s");
  },
);

test.runIf(canMount)("a full disk of the state folder stops no command whose server is on another disk", { tags: "proof" }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-full-state-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
  const server = await startServer({});
  onTestFinished(async () => {
    await server.stop();
    execFileSync("umount", ["--lazy", folder]);
    await rm(folder, { recursive: true, force: true });
  });
  await fill(folder);
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    TMPDIR: folder,
    OFFSHOOT_HOME: join(folder, "home"),
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: server.url,
    OFFSHOOT_MIGRATIONS_COMMAND: "true",
    OFFSHOOT_RUN: "full",
  };
  for (const args of [["up"], ["migrate"], ["status"], ["down"], ["run", "--", "true"]]) {
    const result = await run(process.execPath, [BIN, ...args], { env, cwd: folder }).then(
      ({ stderr }) => ({ code: 0, stderr }),
      (thrown: unknown) => thrown as { code: number; stderr: string },
    );
    expect([args, result.code, result.stderr]).toEqual([args, 0, expect.not.stringMatching(/unexpected error|ENOSPC/)]);
  }
});
