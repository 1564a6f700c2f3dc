import type { StepSettings, ToolChoice } from "./settings.ts";

/** A step in the form used in the file, after its check. */
export interface WrittenStep {
  readonly name?: string;
  readonly tool?: Exclude<ToolChoice, "none">;
  readonly command?: string;
  readonly files?: string | readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly folder?: string;
  readonly irreversible?: string | readonly string[];
  readonly seed?: "once" | "repeatable";
}

/** The steps in the form used in the settings. A step without a name has the name of its tool, `seed`, or `step 2`. */
export function stepsOf(input: unknown): readonly StepSettings[] {
  return (input as readonly WrittenStep[]).map((step, at) => ({
    name: step.name ?? step.tool ?? (step.seed === undefined ? `step ${at + 1}` : "seed"),
    tool: step.tool,
    command: step.command,
    files: [step.files ?? []].flat(),
    env: step.env ?? {},
    directory: step.directory,
    folder: step.folder,
    irreversible: [step.irreversible ?? []].flat(),
    seed: step.seed,
  }));
}

/** Reads JSON. Returns the text if it is not valid. */
export function readSteps(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What is wrong with a list of steps, each of which is valid. */
export function problemsOfSteps(steps: readonly StepSettings[]): readonly string[] {
  const twice = steps.map(({ name }) => name).find((name, at, names) => names.indexOf(name) !== at);
  return [
    ...(twice === undefined ? [] : [`two steps of migrations have the name ${JSON.stringify(twice)}; give each its own \`name\``]),
    ...(steps[0]?.seed === undefined ? [] : ["the first step of migrations is a seed; write the step that creates the tables before it"]),
  ];
}
