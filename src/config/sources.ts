import type { Env } from "../environment.ts";
import { editDistance, nearest } from "../nearest.ts";
import { checkValue } from "./check-value.ts";
import { FIELDS, fieldAt, variablesOf } from "./fields.ts";
import type { Field } from "./field.ts";
import type { Path } from "./fields.ts";
import { VALUE_FORMATS } from "./value-formats.ts";

/** The sources of settings, the strongest first. */
export const PRECEDENCE = ["flag", "env", "file", "ci", "default"] as const;
export type SourceKind = (typeof PRECEDENCE)[number];

/** The value of one setting from one source. */
export interface Entry {
  readonly from: SourceKind;
  /** Shown to users: `--ttl`, `OFFSHOOT_TTL`, `offshoot.yaml:12`, `CI` or `default`. */
  readonly where: string;
  /** The value in the form used in the file. */
  readonly input: unknown;
  /** The checked value in the form used in the settings. */
  readonly value: unknown;
}

/** All values from one source, and all problems with them. */
export interface SourceResult {
  readonly entries: ReadonlyMap<Path, Entry>;
  readonly problems: readonly string[];
}

/** Values by key path, typed or as text. Undefined means "not given". */
export type GivenSettings = Readonly<Record<string, unknown>>;

/** The settings from flags. */
export function readFlags(flags: GivenSettings): SourceResult {
  return readGiven("flag", flags, flagOf, (path) => `--set ${path}`);
}

/** The settings from the option `settings` of a library call. They have the rank of flags. */
export function readOptions(options: GivenSettings): SourceResult {
  return readGiven("flag", options, ({ path }) => optionOf(path), optionOf);
}

function optionOf(path: string): string {
  return path.includes(".") ? `settings[${JSON.stringify(path)}]` : `settings.${path}`;
}

/** The settings from the CI service. */
export function readCiSettings(given: GivenSettings): SourceResult {
  return readGiven(
    "ci",
    given,
    () => "CI",
    (path) => `CI: ${path}`,
  );
}

/** The settings from environment variables. An empty variable counts as not set: CI services use it for missing secrets. */
export function readEnvironment(env: Env): SourceResult {
  return checkAll(
    FIELDS.flatMap((field) => {
      const variable = variablesOf(field).find((name) => (env[name] ?? "").trim() !== "");
      return variable === undefined
        ? []
        : [{ field, from: "env" as const, where: variable, name: variable, input: fromText(field, env[variable]) }];
    }),
  );
}

/** Variables that are read, or given to commands, beside those of the settings. */
const OTHER_VARIABLES = [
  "OFFSHOOT_COMMAND_ID",
  "OFFSHOOT_DATABASE_ID",
  "OFFSHOOT_GITHUB_TOKEN",
  "OFFSHOOT_HOME",
  "OFFSHOOT_KEEP_ON_FAILURE",
  "OFFSHOOT_WORKER_ID",
];
const KNOWN_VARIABLES = new Set([...FIELDS.flatMap(variablesOf), ...OTHER_VARIABLES]);

/** A variable of another program with this prefix differs by more letters from every setting. */
const MOST_TYPOS = 2;

/** Warnings for `OFFSHOOT_…` variables with a likely typing error. Other unknown variables can belong to another program. */
export function misspeltVariables(env: Env): readonly string[] {
  const unknown = Object.keys(env).filter((name) => name.startsWith("OFFSHOOT_") && env[name] !== "" && !KNOWN_VARIABLES.has(name));
  return unknown.flatMap((name) => {
    const distanceTo = (known: string): number => {
      if (known.replaceAll("_", "") === name.replaceAll("_", "")) return 0;
      // Each letter that one of the names has more is a typing error.
      return Math.abs(known.length - name.length) > MOST_TYPOS ? Infinity : editDistance(name, known);
    };
    const [meant] = [...KNOWN_VARIABLES]
      .filter((known) => distanceTo(known) <= MOST_TYPOS)
      .toSorted((one, other) => distanceTo(one) - distanceTo(other));
    return meant === undefined ? [] : [`${name} is not a setting and has no effect. Did you mean ${meant}?`];
  });
}

/** The defaults of all settings. */
export function readDefaults(): SourceResult {
  return checkAll(
    FIELDS.flatMap((field: Field) =>
      field.default === undefined
        ? []
        : [
            {
              field: field as Given["field"],
              from: "default" as const,
              where: "default",
              name: field.path,
              input: fromText(field, field.default),
            },
          ],
    ),
  );
}

/** A value that is not checked yet. `name` is the name of the setting in error messages. */
interface Given {
  readonly field: Field & { readonly path: Path };
  readonly from: SourceKind;
  readonly where: string;
  readonly name: string;
  readonly input: unknown;
}

function readGiven(
  from: "flag" | "ci",
  settings: GivenSettings,
  nameOf: (field: Field) => string,
  unknownNameOf: (path: string) => string,
): SourceResult {
  const known = Object.entries(settings).filter(([, input]) => input !== undefined);
  const unknown = known.filter(([path]) => fieldAt(path) === undefined).map(([path]) => `${unknownNameOf(path)}: ${unknownSetting(path)}`);
  const given = known.flatMap(([path, input]) => {
    const field = fieldAt(path);
    if (field === undefined) return [];
    const where = nameOf(field);
    return [{ field, from, where, name: from === "ci" ? `${path} (from the CI service)` : where, input: fromText(field, input) }];
  });
  const { entries, problems } = checkAll(given);
  return { entries, problems: [...unknown, ...problems] };
}

/** The settings that have a flag of their own. */
const OWN_FLAGS: readonly string[] = ["run", "provider", "ttl", "postgres"];

/** The flag that sets a setting: `--ttl` for `ttl`, and `--set neon.parentAt` for a setting without a flag of its own. */
export function flagOf({ path }: Field): string {
  return OWN_FLAGS.includes(path) ? `--${path}` : `--set ${path}`;
}

function unknownSetting(path: string): string {
  const known = nearest(
    path,
    FIELDS.map((field) => field.path),
  );
  return `unknown setting ${JSON.stringify(path)}${known === undefined ? "" : `. Did you mean "${known}"?`}`;
}

function checkAll(given: readonly Given[]): SourceResult {
  const checked = given.map((each) => ({ each, result: checkValue(each.field, each.input, each.name) }));
  return {
    entries: new Map(
      checked.flatMap(({ each: { field, from, where, input }, result }) =>
        "value" in result ? [[field.path, { from, where, input, value: result.value }] as const] : [],
      ),
    ),
    problems: checked.flatMap(({ result }) => ("problem" in result ? [result.problem] : [])),
  };
}

function fromText(field: Field, input: unknown): unknown {
  if (typeof input !== "string") return input;
  const text = input.trim();
  return VALUE_FORMATS[field.kind].fromText?.(text) ?? text;
}
