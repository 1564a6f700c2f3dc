import type { Path } from "./fields.ts";
import { ORIGINS } from "./layer.ts";
import type { Entry } from "./layer.ts";
import type { ProviderChoice } from "./settings.ts";
import { valueOf } from "./values.ts";
import type { Winners } from "./values.ts";

export interface Verdict {
  readonly severity: "error" | "warning";
  readonly text: string;
}

/** One rule about several settings at once, given those that won. */
type Rule = (winners: Winners) => readonly Verdict[];

const RULES: readonly Rule[] = [
  (winners) =>
    both(
      winners,
      "migrations.tool",
      "migrations.command",
      "error",
      "migrations.tool and migrations.command exclude each other; remove one",
    ),
  (winners) =>
    valueOf(winners, "neon.schemaOnly") && valueOf(winners, "neon.anonymized")
      ? both(winners, "neon.schemaOnly", "neon.anonymized", "error", "neon.schemaOnly and neon.anonymized exclude each other; remove one")
      : [],
  (winners) => {
    const min = valueOf(winners, "neon.compute.min");
    const max = valueOf(winners, "neon.compute.max");
    if (min === undefined || max === undefined || min <= max) return [];
    return both(
      winners,
      "neon.compute.min",
      "neon.compute.max",
      "error",
      `neon.compute.min is ${min}; expected no more than neon.compute.max, ${max}`,
    );
  },
  // Neon counts a schema-only branch as a root branch, of which a project has 3 to 25 (Neon docs, "Schema-only branches").
  (winners) =>
    valueOf(winners, "base") && valueOf(winners, "neon.schemaOnly")
      ? both(
          winners,
          "neon.schemaOnly",
          "base",
          "warning",
          "with base and neon.schemaOnly, each base takes one of the project's few root branches",
        )
      : [],
  (winners) => {
    const [scope, run] = [winners.get("scope"), winners.get("run")];
    if (scope === undefined || run === undefined || rank(scope) > rank(run)) return [];
    return [warning(scope, "scope has no effect, since run names the run")];
  },
  (winners) => [...winners.keys()].flatMap((path) => unused(winners, path)),
  (winners) => {
    const entry = winners.get("existing.url");
    if (entry?.from !== "file") return [];
    const url = new URL(String(entry.value));
    if (url.password === "" && !url.searchParams.has("password")) return [];
    return [warning(entry, "existing.url has a password in it; keep it out of the repository and set OFFSHOOT_EXISTING_URL instead")];
  },
];

/** What is wrong, or without effect, in the settings as a whole. */
export function judge(winners: Winners): readonly Verdict[] {
  return RULES.flatMap((rule) => rule(winners));
}

/**
 * Tool and command exclude each other within one origin; of two origins the stronger has its way, so that
 * `migrate -- CMD` works beside a file that names a tool.
 */
export function settleTool(winners: Winners): Winners {
  const [tool, command] = [winners.get("migrations.tool"), winners.get("migrations.command")];
  if (tool === undefined || command === undefined || tool.from === command.from) return winners;
  const [stronger, loser] = rank(tool) < rank(command) ? [tool, "migrations.command" as const] : [command, "migrations.tool" as const];
  return new Map([...winners, [loser, { ...stronger, input: undefined, value: undefined }]]);
}

/** Settings of a provider that can't be chosen, unless the choice is the stronger word: `--provider` over a shared file. */
function unused(winners: Winners, path: Path): readonly Verdict[] {
  const entry = winners.get(path);
  const choice = winners.get("provider");
  const owner = path.split(".")[0] as ProviderChoice;
  if (entry === undefined || choice === undefined || !["neon", "docker", "existing"].includes(owner)) return [];
  // NEON_PROJECT_ID and the like are set for a whole pipeline and mean nothing about this one.
  if (entry.from === "default" || entry.from === "ci" || !isOwn(entry) || rank(entry) > rank(choice)) return [];
  const chosen = valueOf(winners, "provider");
  if ((chosen === "auto" && owner !== "existing") || [chosen].flat().includes(owner)) return [];
  return [warning(entry, `${path} has no effect, since provider is ${[chosen].flat().join(", ")}`)];
}

/** A verdict on two settings that both have a value; the first is blamed. */
function both(winners: Winners, one: Path, other: Path, severity: Verdict["severity"], text: string): readonly Verdict[] {
  const blamed = winners.get(one);
  if (blamed?.value === undefined || winners.get(other)?.value === undefined) return [];
  return [{ severity, text: `${blamed.where}: ${text}` }];
}

function warning(entry: Entry, text: string): Verdict {
  return { severity: "warning", text: `${entry.where}: ${text}` };
}

function rank({ from }: Entry): number {
  return ORIGINS.indexOf(from);
}

function isOwn({ from, where }: Entry): boolean {
  return from !== "env" || where.startsWith("OFFSHOOT_");
}
