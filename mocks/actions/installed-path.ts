import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * A `PATH` with replacements for two programs. `npm ci` and `npm install` link this checkout's packages, offshoot
 * included, into a project without network access. `npx` starts an installed program directly, which saves npm's own
 * start of a second, and forwards no signal, like npm's `npx`.
 */
export async function installedPath(folder: string): Promise<string> {
  const bin = join(folder, "bin");
  const packages = join(folder, "node_modules");
  await mkdir(bin, { recursive: true });
  await mkdir(join(packages, ".bin"), { recursive: true });
  for (const inner of ["", ".bin"]) {
    const names = (await readdir(join(ROOT, "node_modules", inner))).filter((name) => name !== ".bin");
    await Promise.all(names.map((name) => symlink(join(ROOT, "node_modules", inner, name), join(packages, inner, name))));
  }
  await symlink(ROOT, join(packages, "offshoot"));
  await symlink(join(ROOT, "bin/offshoot.js"), join(packages, ".bin/offshoot"));
  const usual = process.env["PATH"] ?? "";
  const program = (name: string, text: string): Promise<void> =>
    writeFile(join(bin, name), `#!/bin/sh\n${text}\nPATH="${usual}" exec ${name} "$@"\n`, { mode: 0o755 });
  await program("npm", install(packages));
  await program("npx", LAUNCH);
  return [bin, usual].join(delimiter);
}

const install = (packages: string): string => `case "$1" in ci|install)
  [ -f package.json ] || { echo "npm error enoent Could not read package.json" >&2; exit 254; }
  [ "$1" = install ] || [ -f package-lock.json ] || { echo "npm error The npm ci command can only install with an existing package-lock.json" >&2; exit 1; }
  exec ln -sfn "${packages}" node_modules
esac`;

const LAUNCH = `for flag in --no-install --no --yes; do [ "$1" = "$flag" ] && shift; done
if [ -x "node_modules/.bin/$1" ]; then
  PATH="$PWD/node_modules/.bin:$PATH"
  export PATH
  "$@"
  exit
fi`;
