import { relative, resolve } from "node:path";
import type { Env } from "../environment.ts";
import { assembleSettings, type EffectiveEntries } from "./assemble.ts";
import type { Field } from "./field.ts";
import { FIELDS, type Path } from "./fields.ts";
import { readConfigurationFile } from "./file.ts";
import { findConfigurationFile } from "./find.ts";
import { showValue } from "./value-formats.ts";
import { misspeltVariables, readCiSettings, readDefaults, readEnvironment, readFlags, readOptions } from "./sources.ts";
import type { Entry, GivenSettings, SourceResult, SourceKind } from "./sources.ts";
import { checkTogether, chooseToolOrCommand } from "./joint-checks.ts";
import { byLine, invalid, invalidFlags } from "./problems.ts";
import type { Settings } from "./settings.ts";

/** The sources of the settings. */
export interface LoadInput {
  /** The folder in which the search for `offshoot.yaml` starts. */
  readonly cwd: string;
  readonly env: Env;
  /** By key path, as in `{"neon.parent": "main", ttl: "2h"}`. Values are typed as in the file, or text. */
  readonly flags?: GivenSettings | undefined;
  /** Settings from the options of a library call, in the same form as `flags`. */
  readonly options?: GivenSettings | undefined;
  /** Settings from the CI service, in the same form as `flags`. */
  readonly ci?: GivenSettings | undefined;
  /** Path of the configuration file (`--config`). Undefined: it is searched. */
  readonly file?: string | undefined;
}

/** The source of one setting. */
export interface Source {
  readonly from: SourceKind;
  /** `--ttl`, `OFFSHOOT_TTL`, `offshoot.yaml:12`, `CI` or `default`. */
  readonly where: string;
}

/** The settings, and the source of each of them. */
export interface Resolved {
  readonly settings: Settings;
  /** The source of every setting, by key path. */
  readonly sources: Readonly<Record<string, Source>>;
  /** The value of every setting as it is shown to users, by key path. Contains no secrets. Undefined: no value. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the configuration file. Undefined if there is none. */
  readonly file: string | undefined;
  /** The folder of the file, or `cwd` without a file. Paths in the settings are relative to it. */
  readonly directory: string;
  readonly warnings: readonly string[];
}

/**
 * Finds, reads and checks the configuration. For each setting, a flag overrides the environment, which overrides the
 * file, the CI service and the default. A list or map is replaced as a whole. Throws `CONFIG_UNREADABLE` if the file
 * cannot be read. Throws `CONFIG_INVALID` with one line for each problem in any source, even if a stronger source
 * overrides the value.
 */
export async function loadSettings(input: LoadInput): Promise<Resolved> {
  const found = await findConfigurationFile(input.cwd, input.file);
  const flags = readFlags(input.flags ?? {});
  const sources: readonly SourceResult[] = [
    flags,
    readOptions(input.options ?? {}),
    readEnvironment(input.env),
    ...(found.file === undefined ? [] : [await readConfigurationFile(found.file, found.label)]),
    readCiSettings(input.ci ?? {}),
    readDefaults(),
  ];
  const effective = chooseToolOrCommand(pick(sources, (entry, field) => fromDirectory(entry, field, input.cwd, found.directory)));
  const jointProblems = checkTogether(effective);
  const errors = jointProblems.filter(({ severity }) => severity === "error").map(({ text }) => text);
  const problems = [...sources.flatMap((each) => each.problems), ...errors];
  if (problems.length > 0 && flags.problems.length === problems.length) throw invalidFlags(problems);
  if (problems.length > 0) throw invalid(byLine(problems, found.label), found.file);
  return {
    settings: assembleSettings(effective),
    sources: byPath(({ path }) => source(effective.get(path))),
    values: byPath((field) => shown(field, effective.get(field.path))),
    file: found.file,
    directory: found.directory,
    warnings: [
      ...found.warnings,
      ...misspeltVariables(input.env),
      ...jointProblems.filter(({ severity }) => severity === "warning").map(({ text }) => text),
    ],
  };
}

function pick(sources: readonly SourceResult[], adapt: (entry: Entry, field: Field) => Entry): EffectiveEntries {
  return new Map(
    FIELDS.flatMap((field) => {
      const entry = sources.map(({ entries }) => entries.get(field.path)).find((candidate) => candidate !== undefined);
      return entry === undefined ? [] : [[field.path, adapt(entry, field)] as const];
    }),
  );
}

/** A path in a flag or variable is relative to the current folder. In the settings it is relative to the folder of the file. */
function fromDirectory(entry: Entry, field: Field, cwd: string, directory: string): Entry {
  if (field.kind !== "path" || entry.from === "file" || entry.from === "default") return entry;
  return { ...entry, value: relative(directory, resolve(cwd, String(entry.value))) || "." };
}

function source(entry: Entry | undefined): Source {
  return { from: entry?.from ?? "default", where: entry?.where ?? "default" };
}

function shown({ kind }: Field, entry: Entry | undefined): string | undefined {
  const text = entry?.value === undefined ? "" : showValue(kind, entry.input);
  return text === "" ? undefined : text;
}

function byPath<Value>(valueFor: (field: Field & { readonly path: Path }) => Value): Readonly<Record<string, Value>> {
  return Object.freeze(Object.fromEntries(FIELDS.map((field) => [field.path, valueFor(field)])));
}
