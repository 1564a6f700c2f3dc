import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * A `PATH` whose `npm ci` and `npm install` put this checkout's packages, offshoot among them, into a project, with no
 * network; whose `npx` starts what is there without npm's own second; and which is the usual one in all else.
 */
export async function installedPath(folder: string): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  const usual = process.env["PATH"] ?? "";
  const program = (name: string, text: string): Promise<void> =>
    writeFile(join(bin, name), `#!/bin/sh\n${text}\nPATH="${usual}" exec ${name} "$@"\n`, { mode: 0o755 });
  await program("npm", INSTALL);
  await program("npx", LAUNCH);
  return [bin, usual].join(delimiter);
}

const INSTALL = `case "$1" in ci|install)
  [ -f package.json ] || { echo "npm error enoent Could not read package.json" >&2; exit 254; }
  [ "$1" = install ] || [ -f package-lock.json ] || { echo "npm error The npm ci command can only install with an existing package-lock.json" >&2; exit 1; }
  mkdir -p node_modules/.bin
  ln -sfn "${ROOT}"/node_modules/* node_modules/
  ln -sfn "${ROOT}"/node_modules/.bin/* node_modules/.bin/
  ln -sfn "${ROOT}" node_modules/offshoot
  ln -sfn "${ROOT}/bin/offshoot.js" node_modules/.bin/offshoot
  exit 0
esac`;

const LAUNCH = `for flag in --no-install --no --yes; do [ "$1" = "$flag" ] && shift; done
if [ -x "node_modules/.bin/$1" ]; then
  PATH="$PWD/node_modules/.bin:$PATH"
  export PATH
  exec "$@"
fi`;
