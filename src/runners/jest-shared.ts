import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { OPTIONS_GLOBAL } from "./jest-variables.ts";
import { transformerOf } from "./jest-transform.ts";
import type { DatabaseOptions } from "./options.ts";
import type { StartedSuite } from "./start.ts";

/** What `withDatabase` passes to the global setup and teardown. */
export interface JestOptions {
  readonly options: DatabaseOptions;
  readonly globalSetup?: string | null | undefined;
  readonly globalTeardown?: string | null | undefined;
}

/** What is used of Jest's configurations. */
export interface JestConfig {
  readonly rootDir: string;
  readonly watch?: boolean;
  readonly watchAll?: boolean;
  readonly globals?: Readonly<Record<string, unknown>>;
}

/** Jest loads the files of one configuration for several projects in one process. */
const KEY = Symbol.for("offshoot.jest");
export const suites = ((globalThis as { [KEY]?: Map<string, Promise<StartedSuite>> })[KEY] ??= new Map<string, Promise<StartedSuite>>());

export function jestOptions({ globals }: JestConfig): JestOptions {
  return (globals?.[OPTIONS_GLOBAL] as JestOptions | undefined) ?? { options: {} };
}

/** Calls the project's own setup or teardown. Its path can begin with `<rootDir>`, as everywhere in Jest's configuration. */
export async function callOwn(path: string | null | undefined, global: unknown, project: JestConfig): Promise<void> {
  if (path === undefined || path === null) return;
  const { rootDir } = project;
  const plain = path.replace("<rootDir>", rootDir);
  const file = /^[./\\]|^[A-Z]:/i.test(plain) ? resolve(rootDir, plain) : createRequire(resolve(rootDir, "x.js")).resolve(plain);
  const transformer = await transformerOf(project);
  const loaded: unknown =
    transformer === undefined ? await import(pathToFileURL(file).href) : await transformer.requireAndTranspileModule(file);
  const own = functionOf(loaded);
  if (typeof own === "function") await (own as (global: unknown, project: unknown) => unknown)(global, project);
}

/** The function that a module exports as its default, or is. CommonJS that was translated has a default within the default. */
function functionOf(loaded: unknown): unknown {
  const inner = typeof loaded === "function" ? loaded : (loaded as { default?: unknown }).default;
  return typeof inner === "function" || inner === undefined || inner === null ? inner : (inner as { default?: unknown }).default;
}
