import { json, list, aggregateList, type PropertyExpressions, type ObjectQuery } from "./object-query.ts";
import { notOfExtension, notOfPlatform, type InSchema } from "./scope.ts";

export interface Argument {
  readonly name?: string;
  readonly mode: "in" | "out" | "inout" | "variadic" | "table";
  /** As `format_type` writes it; the types of users with their schema. */
  readonly type: string;
  readonly default?: string;
  /**
   * `pg_type.typcategory`: Postgres uses it to choose an overload for literals without a type. For a variadic argument, it is
   * the category of the elements, because a call passes elements.
   */
  readonly category: string;
  /** The type is the preferred one of its category. */
  readonly preferred?: true;
}

/** A function, procedure, aggregate or window function. Each overload is its own object; its `id` ends with the input types. */
export interface Routine extends InSchema {
  readonly kind: "function" | "procedure" | "aggregate" | "window function";
  readonly owner: string;
  readonly arguments: readonly Argument[];
  /** The input types, such as `(bigint, text)`. */
  readonly signature: string;
  readonly result?: string;
  readonly language: string;
  readonly volatility: "immutable" | "stable" | "volatile";
  readonly security: "invoker" | "definer";
  readonly strict: boolean;
  readonly parallel: "unsafe" | "restricted" | "safe";
  readonly leakproof?: true;
  readonly cost: number;
  readonly rows: number;
  /** `SET` clauses, such as `search_path=app, pg_temp`. */
  readonly settings?: readonly string[];
  /** SHA-256 of the body, without carriage returns. */
  readonly body: string;
  readonly library?: string;
  readonly support?: string;
  readonly aggregate?: Readonly<Record<string, string>>;
}

/** The expression of the signature, which identifies a function of one name in its schema. */
export const signatureOf = (routine: string): string =>
  `(select pg_catalog.format('(%s)', coalesce(pg_catalog.string_agg(pg_catalog.format_type(t, null), ', ' order by o), ''))
    from pg_catalog.unnest(${routine}.proargtypes) with ordinality u(t, o))`;

/** A condition on `p`: the function does not belong to an extension, to the platform or to a range type (`deptype = 'i'`). */
export const ownRoutine = `${notOfExtension("pg_proc", "p.oid")} and ${notOfPlatform("p.proowner")}
  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'i')`;

const argument: PropertyExpressions<Argument> = {
  name: "nullif(p.proargnames[a.at], '')",
  mode: `case coalesce(p.proargmodes[a.at], 'i')
    when 'o' then 'out' when 'b' then 'inout' when 'v' then 'variadic' when 't' then 'table' else 'in' end`,
  type: "pg_catalog.format_type(a.type, null)",
  default: "case when p.pronargdefaults > 0 then pg_catalog.pg_get_function_arg_default(p.oid, a.at::int) end",
  category: "t.typcategory",
  preferred: json("nullif(t.typispreferred, false)"),
};

export const routines: ObjectQuery<Routine> = {
  id: `pg_catalog.format('%I.%I%s', n.nspname, p.proname, ${signatureOf("p")})`,
  properties: {
    schema: "n.nspname",
    name: "p.proname",
    kind: "case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window function' else 'function' end",
    owner: "pg_catalog.pg_get_userbyid(p.proowner)",
    arguments: list(
      `coalesce((
        select ${aggregateList(argument, "a.at")} from pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[])) with ordinality a(type, at)
        join pg_catalog.pg_type t on t.oid = case p.proargmodes[a.at] when 'v' then p.provariadic else a.type end), '[]')`,
      argument,
    ),
    signature: signatureOf("p"),
    result: "pg_catalog.pg_get_function_result(p.oid)",
    language: "l.lanname",
    volatility: "case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end",
    security: "case when p.prosecdef then 'definer' else 'invoker' end",
    strict: json("p.proisstrict"),
    parallel: "case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end",
    leakproof: json("nullif(p.proleakproof, false)"),
    cost: json("p.procost"),
    rows: json("p.prorows"),
    settings: json("pg_catalog.to_jsonb(p.proconfig)"),
    body: "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.replace(coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc), E'\\r', ''), 'UTF8')), 'hex')",
    library: "p.probin",
    support: "nullif(p.prosupport::pg_catalog.oid, 0)::pg_catalog.regproc",
    aggregate: json(`(select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'transition', a.aggtransfn::pg_catalog.text, 'final', nullif(a.aggfinalfn::pg_catalog.oid, 0)::pg_catalog.regproc::pg_catalog.text,
        'combine', nullif(a.aggcombinefn::pg_catalog.oid, 0)::pg_catalog.regproc::pg_catalog.text, 'state', pg_catalog.format_type(a.aggtranstype, null),
        'initial', a.agginitval, 'sort', nullif(a.aggsortop, 0)::pg_catalog.regoper::pg_catalog.text, 'kind', a.aggkind,
        'serial', nullif(a.aggserialfn::pg_catalog.oid, 0)::pg_catalog.regproc::pg_catalog.text, 'deserial', nullif(a.aggdeserialfn::pg_catalog.oid, 0)::pg_catalog.regproc::pg_catalog.text,
        'space', nullif(a.aggtransspace, 0)::pg_catalog.text, 'finalExtra', nullif(a.aggfinalextra, false)::pg_catalog.text,
        'finalModify', case when a.aggfinalfn::pg_catalog.oid <> 0 then nullif(a.aggfinalmodify, case when a.aggkind = 'n' then 'r'::pg_catalog."char" else 'w' end) end,
        'moving', nullif(a.aggmtransfn::pg_catalog.oid, 0)::pg_catalog.regproc::pg_catalog.text, 'movingInverse', nullif(a.aggminvtransfn::pg_catalog.oid, 0)::pg_catalog.regproc::pg_catalog.text,
        'movingFinal', nullif(a.aggmfinalfn::pg_catalog.oid, 0)::pg_catalog.regproc::pg_catalog.text, 'movingInitial', a.aggminitval,
        'movingState', case when a.aggmtranstype <> 0 then pg_catalog.format_type(a.aggmtranstype, null) end,
        'movingSpace', nullif(a.aggmtransspace, 0)::pg_catalog.text, 'movingFinalExtra', nullif(a.aggmfinalextra, false)::pg_catalog.text,
        'movingFinalModify', case when a.aggmfinalfn::pg_catalog.oid <> 0 then nullif(a.aggmfinalmodify, 'r'::pg_catalog."char") end))
      from pg_catalog.pg_aggregate a where a.aggfnoid = p.oid)`),
  },
  from: `
from pg_catalog.pg_proc p
join ns n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
where ${ownRoutine}`,
};
