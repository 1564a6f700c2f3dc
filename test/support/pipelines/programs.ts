import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { toolPath } from "../tools.ts";

const PACKAGES = new URL("../../../node_modules", import.meta.url).pathname;
const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

/**
 * Replacements for programs that download something. Everything else is real: `npm test` runs npm, and `offshoot` is this
 * project. A call that they do not support fails.
 */
const PROGRAMS: Readonly<Record<string, (real: string) => string>> = {
  npm: (real) => `case "$1" in ci|install) ln -sfn '${PACKAGES}' node_modules ;; test) exec '${real}' "$@" ;; *) exit 127 ;; esac`,
  npx: () =>
    `[ "$1" = --yes ] && shift; case "$1" in offshoot|offshoot@*) shift; exec '${process.execPath}' '${BIN}' "$@" ;; *) exit 127 ;; esac`,
  pip: () => `[ "$1 $2 $3" = "install -r requirements.txt" ] && [ -f requirements.txt ]`,
  pytest: () => `exec /usr/bin/python3 tests/check.py`,
  "buildkite-agent": () => `echo "$*" >> "$HOME/agent.log"; cat >> "$HOME/agent.log"`,
  "apt-get": () => `:`,
  python3: () => `[ "$1 $2" = "-m venv" ] || exec /usr/bin/python3 "$@"; mkdir -p "$3/bin" && : > "$3/bin/activate"`,
};

/** Writes the programs into a folder. Returns a `PATH` with this folder first, then the tools of this machine. */
export async function pathWithPrograms(folder: string): Promise<string> {
  const usual = toolPath();
  const npm = usual
    .split(delimiter)
    .map((each) => join(each, "npm"))
    .find((file) => existsSync(file));
  if (npm === undefined) throw new Error("npm was not found in PATH");
  await mkdir(folder, { recursive: true });
  for (const [name, script] of Object.entries(PROGRAMS)) {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\n${script(npm)}\n`);
    await chmod(file, 0o755);
  }
  return [folder, usual].join(delimiter);
}
