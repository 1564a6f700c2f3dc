import type { ValueKind } from "./kind-values.ts";

/** One setting: its key in the file, how its value is written, and its purpose. */
export interface Field {
  /** Keys in the file, joined by dots. The names of the environment variable and the flag are derived from it. */
  readonly path: string;
  readonly kind: ValueKind;
  /** Further environment variables, read when the `OFFSHOOT_…` variable is not set. */
  readonly aliases?: readonly string[];
  /** Written as in the file. A setting without a default can be undefined. */
  readonly default?: string;
  /** Text for the README when the default is not one fixed value. */
  readonly otherwise?: string;
  /** Lowest and highest allowed value of a duration. */
  readonly min?: string;
  readonly max?: string;
  /** The name of the section that can hold this setting's value directly: `audit: FILE` instead of `audit: { spec: FILE }`. */
  readonly short?: string;
  /** The meaning, for the README and the JSON Schema. */
  readonly description: string;
}
