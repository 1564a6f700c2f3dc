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
  `(select format('(%s)', coalesce(string_agg(format_type(t, null), ', ' order by o), ''))
    from unnest(${routine}.proargtypes) with ordinality u(t, o))`;

/** A condition on `p`: the function does not belong to an extension, to the platform or to a range type (`deptype = 'i'`). */
export const ownRoutine = `${notOfExtension("pg_proc", "p.oid")} and ${notOfPlatform("p.proowner")}
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')`;

const argument: PropertyExpressions<Argument> = {
  name: "nullif(p.proargnames[a.at], '')",
  mode: `case coalesce(p.proargmodes[a.at], 'i')
    when 'o' then 'out' when 'b' then 'inout' when 'v' then 'variadic' when 't' then 'table' else 'in' end`,
  type: "format_type(a.type, null)",
  default: "case when p.pronargdefaults > 0 then pg_get_function_arg_default(p.oid, a.at::int) end",
  category: "t.typcategory",
  preferred: json("nullif(t.typispreferred, false)"),
};

export const routines: ObjectQuery<Routine> = {
  id: `format('%I.%I%s', n.nspname, p.proname, ${signatureOf("p")})`,
  properties: {
    schema: "n.nspname",
    name: "p.proname",
    kind: "case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window function' else 'function' end",
    owner: "pg_get_userbyid(p.proowner)",
    arguments: list(
      `coalesce((
        select ${aggregateList(argument, "a.at")} from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality a(type, at)
        join pg_type t on t.oid = case p.proargmodes[a.at] when 'v' then p.provariadic else a.type end), '[]')`,
      argument,
    ),
    signature: signatureOf("p"),
    result: "pg_get_function_result(p.oid)",
    language: "l.lanname",
    volatility: "case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end",
    security: "case when p.prosecdef then 'definer' else 'invoker' end",
    strict: json("p.proisstrict"),
    parallel: "case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end",
    leakproof: json("nullif(p.proleakproof, false)"),
    cost: json("p.procost"),
    rows: json("p.prorows"),
    settings: json("to_jsonb(p.proconfig)"),
    body: "encode(sha256(convert_to(replace(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), E'\\r', ''), 'UTF8')), 'hex')",
    library: "p.probin",
    support: "nullif(p.prosupport::oid, 0)::regproc",
    aggregate: json(`(select jsonb_strip_nulls(jsonb_build_object(
        'transition', a.aggtransfn::text, 'final', nullif(a.aggfinalfn::oid, 0)::regproc::text,
        'combine', nullif(a.aggcombinefn::oid, 0)::regproc::text, 'state', format_type(a.aggtranstype, null),
        'initial', a.agginitval, 'sort', nullif(a.aggsortop, 0)::regoper::text, 'kind', a.aggkind,
        'serial', nullif(a.aggserialfn::oid, 0)::regproc::text, 'deserial', nullif(a.aggdeserialfn::oid, 0)::regproc::text,
        'space', nullif(a.aggtransspace, 0)::text, 'finalExtra', nullif(a.aggfinalextra, false)::text,
        'finalModify', case when a.aggfinalfn::oid <> 0 then nullif(a.aggfinalmodify, case when a.aggkind = 'n' then 'r'::"char" else 'w' end) end,
        'moving', nullif(a.aggmtransfn::oid, 0)::regproc::text, 'movingInverse', nullif(a.aggminvtransfn::oid, 0)::regproc::text,
        'movingFinal', nullif(a.aggmfinalfn::oid, 0)::regproc::text, 'movingInitial', a.aggminitval,
        'movingState', case when a.aggmtranstype <> 0 then format_type(a.aggmtranstype, null) end,
        'movingSpace', nullif(a.aggmtransspace, 0)::text, 'movingFinalExtra', nullif(a.aggmfinalextra, false)::text,
        'movingFinalModify', case when a.aggmfinalfn::oid <> 0 then nullif(a.aggmfinalmodify, 'r'::"char") end))
      from pg_aggregate a where a.aggfnoid = p.oid)`),
  },
  from: `
from pg_proc p
join ns n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where ${ownRoutine}`,
};
