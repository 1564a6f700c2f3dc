import { basename } from "node:path";
import { noteOfIgnored } from "./ignored-files.ts";
import { sqitchPaths } from "./sqitch-settings.ts";
import type { Revision, Tool } from "./tool.ts";

/** An empty target: libpq's `PG*` variables contain the address of the database. */
const TARGET = "db:pg:";

/** Sqitch. Documentation: sqitch.org, "sqitchchanges" (symbolic references) and "sqitch-deploy". */
export const sqitch: Tool = {
  name: "sqitch",
  expects: "sqitch.plan, or the plan that sqitch.conf names",
  async find(repository) {
    const paths = await sqitchPaths(repository);
    const plan = await repository.read(paths.plan);
    if (plan === undefined) return undefined;
    const present = await Promise.all(
      [paths.deploy, paths.revert, paths.verify].map(async (folder) =>
        (await repository.list(folder)).length === 0 ? [] : [`${folder}/**`],
      ),
    );
    const conf = await repository.first("sqitch.conf");
    const revisions = changesOf(plan);
    const planned = new Set(revisions.map(({ name }) => name));
    const scripts = (await repository.list(paths.deploy)).filter((file) => file.endsWith(".sql"));
    // A change that was reworked has its old script as `name@tag.sql`.
    const unplanned = scripts.filter((file) => !planned.has(basename(file, ".sql").replace(/@.*$/, "")));
    return {
      tool: "sqitch",
      evidence: paths.plan,
      command: `sqitch deploy ${TARGET}`,
      files: [paths.plan, ...(conf === undefined ? [] : [conf]), ...present.flat()],
      versionTable: {
        tables: ["sqitch.*"],
        name: "sqitch.changes",
        query: (table) => `select change as id from ${table} order by committed_at`,
        holds: "all",
      },
      revisions,
      ...noteOfIgnored(unplanned, "Sqitch", `runs the changes of ${paths.plan} only`),
      stepCommands: {
        // Refers to changes by number, because a reworked change has the same name as an earlier one.
        up: (applied, next) => `sqitch deploy ${TARGET} --to-change ${reference(applied.length + next.length)}`,
        down: (applied) => `sqitch revert ${TARGET} -y${applied.length === 1 ? "" : ` --to-change ${reference(applied.length - 1)}`}`,
      },
    };
  },
};

/** The reference of a change by its number in the plan, starting at 1. */
function reference(number: number): string {
  return number === 1 ? "@ROOT" : `@ROOT~${number - 1}`;
}

/** The lines of a plan are pragmas (`%`), tags (`@`), comments (`#`) and changes. */
function changesOf(plan: string): readonly Revision[] {
  const names = plan
    .split("\n")
    .map((line) => /^\s*([^\s%@#][^\s]*)/.exec(line)?.[1])
    .filter((name) => name !== undefined);
  return names.map((name, at) => ({ id: name, name, dependsOn: at === 0 ? [] : [names[at - 1] ?? ""] }));
}
