// The global setup of `offshoot/vitest`. It runs in Vitest's main process, once for each project.
import { describeError, isOffshootError } from "../errors.ts";
import type { DatabaseOptions } from "./options.ts";
import { sayTo } from "./say.ts";
import { type StartedSuite, startSuite } from "./start.ts";
import { setVariables, unusableVariables } from "./variables.ts";

/** What is used of Vitest's project. */
interface Project {
  readonly name?: string;
  readonly config: {
    readonly root: string;
    readonly isolate?: boolean;
    readonly pool?: string;
    readonly poolOptions?: Record<string, unknown>;
  };
  readonly vite: { readonly config: { readonly plugins: readonly { readonly name: string; readonly api?: unknown }[] } };
  provide(key: string, value: unknown): void;
}

/** Projects with the same options share a suite. */
const suites = new Map<string, { readonly started: Promise<StartedSuite>; users: number }>();

export async function setup(project: Project): Promise<() => Promise<void>> {
  const say = sayTo(process.stderr);
  const plugin = project.vite.config.plugins.find(({ name }) => name === "offshoot");
  const options: DatabaseOptions = { ...(plugin?.api as DatabaseOptions | undefined) };
  const wanted: DatabaseOptions = { ...options, cwd: options.cwd ?? project.config.root };
  const key = JSON.stringify({ ...wanted, per: undefined });
  const suite = suites.get(key) ?? { started: startSuite(wanted, process.env, say), users: 0 };
  suites.set(key, suite);
  suite.users += 1;
  try {
    const { socket } = await suite.started;
    project.provide("offshoot:socket", socket);
    // Files that share a process share the modules of the application too, and those keep their connections.
    project.provide("offshoot:per", sharesModules(project) ? "worker" : (options.per ?? "file"));
  } catch (thrown) {
    suites.delete(key);
    throw isOffshootError(thrown) ? new Error(describeError(thrown)) : thrown;
  }
  setVariables(process.env, unusableVariables("add the plugin of offshoot/vitest to this project"));
  return async () => {
    suite.users -= 1;
    if (suite.users > 0) return;
    suites.delete(key);
    for (const line of await (await suite.started).end()) say(line);
  };
}

/** So do the files of one worker in `vmThreads` and `vmForks` (tried with Vitest 4.1: a module keeps its state). */
function sharesModules({ config: { isolate, pool = "forks", poolOptions } }: Project): boolean {
  if (pool.startsWith("vm")) return true;
  const ofPool = poolOptions?.[pool] as { readonly isolate?: boolean } | undefined;
  return (ofPool?.isolate ?? isolate) === false;
}
