import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkOut, type Machine } from "./machine.ts";

/** A step after its expressions were evaluated. */
export interface Step {
  readonly key: string;
  readonly uses?: string | undefined;
  readonly with: Readonly<Record<string, string>>;
  readonly run?: string | undefined;
  readonly shell?: string | undefined;
}

/** Public actions that the tested workflows use, with their inputs. The runner imitates them. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  "actions/checkout": ["ref", "fetch-depth", "persist-credentials"],
  "actions/setup-node": ["node-version", "node-version-file", "cache", "registry-url"],
  "actions/setup-python": ["python-version", "cache"],
  "pnpm/action-setup": ["version"],
};

const LOCKS: Readonly<Record<string, readonly string[]>> = {
  npm: ["package-lock.json", "npm-shrinkwrap.json"],
  pnpm: ["pnpm-lock.yaml"],
  yarn: ["yarn.lock"],
  pip: ["requirements.txt", "pyproject.toml"],
};

/** Imitates a known action; false for any other. Throws when the action would fail, and for an unknown input. */
export async function useKnown(step: Step, machine: Machine, repository: string): Promise<boolean> {
  const [name = "", version] = (step.uses ?? "").split("@");
  const inputs = KNOWN[name];
  if (inputs === undefined) return false;
  if (version === undefined) throw new Error(`${name} is used without a version.`);
  const strange = Object.keys(step.with).find((input) => !inputs.includes(input));
  if (strange !== undefined) throw new Error(`The runner does not know the input "${strange}" of ${name}.`);
  if (name === "actions/checkout") await checkOut(repository, machine.workspace);
  const cache = step.with["cache"];
  if (cache !== undefined && cache !== "") await requireLock(cache, machine.workspace);
  return true;
}

/** The `cache` input fails without a lock file. */
async function requireLock(cache: string, workspace: string): Promise<void> {
  const locks = LOCKS[cache];
  if (locks === undefined) throw new Error(`Caching for '${cache}' is not supported`);
  const found = await Promise.all(
    locks.map((lock) =>
      access(join(workspace, lock)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!found.includes(true)) throw new Error(`Dependencies lock file is not found. Supported file patterns: ${locks.join(",")}`);
}

/** GitHub's command line for each shell. */
const SHELLS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  unset: ["bash", "-e"],
  bash: ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
  sh: ["sh", "-e"],
};

/** The command line of a `run` step. */
export async function scriptCommand({ key, run = "", shell = "unset" }: Step, { temp }: Machine): Promise<readonly [string, ...string[]]> {
  const command = SHELLS[shell];
  if (command === undefined) throw new Error(`The runner does not know the shell ${shell}.`);
  const file = join(temp, `${key}.sh`);
  await writeFile(file, run);
  return [...command, file];
}
