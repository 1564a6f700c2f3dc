import { FAMILY_ID, membersOf, type OperatorClass, type OperatorFamily } from "../../catalog/operator-classes.ts";
import { path } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, type ObjectRepair } from "../repair-context.ts";
import { bySuperuser, type Statement, type SuperuserStatement, toStatements } from "../step.ts";

/** The class or the family as a statement names it: the id without the access method. */
function nameOf({ schema, name }: OperatorClass | OperatorFamily): string {
  return path(schema, name);
}

export const operatorFamilies: ObjectRepair = {
  create(id, { expected }) {
    const family = expected.get("operatorFamilies", id);
    const create = {
      condition: `not ${exists("opfamily", family)}`,
      statement: `create operator family ${nameOf(family)} using ${family.method}`,
    };
    return [alone(create), ...add(family, family.members ?? [])];
  },
  drop(id, { actual }) {
    const family = actual.get("operatorFamilies", id);
    return toStatements(`drop operator family if exists ${nameOf(family)} using ${family.method}`);
  },
  exists: (id, { actual }) => exists("opfamily", actual.get("operatorFamilies", id)),
  alter(id, differences, { expected, actual }) {
    if (!byProperty(differences).has("members")) return "recreate";
    const family = expected.get("operatorFamilies", id);
    const [to, from] = [family.members ?? [], actual.get("operatorFamilies", id).members ?? []];
    const surplus = from.filter((member) => !to.includes(member)).map((member) => change(family, "drop", member));
    return [
      ...surplus,
      ...add(
        family,
        to.filter((member) => !from.includes(member)),
      ),
    ];
  },
};

export const operatorClasses: ObjectRepair = {
  create(id, { expected }) {
    const operatorClass = expected.get("operatorClasses", id);
    const { method, type, storage, members = [] } = operatorClass;
    const family = operatorClass.family.replace(/ using .*$/s, "");
    const as = [...members, ...(storage === undefined || members.length === 0 ? [] : [`storage ${storage}`])];
    // A class needs at least one item, and `storage` of the column's own type says nothing.
    const items = as.length === 0 ? `storage ${storage ?? type}` : as.join(", ");
    const byDefault = operatorClass.default === true ? " default" : "";
    const statement = `create operator class ${nameOf(operatorClass)}${byDefault} for type ${type} using ${method} family ${family} as ${items}`;
    return [alone({ condition: `not ${exists("opclass", operatorClass)}`, statement, members, type })];
  },
  drop(id, { actual }) {
    const operatorClass = actual.get("operatorClasses", id);
    return toStatements(`drop operator class if exists ${nameOf(operatorClass)} using ${operatorClass.method}`);
  },
  isUnchanged(id, differences, { actual }) {
    const found = actual.get("operatorClasses", id);
    const { type, family, storage, members } = found;
    if (byProperty(differences).has("members")) {
      const same = members === undefined ? "is null" : `= ${literal(JSON.stringify(members))}::jsonb`;
      return exists("opclass", found, `${membersOf("pg_opclass", "c.oid")} ${same}`);
    }
    const stored = storage === undefined ? "0" : `pg_catalog.to_regtype(${literal(storage)})`;
    const ofFamily = `exists (select from pg_catalog.pg_opfamily f join pg_catalog.pg_namespace fn on fn.oid = f.opfnamespace
      where f.oid = c.opcfamily and ${FAMILY_ID} = ${literal(family)})`;
    const facts = `c.opcdefault = ${found.default === true} and c.opcintype::regtype::text = ${literal(type)} and c.opckeytype = ${stored}`;
    return exists("opclass", found, `${facts} and ${ofFamily}`);
  },
  alter: () => "recreate",
};

/** In a test on a copy, another session runs it, which sees only what is committed. */
const alone = (parts: SuperuserStatement): Statement => ({ ...bySuperuser(parts), alone: true });

/** Adds members to a family, each only if the family lacks it. */
function add(family: OperatorFamily, members: readonly string[]): readonly Statement[] {
  return members.map((member) => change(family, "add", member));
}

function change(family: OperatorFamily, word: "add" | "drop", member: string): Statement {
  const [, kind = "", number = "", types = "", rest = ""] =
    /^(operator) (\d+) .*?\((.*?)\)( for order by .*)?$/s.exec(member) ?? /^(function) (\d+) \((.*?)\) (.*)$/s.exec(member) ?? [];
  const [left = "", right = left] = types.split(/,\s*(?![^(]*\))/);
  const isOperator = kind === "operator";
  const [prefix, order] = isOperator ? ["amop", "amopstrategy"] : ["amproc", "amprocnum"];
  const row = `select from pg_catalog.pg_${prefix} x join pg_catalog.pg_opfamily c on c.oid = x.${prefix}family
    join pg_catalog.pg_namespace n on n.oid = c.opfnamespace join pg_catalog.pg_am m on m.oid = c.opfmethod
    where n.nspname = ${literal(family.schema)} and c.opfname = ${literal(family.name)} and m.amname = ${literal(family.method)}
      and x.${order} = ${number} and x.${prefix}lefttype = ${literal(left)}::regtype and x.${prefix}righttype = ${literal(right)}::regtype`;
  const alter = `alter operator family ${nameOf(family)} using ${family.method}`;
  if (word === "add") return alone({ condition: `not exists (${row})`, statement: `${alter} add ${member}`, members: [member] });
  const wrong = isOperator ? "" : ` and x.amproc::oid = pg_catalog.to_regprocedure(${literal(rest)})`;
  return alone({
    condition: `exists (${row}${wrong})`,
    statement: `${alter} drop ${kind} ${number} (${left}, ${right})`,
    members: [member],
  });
}

/** SQL condition: the class or the family exists, and its row in `c` matches. */
function exists(catalog: "opclass" | "opfamily", { schema, name, method }: OperatorClass | OperatorFamily, condition = "true"): string {
  const prefix = catalog.slice(0, 3);
  return `exists (select from pg_catalog.pg_${catalog} c join pg_catalog.pg_namespace n on n.oid = c.${prefix}namespace
    join pg_catalog.pg_am m on m.oid = c.${prefix}method
    where n.nspname = ${literal(schema)} and c.${prefix}name = ${literal(name)} and m.amname = ${literal(method)} and ${condition})`;
}
