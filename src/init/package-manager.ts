import type { RepositoryFacts } from "./repository-facts.ts";
import type { PackageJson } from "./package-json.ts";

/** The shell commands of a package manager. */
export interface PackageManager {
  readonly name: "npm" | "pnpm" | "yarn";
  /** Lines that install the dependencies from the lock file. */
  readonly install: readonly string[];
  /** Adds development dependencies. The names are appended. */
  readonly add: string;
  /** Runs an installed program. Its name is appended. */
  readonly exec: string;
  /** Runs the script `test`. */
  readonly test: string;
}

/** The first major version of Node without Corepack (Node.js documentation, "Corepack", of version 24). */
const WITHOUT_COREPACK = 25;

/** Chooses by the lock file, then by `packageManager` in `package.json`. The default is npm. */
export function packageManagerOf({ texts }: RepositoryFacts, { manager }: PackageJson, node: number): PackageManager {
  const corepack = [...(node < WITHOUT_COREPACK ? [] : ["npm install --global corepack"]), "corepack enable"];
  const wanted = texts["pnpm-lock.yaml"] !== undefined ? "pnpm" : texts["yarn.lock"] !== undefined ? "yarn" : "npm";
  const locked = [texts["package-lock.json"], texts["npm-shrinkwrap.json"]].some((text) => text !== undefined);
  if (wanted === "pnpm" || (wanted === "npm" && !locked && manager.startsWith("pnpm@"))) {
    const install = texts["pnpm-lock.yaml"] === undefined ? "pnpm install" : "pnpm install --frozen-lockfile";
    return { name: "pnpm", install: [...corepack, install], add: "pnpm add --save-dev", exec: "pnpm exec", test: "pnpm test" };
  }
  if (wanted === "yarn" || (wanted === "npm" && !locked && manager.startsWith("yarn@"))) {
    return {
      name: "yarn",
      install: [...corepack, yarnInstall(texts["yarn.lock"])],
      add: "yarn add --dev",
      exec: "yarn",
      test: "yarn test",
    };
  }
  return { name: "npm", install: [locked ? "npm ci" : "npm install"], add: "npm install --save-dev", exec: "npx", test: "npm test" };
}

/** Yarn 1 and later versions have different flags for an unchanged lock file. The start of the lock file shows the version. */
function yarnInstall(lock: string | undefined): string {
  if (lock === undefined) return "yarn install";
  return lock.includes("# yarn lockfile v1") ? "yarn install --frozen-lockfile" : "yarn install --immutable";
}
