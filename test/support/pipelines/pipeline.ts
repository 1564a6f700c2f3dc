/** One job of a pipeline, as its service starts it. */
export interface PipelineJob {
  readonly name: string;
  /** The image of its container, where the reader knows it. */
  readonly image?: string;
  /** Names of the jobs that end before this one starts. */
  readonly after: readonly string[];
  /** Whether it also runs if one of these jobs failed. */
  readonly always: boolean;
  /** The shells of the job, one after the other. The job ends at the first one that fails. */
  readonly shells: readonly Shell[];
  /** The shells that run last, even after a failure. */
  readonly afterwards: readonly Shell[];
}

export interface Shell {
  readonly argv: readonly [program: string, ...flags: readonly string[]];
  /** The script, which is appended to `argv`. */
  readonly script: string;
  /** Environment variables for this shell only. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What started the pipeline. */
export type Trigger = "push" | "schedule";

/** Reads the jobs that a trigger starts from a pipeline file. Throws for anything that it does not support, because the service would not ignore it. */
export type ReadPipeline = (text: string, trigger: Trigger) => readonly PipelineJob[];

/** A map with known keys only. */
export function known(value: unknown, what: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${what} is not a map`);
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw new Error(`${what} has keys that this reader does not support: ${unknown.join(", ")}`);
  return value as Record<string, unknown>;
}

/** A map with any keys. */
export function map(value: unknown, what: string): Readonly<Record<string, unknown>> {
  return known(value, what, typeof value === "object" && value !== null ? Object.keys(value) : []);
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is not a list`);
  return value as readonly unknown[];
}

export function lines(value: unknown, what: string): readonly string[] {
  return list(value, what).map((line) => text(line, `a line of ${what}`));
}

export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Error(`${what} is not text`);
  return value;
}
