/** One job of a pipeline, as its service would start it. */
export interface PipelineJob {
  readonly name: string;
  /** Names of the jobs that end before this one starts. */
  readonly after: readonly string[];
  /** Whether it runs also where one of those failed. */
  readonly always: boolean;
  /** What runs, one shell after the other; the first that fails ends the job. */
  readonly shells: readonly Shell[];
  /** What runs last, whatever happened. */
  readonly afterwards: readonly Shell[];
}

export interface Shell {
  readonly argv: readonly [program: string, ...flags: readonly string[]];
  /** The last word of `argv`. */
  readonly script: string;
  /** What the file sets for this shell alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Why a pipeline runs. */
export type Trigger = "push" | "schedule";

/** Takes the jobs that a trigger starts out of a pipeline's file. Throws at what it doesn't know: a service would not ignore it. */
export type ReadPipeline = (text: string, trigger: Trigger) => readonly PipelineJob[];

/** A map whose keys are all among the known ones. */
export function known(value: unknown, what: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${what} is no map`);
  const strangers = Object.keys(value).filter((key) => !keys.includes(key));
  if (strangers.length > 0) throw new Error(`${what} has keys that this reader doesn't know: ${strangers.join(", ")}`);
  return value as Record<string, unknown>;
}

/** Any map. */
export function map(value: unknown, what: string): Readonly<Record<string, unknown>> {
  return known(value, what, typeof value === "object" && value !== null ? Object.keys(value) : []);
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value as readonly unknown[];
}

export function lines(value: unknown, what: string): readonly string[] {
  return list(value, what).map((line) => text(line, `a line of ${what}`));
}

export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Error(`${what} is no text`);
  return value;
}
