import { isLoopback } from "../loopback.ts";
import { type EffectiveEntries, valueOf } from "./assemble.ts";
import type { Path } from "./fields.ts";
import { problemsOfSteps } from "./steps.ts";
import { type Entry, PRECEDENCE } from "./sources.ts";
import type { ProviderChoice } from "./settings.ts";

/** A problem of several settings together. */
export interface JointProblem {
  readonly severity: "error" | "warning";
  readonly text: string;
}

/** A check of several settings together. */
type JointCheck = (entries: EffectiveEntries) => readonly JointProblem[];

const JOINT_CHECKS: readonly JointCheck[] = [
  (entries) =>
    both(
      entries,
      "migrations.tool",
      "migrations.command",
      "error",
      "migrations.tool and migrations.command cannot be used together; remove one of them",
    ),
  besideSteps,
  (entries) => {
    const [entry, steps] = [entries.get("migrations.steps"), valueOf(entries, "migrations.steps")];
    if (entry === undefined || steps === undefined) return [];
    return problemsOfSteps(steps).map((text) => ({ severity: "error", text: `${entry.where}: ${text}` }) as const);
  },
  (entries) =>
    valueOf(entries, "neon.schemaOnly") && valueOf(entries, "neon.anonymized")
      ? both(
          entries,
          "neon.schemaOnly",
          "neon.anonymized",
          "error",
          "neon.schemaOnly and neon.anonymized cannot both be true; remove one of them",
        )
      : [],
  (entries) =>
    valueOf(entries, "neon.schemaOnly") && valueOf(entries, "neon.maskingRules").length > 0
      ? both(
          entries,
          "neon.schemaOnly",
          "neon.maskingRules",
          "error",
          "neon.maskingRules has no data to mask while neon.schemaOnly is true; remove one of them",
        )
      : [],
  (entries) => {
    const min = valueOf(entries, "neon.compute.min");
    const max = valueOf(entries, "neon.compute.max");
    if (min === undefined || max === undefined || min <= max) return [];
    return both(
      entries,
      "neon.compute.min",
      "neon.compute.max",
      "error",
      `neon.compute.min is ${min}; expected at most ${max}, the value of neon.compute.max`,
    );
  },
  (entries) => {
    const [entry, host] = [entries.get("neon.apiHost"), valueOf(entries, "neon.apiHost")];
    if (entry === undefined || host === undefined || valueOf(entries, "neon.allowHttp")) return [];
    const { protocol, hostname } = new URL(host);
    if (protocol === "https:" || isLoopback(hostname)) return [];
    const text = `${entry.where}: neon.apiHost is an http: URL of another machine, so anyone on the network between could read the API key; use https, or set neon.allowHttp`;
    return [{ severity: "error", text }];
  },
  // The file belongs to the commit that is checked out, which may be the pull request of a stranger.
  (entries) =>
    KEY_SETTINGS.flatMap((path) => {
      const entry = entries.get(path);
      if (entry?.from !== "file") return [];
      const text = `${entry.where}: ${path} decides who gets the Neon API key, so a file of the checkout cannot set it; remove it, and set ${VARIABLES[path]} or --set ${path}=… in the pipeline`;
      return [{ severity: "error", text } as const];
    }),
  (entries) => {
    const entry = entries.get("passSecrets");
    if (entry?.from !== "file" || entry.value !== true) return [];
    return [
      warning(
        entry,
        "passSecrets gives offshoot's secrets, such as the Neon API key, to the commands of each commit that has this line; set OFFSHOOT_PASS_SECRETS in the pipeline instead if a pull request must not turn it on",
      ),
    ];
  },
  // Neon counts a schema-only branch as a root branch. A project can have 3 to 25 of them (Neon docs, "Schema-only branches").
  (entries) =>
    valueOf(entries, "base") && valueOf(entries, "neon.schemaOnly")
      ? both(
          entries,
          "neon.schemaOnly",
          "base",
          "warning",
          "with base and neon.schemaOnly, each base uses one of the few root branches that a Neon project can have; remove one of the two settings when Neon reports this limit",
        )
      : [],
  (entries) => {
    const [scope, run] = [entries.get("scope"), entries.get("run")];
    if (scope === undefined || run === undefined || rank(scope) > rank(run)) return [];
    return [warning(scope, "scope has no effect because run is set")];
  },
  (entries) => [...entries.keys()].flatMap((path) => unused(entries, path)),
  (entries) => {
    const entry = entries.get("existing.url");
    if (entry?.from !== "file") return [];
    const url = new URL(String(entry.value));
    if (url.password === "" && !url.searchParams.has("password")) return [];
    return [warning(entry, "existing.url contains a password; remove it from the file and set OFFSHOOT_EXISTING_URL instead")];
  },
];

/** Finds settings that contradict each other or have no effect. */
export function checkTogether(entries: EffectiveEntries): readonly JointProblem[] {
  return JOINT_CHECKS.flatMap((check) => check(entries));
}

/** They decide where the API key is sent. */
export const KEY_SETTINGS = ["neon.apiHost", "neon.allowHttp"] as const;
const VARIABLES = { "neon.apiHost": "NEON_API_HOST", "neon.allowHttp": "OFFSHOOT_NEON_ALLOW_HTTP" } as const;

const RIVALS = ["migrations.tool", "migrations.command", "migrations.steps"] as const;

/**
 * `migrations.tool`, `migrations.command` and `migrations.steps` cannot be used together in one source. If they come from
 * several sources, the one from the strongest source is used. So `migrate -- CMD` works with a file that sets a tool.
 */
export function chooseToolOrCommand(entries: EffectiveEntries): EffectiveEntries {
  const given = RIVALS.flatMap((path) => {
    const entry = entries.get(path);
    return entry === undefined ? [] : [{ path, entry }];
  });
  const strongest = given.toSorted((one, other) => rank(one.entry) - rank(other.entry))[0]?.entry;
  if (strongest === undefined) return entries;
  const losers = given.filter(({ entry }) => entry.from !== strongest.from);
  return new Map([...entries, ...losers.map(({ path }) => [path, { ...strongest, input: undefined, value: undefined }] as const)]);
}

/** Settings that each step has itself. */
const OF_ONE_STEP = ["tool", "command", "files", "directory", "folder", "irreversible"] as const;

function besideSteps(entries: EffectiveEntries): readonly JointProblem[] {
  return OF_ONE_STEP.flatMap((key) => {
    const path = `migrations.${key}` as const;
    if (entries.get(path)?.from === "default") return [];
    return both(entries, path, "migrations.steps", "error", `${path} cannot be used together with a list of steps; write it in a step`);
  });
}

/**
 * Warns about settings of a provider that is not used. No warning if the provider comes from a stronger source than the
 * setting, because `--provider` can override a shared file.
 */
function unused(entries: EffectiveEntries, path: Path): readonly JointProblem[] {
  const entry = entries.get(path);
  const choice = entries.get("provider");
  const owner = path.split(".")[0] as ProviderChoice;
  if (entry === undefined || choice === undefined || !["neon", "docker", "existing"].includes(owner)) return [];
  // Variables such as NEON_PROJECT_ID are set for a whole pipeline, not for offshoot alone.
  if (entry.from === "default" || entry.from === "ci" || !isOwn(entry) || rank(entry) > rank(choice)) return [];
  const chosen = valueOf(entries, "provider");
  if ((chosen === "auto" && owner !== "existing") || [chosen].flat().includes(owner)) return [];
  return [warning(entry, `${path} has no effect because provider is ${[chosen].flat().join(", ")}`)];
}

/** A problem of two settings that both have a value. The message names the source of the first. */
function both(
  entries: EffectiveEntries,
  one: Path,
  other: Path,
  severity: JointProblem["severity"],
  text: string,
): readonly JointProblem[] {
  const first = entries.get(one);
  if (first?.value === undefined || entries.get(other)?.value === undefined) return [];
  return [{ severity, text: `${first.where}: ${text}` }];
}

function warning(entry: Entry, text: string): JointProblem {
  return { severity: "warning", text: `${entry.where}: ${text}` };
}

function rank({ from }: Entry): number {
  return PRECEDENCE.indexOf(from);
}

function isOwn({ from, where }: Entry): boolean {
  return from !== "env" || where.startsWith("OFFSHOOT_");
}
