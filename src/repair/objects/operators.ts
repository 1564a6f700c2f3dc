import type { ObjectRepair } from "../repair-context.ts";
import { literal } from "../../postgres/identifier.ts";
import { guarded, toStatements } from "../step.ts";

export const operators: ObjectRepair = {
  create(id, { expected }) {
    const { function: called, commutator, negator, restrict, join, hashes, merges } = expected.get("operators", id);
    const { symbol, left, right } = parts(id);
    const list = [
      `function = ${withoutArguments(called)}`,
      left === "none" ? "" : `leftarg = ${left}`,
      right === "none" ? "" : `rightarg = ${right}`,
      commutator === undefined ? "" : `commutator = operator(${withoutArguments(commutator)})`,
      negator === undefined ? "" : `negator = operator(${withoutArguments(negator)})`,
      restrict === undefined ? "" : `restrict = ${restrict}`,
      join === undefined ? "" : `join = ${join}`,
      hashes === true ? "hashes" : "",
      merges === true ? "merges" : "",
    ];
    // An operator that another one names as its commutator or negator has a row without a function until it is created.
    const missing = `not exists (${operatorRow(id)} and oprcode <> 0)`;
    return toStatements(guarded(missing, `create operator ${symbol} (${list.filter((part) => part !== "").join(", ")})`));
  },
  drop: (id) => toStatements(`drop operator if exists ${id}`),
  isUnchanged(id, _differences, { actual }) {
    const { function: called, commutator, negator, restrict, join, hashes, merges } = actual.get("operators", id);
    const facts = [
      `oprcode::oid = pg_catalog.to_regprocedure(${literal(called)})`,
      `oprcom = ${operatorOid(commutator)}`,
      `oprnegate = ${operatorOid(negator)}`,
      `oprrest::oid = ${routineOid(restrict)}`,
      `oprjoin::oid = ${routineOid(join)}`,
      `oprcanhash = ${hashes === true}`,
      `oprcanmerge = ${merges === true}`,
    ];
    return `exists (${operatorRow(id)} and ${facts.join(" and ")})`;
  },
  alter: () => "recreate",
};

/** Selects the row of the operator; more conditions can follow. */
function operatorRow(id: string): string {
  return `select from pg_catalog.pg_operator where oid = pg_catalog.to_regoperator(${literal(id)})`;
}

function operatorOid(name: string | undefined): string {
  return name === undefined ? "0" : `pg_catalog.to_regoperator(${literal(name)})`;
}

function routineOid(name: string | undefined): string {
  return name === undefined ? "0" : `pg_catalog.to_regproc(${literal(name)})`;
}

/** Leaves out the types of `app.less(integer, integer)`. */
function withoutArguments(name: string): string {
  return name.replace(/\(.*$/s, "");
}

/** The parts of `app.===(integer, integer)`. The commas of a type such as `numeric(8,2)` are inside parentheses. */
function parts(id: string): { readonly symbol: string; readonly left: string; readonly right: string } {
  const [, symbol = "", inner = ""] = /^(.*?)\((.*)\)$/s.exec(id) ?? [];
  const [left = "", right = ""] = inner.split(/, (?![^(]*\))/);
  return { symbol, left, right };
}

export const casts: ObjectRepair = {
  create(id, { expected }) {
    const { function: called, context, method } = expected.get("casts", id);
    const [source = "", target = ""] = id.split(" as ");
    const how = method === "function" ? `with function ${called}` : method === "inout" ? "with inout" : "without function";
    const as = context === "explicit" ? "" : ` as ${context}`;
    const missing = `not exists (select from pg_catalog.pg_cast where castsource = ${literal(source)}::regtype and casttarget = ${literal(target)}::regtype)`;
    return toStatements(guarded(missing, `create cast (${id}) ${how}${as}`));
  },
  drop: (id) => toStatements(`drop cast if exists (${id})`),
  alter: () => "recreate",
};

export const collations: ObjectRepair = {
  create(id, { expected }) {
    const { provider, locale, deterministic } = expected.get("collations", id);
    if (locale === undefined) return { cannot: "its locale could not be read" };
    return toStatements(
      `create collation if not exists ${id} (provider = ${provider}, locale = ${literal(locale)}, deterministic = ${deterministic})`,
    );
  },
  drop: (id) => toStatements(`drop collation if exists ${id}`),
  isUnchanged(id, _differences, { actual }) {
    const { locale, deterministic } = actual.get("collations", id);
    const name = "coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'collcollate')";
    const same = `${name} = ${literal(locale ?? "")} and collisdeterministic = ${deterministic}`;
    return `exists (select from pg_catalog.pg_collation c where c.oid = pg_catalog.to_regcollation(${literal(id)}) and ${same})`;
  },
  alter: () => "recreate",
};
