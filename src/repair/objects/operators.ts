import type { ObjectRepair } from "../repair-context.ts";
import { literal } from "../../postgres/identifier.ts";
import { guarded, toStatements } from "../step.ts";

export const operators: ObjectRepair = {
  create(id, { expected }) {
    const { function: called, commutator, negator } = expected.get("operators", id);
    const { symbol, left, right } = parts(id);
    const list = [
      `function = ${called.replace(/\(.*$/s, "")}`,
      left === "none" ? "" : `leftarg = ${left}`,
      right === "none" ? "" : `rightarg = ${right}`,
      commutator === undefined ? "" : `commutator = operator(${commutator.replace(/\(.*$/s, "")})`,
      negator === undefined ? "" : `negator = operator(${negator.replace(/\(.*$/s, "")})`,
    ];
    const missing = `pg_catalog.to_regoperator(${literal(id)}) is null`;
    return toStatements(guarded(missing, `create operator ${symbol} (${list.filter((part) => part !== "").join(", ")})`));
  },
  drop: (id) => toStatements(`drop operator if exists ${id}`),
  isUnchanged(id, _differences, { actual }) {
    const { function: called } = actual.get("operators", id);
    return `exists (select from pg_catalog.pg_operator where oid = pg_catalog.to_regoperator(${literal(id)}) and oprcode::oid = pg_catalog.to_regprocedure(${literal(called)}))`;
  },
  alter: () => "recreate",
};

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
