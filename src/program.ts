import { fileURLToPath } from "node:url";

/** Programs of ours that run as processes of their own, by their path below `src`. */
export type Program =
  | "action/lock-holder"
  | "readiness/watchdog"
  | "providers/docker/idle-reaper"
  | "providers/local/cluster/idle-reaper"
  | "migration-tools/apply-sql";

/**
 * The compiled file of a program. It stands below the folder of this module, also where this module is part of a
 * bundle. Tests run from the sources, which Node 20 can't start by itself: they use the last build.
 */
export function programFile(program: Program): string {
  const folder = import.meta.url.endsWith(".ts") ? "../dist/" : "./";
  return fileURLToPath(new URL(`${folder}${program}.js`, import.meta.url));
}
