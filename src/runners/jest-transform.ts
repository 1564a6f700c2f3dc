import { createRequire } from "node:module";
import { join } from "node:path";

/** What is used of Jest's `@jest/transform`. */
interface Transformer {
  /** Loads a module as Jest loads one: through the transforms of the project, as CommonJS or as a module. */
  requireAndTranspileModule(path: string): Promise<unknown>;
}

/**
 * Loads a file with the transforms of a Jest project, such as TypeScript of `ts-jest`, as Jest does it for a global setup.
 * Undefined if Jest's own packages are not found from its folder: then the file can only be imported as it is.
 */
export async function transformerOf(project: { readonly rootDir: string }): Promise<Transformer | undefined> {
  const path = pathOf("@jest/transform", ["jest", "@jest/core"], join(project.rootDir, "package.json"));
  if (path === undefined) return undefined;
  const { createScriptTransformer } = createRequire(path)(path) as { createScriptTransformer?: (config: unknown) => Promise<Transformer> };
  return createScriptTransformer?.(project);
}

/** A package that others depend on is perhaps only found from their folders. */
function pathOf(wanted: string, through: readonly string[], from: string): string | undefined {
  try {
    const last = through.reduce((place, name) => createRequire(place).resolve(`${name}/package.json`), from);
    return createRequire(last).resolve(wanted);
  } catch {
    return undefined;
  }
}
