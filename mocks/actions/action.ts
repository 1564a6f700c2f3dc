import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Machine } from "./machine.ts";
import type { Step } from "./known-actions.ts";

const input = z.strictObject({
  description: z.string(),
  required: z.boolean().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  deprecationMessage: z.string().optional(),
});

const metadata = z.strictObject({
  name: z.string(),
  author: z.string().optional(),
  description: z.string(),
  inputs: z.record(z.string(), input).optional(),
  outputs: z.record(z.string(), z.strictObject({ description: z.string() })).optional(),
  branding: z.strictObject({ icon: z.string(), color: z.string() }).optional(),
  runs: z.strictObject({
    using: z.enum(["node20", "node24"]),
    main: z.string(),
    post: z.string().optional(),
    "post-if": z.string().optional(),
  }),
});

/** A JavaScript action with the inputs that a step gives to it. */
export interface Action {
  readonly main: string;
  readonly post: string | undefined;
  readonly postIf: string;
  readonly outputs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Finds an action in the repository (`./`), or in a folder that the run gives for it. Throws GitHub's errors for its inputs. */
export async function findAction(step: Step, machine: Machine, actions: Readonly<Record<string, string>>): Promise<Action> {
  const [name = "", version] = (step.uses ?? "").split("@");
  const isLocal = name.startsWith("./");
  const folder = isLocal ? join(machine.workspace, name) : actions[name];
  if (folder === undefined || isLocal === (version !== undefined)) throw new Error(`The runner does not know the action ${step.uses}.`);
  const file = await readFile(join(folder, "action.yml"), "utf8").catch((cause: unknown) => {
    throw new Error(`Can't find 'action.yml' under '${folder}'. Did you forget to run actions/checkout?`, { cause });
  });
  const { inputs = {}, outputs = {}, runs } = metadata.parse(parse(file));
  const strange = Object.keys(step.with).find((given) => !(given in inputs));
  if (strange !== undefined) throw new Error(`Unexpected input(s) '${strange}', valid inputs are [${Object.keys(inputs).join(", ")}]`);
  for (const [wanted, { required, default: usual }] of Object.entries(inputs)) {
    if (required === true && usual === undefined && !(wanted in step.with)) throw new Error(`Input required and not supplied: ${wanted}`);
  }
  const values = Object.entries(inputs).map(([given, { default: usual = "" }]) => [
    inputVariable(given),
    step.with[given] ?? String(usual),
  ]);
  return {
    main: join(folder, runs.main),
    post: runs.post === undefined ? undefined : join(folder, runs.post),
    postIf: runs["post-if"] ?? "always()",
    outputs: Object.keys(outputs),
    env: { ...(Object.fromEntries(values) as Record<string, string>), GITHUB_ACTION_PATH: folder, GITHUB_ACTION: step.key },
  };
}

/** `INPUT_` and the name in capitals. Only spaces are replaced: dashes are kept. */
function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}
