import type { Env } from "../environment.ts";
import { nearest } from "../nearest.ts";
import { check } from "./check.ts";
import { FIELDS, fieldAt, flagOf, variablesOf } from "./fields.ts";
import type { Field, Path } from "./fields.ts";
import { KINDS } from "./kinds.ts";

/** Where the value of a setting comes from, strongest first. */
export const ORIGINS = ["flag", "env", "file", "ci", "default"] as const;
export type Origin = (typeof ORIGINS)[number];

/** One value of one setting from one origin. */
export interface Entry {
  readonly from: Origin;
  /** For people: `--ttl`, `OFFSHOOT_TTL`, `offshoot.yaml:12`, `CI` or `default`. */
  readonly where: string;
  /** As it was written, in the file's terms. */
  readonly input: unknown;
  /** Checked, as the settings hold it. */
  readonly value: unknown;
}

/** All that one origin says, and all that is wrong with it. */
export interface Layer {
  readonly entries: ReadonlyMap<Path, Entry>;
  readonly problems: readonly string[];
}

/** Values by key path, typed or as text; undefined stands for "not given". */
export type Given = Readonly<Record<string, unknown>>;

/** What the caller's flags, or options of a library call, say. */
export function flagLayer(flags: Given): Layer {
  return givenLayer("flag", flags, flagOf);
}

/** What is known from the CI service. */
export function ciLayer(given: Given): Layer {
  return givenLayer("ci", given, () => "CI");
}

/** What the environment says. An empty variable counts as unset, since CI services expand missing secrets to that. */
export function envLayer(env: Env): Layer {
  return collect(
    FIELDS.flatMap((field) => {
      const variable = variablesOf(field).find((name) => (env[name] ?? "").trim() !== "");
      return variable === undefined
        ? []
        : [{ field, from: "env" as const, where: variable, name: variable, input: fromText(field, env[variable]) }];
    }),
  );
}

/** The defaults of the table. */
export function defaultLayer(): Layer {
  return collect(
    FIELDS.flatMap((field: Field) =>
      field.default === undefined
        ? []
        : [
            {
              field: field as Claim["field"],
              from: "default" as const,
              where: "default",
              name: field.path,
              input: fromText(field, field.default),
            },
          ],
    ),
  );
}

interface Claim {
  readonly field: Field & { readonly path: Path };
  readonly from: Origin;
  readonly where: string;
  readonly name: string;
  readonly input: unknown;
}

function givenLayer(from: "flag" | "ci", given: Given, nameOf: (field: Field) => string): Layer {
  const known = Object.entries(given).filter(([, input]) => input !== undefined);
  const strangers = known.filter(([path]) => fieldAt(path) === undefined).map(([path]) => noSetting(path));
  const claims = known.flatMap(([path, input]) => {
    const field = fieldAt(path);
    if (field === undefined) return [];
    const where = nameOf(field);
    return [{ field, from, where, name: from === "ci" ? `${path}, as the CI has it,` : where, input: fromText(field, input) }];
  });
  const layer = collect(claims);
  return { ...layer, problems: [...strangers, ...layer.problems] };
}

/** The flag that can name any setting, since a stranger comes from there or from the options of a library call. */
function noSetting(path: string): string {
  const known = nearest(
    path,
    FIELDS.map((field) => field.path),
  );
  return `--set ${path}: no setting is called ${JSON.stringify(path)}${known === undefined ? "" : `; did you mean "${known}"?`}`;
}

function collect(claims: readonly Claim[]): Layer {
  const checked = claims.map((claim) => ({ claim, result: check(claim.field, claim.input, claim.name) }));
  return {
    entries: new Map(
      checked.flatMap(({ claim: { field, from, where, input }, result }) =>
        "value" in result ? [[field.path, { from, where, input, value: result.value }] as const] : [],
      ),
    ),
    problems: checked.flatMap(({ result }) => ("problem" in result ? [result.problem] : [])),
  };
}

function fromText(field: Field, input: unknown): unknown {
  if (typeof input !== "string") return input;
  const text = input.trim();
  return KINDS[field.kind].fromText?.(text) ?? text;
}
