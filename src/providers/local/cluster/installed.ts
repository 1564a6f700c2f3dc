import { execFile } from "node:child_process";
import { access, constants, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { executable, type Found, type Places } from "./program.ts";

const run = promisify(execFile);

/** Where installers put a server: a folder, the names in it that stand for a major version, and the way on to the programs. */
interface Layout {
  readonly folder: string;
  readonly name: RegExp;
  readonly bin: string;
}

const LAYOUTS: Readonly<Partial<Record<NodeJS.Platform, readonly Layout[]>>> = {
  linux: [
    { folder: "/usr/lib/postgresql", name: /^(\d+)$/, bin: "bin" }, // Debian, Ubuntu
    { folder: "/usr", name: /^pgsql-(\d+)$/, bin: "bin" }, // PostgreSQL's own packages for Red Hat and kin
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
export async function installedPostgres({ env, platform }: Places): Promise<Found[]> {
  const onPath = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.all([...onPath.map(fromFolder), ...(LAYOUTS[platform] ?? []).map(fromLayout)]);
  const bins = new Map(found.flat().map((entry) => [entry.bin, entry]));
  return [...bins.values()];
}

async function fromLayout({ folder, name, bin }: Layout): Promise<Found[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((entry) => {
    const [, major] = name.exec(entry) ?? [];
    return major === undefined ? [] : [{ major: Number(major), bin: join(folder, entry, bin) }];
  });
  const whole = await Promise.all(found.map((entry) => isWhole(entry.bin)));
  return found.filter((_, index) => whole[index]);
}

/** A folder doesn't tell its version, so the server there is asked. */
async function fromFolder(bin: string): Promise<Found[]> {
  if (!(await isWhole(bin))) return [];
  const version = await run(executable(bin, "postgres"), ["--version"], { timeout: 10_000 }).catch(() => undefined);
  const [, major] = /(\d+)/.exec(version?.stdout ?? "") ?? [];
  return major === undefined ? [] : [{ major: Number(major), bin }];
}

/** A client package has no server; both programs are needed. */
async function isWhole(bin: string): Promise<boolean> {
  try {
    await access(executable(bin, "initdb"), constants.X_OK);
    await access(executable(bin, "postgres"), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
