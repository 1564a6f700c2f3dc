import { existsSync } from "node:fs";
import { join } from "node:path";

/** Programs of offshoot that run as processes of their own, by their path below `src`. */
export type Program =
  | "action/lock-holder"
  | "readiness/watchdog"
  | "process/command-watchdog"
  | "providers/docker/idle-reaper"
  | "providers/local/cluster/idle-reaper"
  | "migration-tools/apply-sql"
  | "runners/holder"
  | "runners/vitest-global-setup"
  | "runners/vitest-setup"
  | "runners/jest-global-setup"
  | "runners/jest-global-teardown"
  | "runners/jest-reporter"
  | "runners/playwright-global-setup"
  | "runners/playwright-reporter"
  | "runners/playwright-server";

/** Programs in CommonJS, which Jest loads into its sandbox. */
export type CommonJsProgram = "runners/jest-setup" | "runners/jest-after-env";

/** How many folders this module can be below the folder of the compiled programs. */
const DEPTH = 4;

/**
 * The compiled file of a program. It is below the folder of this module or of one above it, because this module can be part
 * of a bundled file in a subfolder. Node 20 cannot run TypeScript, so tests, which run from the sources, use the last build.
 */
export function programFile(program: Program): string;
export function programFile(program: CommonJsProgram, extension: "cjs"): string;
export function programFile(program: Program | CommonJsProgram, extension: "js" | "cjs" = extensionOf(program)): string {
  const isSource = import.meta.filename.endsWith(".ts");
  const folders = isSource ? ["../dist"] : Array.from({ length: DEPTH }, (_, up) => "../".repeat(up));
  const files = folders.map((folder) => join(import.meta.dirname, folder, `${program}.${extension}`));
  return files.find((file) => existsSync(file)) ?? files[0] ?? "";
}

/** The test runners load ES modules. Our own processes start in less time in CommonJS. */
function extensionOf(program: Program | CommonJsProgram): "js" | "cjs" {
  return program.startsWith("runners/") && program !== "runners/holder" ? "js" : "cjs";
}
