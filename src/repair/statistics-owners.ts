import { quoted } from "../catalog/quote.ts";
import { changeOwner, type RepairContext } from "./repair-context.ts";
import type { Step } from "./step.ts";

/** The last major version that gives the extended statistics of a column to the role that changes its type. */
const LAST = 14;

/** The steps, and the owners of extended statistics after a column got another type. Statistics that are created again have theirs already. */
export function withStatisticsOwners(steps: readonly Step[], context: RepairContext): readonly Step[] {
  const { expected, actual } = context;
  if (actual.catalog.server.major > LAST) return steps;
  const kept = actual.catalog.statistics.flatMap(({ id }) => expected.find("statistics", id) ?? []);
  const foreign = kept.filter(({ owner }) => context.role(owner) !== actual.source.user);
  const added = foreign.flatMap(({ id, owner, definition }) => {
    const causes = steps.filter((step) => retypedTables(step, context).some((table) => definition.endsWith(` FROM ${table}`)));
    const step = { ...changeOwner("statistics", id, owner, context), kind: "statistics", object: id } as const;
    return causes.length === 0 ? [] : [{ ...step, causes: causes.flatMap((each) => each.causes) }];
  });
  return [...steps, ...added];
}

/** The tables in which a step changes the type of a column. An enum that is replaced changes all of its columns. */
function retypedTables({ kind, object, sql }: Step, { actual }: RepairContext): readonly string[] {
  if (kind === "enum" && sql.includes("alter column %I type")) {
    const types = [object, `${object}[]`];
    return actual.catalog.tables.filter(({ columns }) => columns.some(({ type }) => types.includes(type))).map(({ id }) => id);
  }
  if (kind !== "column" || !/ alter column .* type /s.test(sql)) return [];
  return actual.catalog.tables
    .filter(({ id, columns }) => columns.some(({ name }) => object === `${id}.${quoted(name)}`))
    .map(({ id }) => id);
}
