import { relative, resolve } from "node:path";
import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { buildSettings } from "./build.ts";
import { FIELDS } from "./fields.ts";
import type { Field, Path } from "./fields.ts";
import { fileLayer } from "./file.ts";
import { findFile } from "./find.ts";
import { showValue } from "./kinds.ts";
import { ciLayer, defaultLayer, envLayer, flagLayer } from "./layer.ts";
import type { Entry, Given, Layer, Origin } from "./layer.ts";
import { judge, settleTool } from "./rules.ts";
import type { Settings } from "./settings.ts";
import { strayVariables } from "./stray.ts";
import type { Winners } from "./values.ts";

/** Where settings may come from. */
export interface LoadInput {
  /** Where the search for `offshoot.yaml` begins. */
  readonly cwd: string;
  readonly env: Env;
  /** By key path, as in `{"neon.parent": "main", ttl: "2h"}`: typed as in the file, or text. */
  readonly flags?: Given | undefined;
  /** As `flags`: what the CI service knows. */
  readonly ci?: Given | undefined;
  /** The configuration itself (`--config`), instead of a search. */
  readonly file?: string | undefined;
}

export interface Source {
  readonly from: Origin;
  /** `--ttl`, `OFFSHOOT_TTL`, `offshoot.yaml:12`, `CI` or `default`. */
  readonly where: string;
}

/** The settings, and where each of them comes from. */
export interface Resolved {
  readonly settings: Settings;
  /** By key path, every setting. */
  readonly sources: Readonly<Record<string, Source>>;
  /** By key path, every setting, for people: no secret; undefined where there is no value. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the configuration; undefined where there is none. */
  readonly file: string | undefined;
  /** The folder of the configuration, else `cwd`: what paths in the settings are relative to. */
  readonly directory: string;
  readonly warnings: readonly string[];
}

/**
 * Finds, reads and checks the configuration: flag > environment > file > CI > default, setting by setting; lists and
 * maps are replaced as a whole. Throws `CONFIG_UNREADABLE` for a file that can't be read, and `CONFIG_INVALID` whose
 * message has one line for each problem of every origin, also where a stronger origin overrides it.
 */
export async function loadSettings(input: LoadInput): Promise<Resolved> {
  const found = await findFile(input.cwd, input.file);
  const layers: readonly Layer[] = [
    flagLayer(input.flags ?? {}),
    envLayer(input.env),
    ...(found.file === undefined ? [] : [await fileLayer(found.file, found.label)]),
    ciLayer(input.ci ?? {}),
    defaultLayer(),
  ];
  const winners = settleTool(pick(layers, (entry, field) => fromDirectory(entry, field, input.cwd, found.directory)));
  const verdicts = judge(winners);
  const errors = verdicts.filter(({ severity }) => severity === "error").map(({ text }) => text);
  const problems = [...layers.flatMap((layer) => layer.problems), ...errors];
  if (problems.length > 0) throw invalid(byLine(problems, found.label), found.file);
  return {
    settings: buildSettings(winners),
    sources: byPath(({ path }) => source(winners.get(path))),
    values: byPath((field) => shown(field, winners.get(field.path))),
    file: found.file,
    directory: found.directory,
    warnings: [
      ...found.warnings,
      ...strayVariables(input.env),
      ...verdicts.filter(({ severity }) => severity === "warning").map(({ text }) => text),
    ],
  };
}

function pick(layers: readonly Layer[], adapt: (entry: Entry, field: Field) => Entry): Winners {
  return new Map(
    FIELDS.flatMap((field) => {
      const entry = layers.map((layer) => layer.entries.get(field.path)).find((candidate) => candidate !== undefined);
      return entry === undefined ? [] : [[field.path, adapt(entry, field)] as const];
    }),
  );
}

/** A path in a flag or variable is meant from where the user stands; settings hold it from the folder of the file. */
function fromDirectory(entry: Entry, field: Field, cwd: string, directory: string): Entry {
  if (field.kind !== "path" || entry.from === "file" || entry.from === "default") return entry;
  return { ...entry, value: relative(directory, resolve(cwd, String(entry.value))) || "." };
}

/** The file's problems in the order of its lines, after those of flags and environment. */
function byLine(problems: readonly string[], label: string): readonly string[] {
  const lineOf = (problem: string): number => (problem.startsWith(`${label}:`) ? Number.parseInt(problem.slice(label.length + 1), 10) : 0);
  return problems.toSorted((one, other) => lineOf(one) - lineOf(other));
}

function invalid(problems: readonly string[], file: string | undefined): OffshootError {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return new OffshootError("CONFIG_INVALID", problems.join("\n"), {
    meaning: `The configuration has ${count}, so nothing was done.`,
    remedy: 'The README lists every setting under "Settings".',
    facts: { problems: problems.length, file },
  });
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
