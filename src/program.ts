import { fileURLToPath } from "node:url";

/** Programs of offshoot that run as processes of their own, by their path below `src`. */
export type Program =
  | "action/lock-holder"
  | "readiness/watchdog"
  | "process/command-watchdog"
  | "providers/docker/idle-reaper"
  | "providers/local/cluster/idle-reaper"
  | "migration-tools/apply-sql";

/**
 * The compiled file of a program. It is in or below the folder of this module, also when this module is part of a
 * bundle. Node 20 cannot run TypeScript, so tests, which run from the sources, use the last build.
 */
export function programFile(program: Program): string {
  const folder = import.meta.url.endsWith(".ts") ? "../dist/" : "./";
  return fileURLToPath(new URL(`${folder}${program}.js`, import.meta.url));
}
