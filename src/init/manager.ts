import type { Facts } from "./facts.ts";
import type { Manifest } from "./manifest.ts";

/** What a package manager is called by, as lines for a shell. */
export interface Manager {
  readonly name: "npm" | "pnpm" | "yarn";
  /** Installs what the lock file says. */
  readonly install: readonly string[];
  /** Adds development dependencies; their names follow. */
  readonly add: string;
  /** Runs an installed program; its name follows. */
  readonly exec: string;
  /** Runs the script `test`. */
  readonly test: string;
}

/** The first Node that comes without Corepack (Node.js documentation, "Corepack", of version 24). */
const WITHOUT_COREPACK = 25;

/** By the lock file, else by `packageManager`, else npm. */
export function managerOf({ texts }: Facts, { manager }: Manifest, node: number): Manager {
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

/** Yarn's first version and the later ones name the same promise differently; their lock files differ in the head. */
function yarnInstall(lock: string | undefined): string {
  if (lock === undefined) return "yarn install";
  return lock.includes("# yarn lockfile v1") ? "yarn install --frozen-lockfile" : "yarn install --immutable";
}
