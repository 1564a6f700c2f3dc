import type { Grant } from "../../catalog/grants.ts";
import { quoted } from "../../catalog/quote.ts";
import { type Lookup, realName } from "../lookup.ts";
import type { ObjectRepair, RepairContext } from "../repair-context.ts";
import { isStatements, toStatements, type Remedy } from "../step.ts";

/** The parts of `grantee=PRIVILEGE*`. */
export function partsOfRight(right: string): { readonly grantee: string; readonly privilege: string; readonly grantable: boolean } {
  const at = right.lastIndexOf("=");
  const grantable = right.endsWith("*");
  return { grantee: right.slice(0, at), privilege: right.slice(at + 1, grantable ? -1 : undefined), grantable };
}

const TARGET: Readonly<Record<Grant["on"], string>> = {
  schema: "schema",
  relation: "table",
  column: "table",
  routine: "routine",
  type: "type",
};

/** The words between the privilege and the grantee: `on table app.users`, or for a column `(name) on table app.users`. */
function target(grant: Grant, { actual, expected }: RepairContext): string {
  if (grant.on === "column") {
    const [, table, column] = /^(.*)\.("(?:[^"]|"")*"|[^."]+)$/s.exec(grant.name) ?? [];
    return ` (${column}) on table ${table}`;
  }
  const isSequence = [actual, expected].some((side) => side.find("sequences", grant.name) !== undefined);
  return ` on ${isSequence ? "sequence" : TARGET[grant.on]} ${grant.name}`;
}

/** The `grant` and `revoke` statements that change one list of rights into another. */
export function changeRights(from: readonly string[], to: readonly string[], where: string, context: RepairContext): Remedy {
  const surplus = from.filter((right) => !to.includes(right)).map(partsOfRight);
  const lacking = to.filter((right) => !from.includes(right)).map(partsOfRight);
  // Only the comparison uses one name for the main owners of both sides.
  const called = (name: string): string => (name === "public" ? name : context.role(name));
  const unknown = lacking.map(({ grantee }) => called(grantee)).find((name) => name !== "public" && !context.actual.source.roles.has(name));
  if (unknown !== undefined) return { cannot: `the role ${quoted(unknown)} does not exist on this server` };
  const quotedName = (name: string): string => (name === "public" ? name : quoted(called(name)));
  return toStatements(
    ...surplus.map((right) => `revoke ${right.privilege.toLowerCase()}${where} from ${quoted(right.grantee)}`),
    ...lacking.map(
      (right) =>
        `grant ${right.privilege.toLowerCase()}${where} to ${quotedName(right.grantee)}${right.grantable ? " with grant option" : ""}`,
    ),
  );
}

/** The comparison uses the column's name for its sequence, and for the grants on that sequence. */
function grantIn(side: Lookup, id: string): Grant | undefined {
  return side.find("grants", id) ?? side.find("grants", `relation ${realName(side, id.replace(/^relation /, ""))}`);
}

function granted(id: string, context: RepairContext): Remedy {
  const [to, from] = [grantIn(context.expected, id), grantIn(context.actual, id)];
  const grant = from ?? to;
  return grant === undefined ? [] : changeRights(from?.rights ?? [], to?.rights ?? [], target(grant, context), context);
}

export const grants: ObjectRepair = {
  create(id, context) {
    const to = grantIn(context.expected, id);
    return to === undefined ? [] : changeRights([], to.rights, target(to, context), context);
  },
  drop(id, context) {
    const from = grantIn(context.actual, id);
    const remedy = from === undefined ? [] : changeRights(from.rights, [], target(from, context), context);
    return isStatements(remedy) ? remedy : [];
  },
  alter: (id, _differences, context) => granted(id, context),
};
