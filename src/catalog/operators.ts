import { json, type ObjectQuery } from "./object-query.ts";
import { notOfExtension, type InSchema, type Named } from "./scope.ts";

export interface Operator extends InSchema {
  readonly owner: string;
  readonly function: string;
  readonly commutator?: string;
  readonly negator?: string;
  /** The function that estimates how many rows match. */
  readonly restrict?: string;
  /** The same for a join. */
  readonly join?: string;
  readonly hashes?: true;
  readonly merges?: true;
}

export const operators: ObjectQuery<Operator> = {
  id: `format('%I.%s(%s, %s)', n.nspname, o.oprname,
    coalesce(nullif(o.oprleft, 0)::regtype::text, 'none'), coalesce(nullif(o.oprright, 0)::regtype::text, 'none'))`,
  properties: {
    schema: "n.nspname",
    name: "o.oprname",
    owner: "pg_get_userbyid(o.oprowner)",
    function: "o.oprcode::oid::regprocedure",
    commutator: "nullif(o.oprcom, 0)::regoperator",
    negator: "nullif(o.oprnegate, 0)::regoperator",
    restrict: "nullif(o.oprrest::oid, 0)::regproc",
    join: "nullif(o.oprjoin::oid, 0)::regproc",
    hashes: json("nullif(o.oprcanhash, false)"),
    merges: json("nullif(o.oprcanmerge, false)"),
  },
  from: `
from pg_operator o join ns n on n.oid = o.oprnamespace
where o.oprcode::oid <> 0 and ${notOfExtension("pg_operator", "o.oid")}`,
};

export interface Cast extends Named {
  /** Undefined for a cast without a function. */
  readonly function?: string;
  readonly context: "explicit" | "assignment" | "implicit";
  readonly method: "function" | "binary" | "inout";
}

const sourceAsTarget = "format('%s as %s', c.castsource::regtype, c.casttarget::regtype)";

/** Casts have no schema. Casts with an oid below 16384 belong to Postgres, and each range type has its own (`deptype = 'i'`). */
export const casts: ObjectQuery<Cast> = {
  id: sourceAsTarget,
  properties: {
    name: sourceAsTarget,
    function: "nullif(c.castfunc, 0)::regprocedure",
    context: "case c.castcontext when 'i' then 'implicit' when 'a' then 'assignment' else 'explicit' end",
    method: "case c.castmethod when 'f' then 'function' when 'b' then 'binary' else 'inout' end",
  },
  from: `
from pg_cast c
where c.oid >= 16384 and ${notOfExtension("pg_cast", "c.oid")}
  and not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype = 'i')`,
};

export interface Collation extends InSchema {
  readonly owner: string;
  readonly provider: string;
  readonly deterministic: boolean;
  readonly locale?: string;
}

/** The column of the locale has another name in PostgreSQL 14, 15 and 17. */
export const collations: ObjectQuery<Collation> = {
  id: "format('%I.%I', n.nspname, c.collname)",
  properties: {
    schema: "n.nspname",
    name: "c.collname",
    owner: "pg_get_userbyid(c.collowner)",
    provider: "case c.collprovider when 'i' then 'icu' when 'c' then 'libc' when 'b' then 'builtin' else 'default' end",
    deterministic: json("c.collisdeterministic"),
    locale: "coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'collcollate')",
  },
  from: `
from pg_collation c join ns n on n.oid = c.collnamespace
where ${notOfExtension("pg_collation", "c.oid")}`,
};

export interface TextSearchConfiguration extends InSchema {
  readonly owner: string;
  /** Token type and dictionary, in order. */
  readonly mappings: readonly (readonly [number, string])[];
}

export const textSearchConfigurations: ObjectQuery<TextSearchConfiguration> = {
  id: "format('%I.%I', n.nspname, c.cfgname)",
  properties: {
    schema: "n.nspname",
    name: "c.cfgname",
    owner: "pg_get_userbyid(c.cfgowner)",
    mappings: json(`coalesce((
      select jsonb_agg(jsonb_build_array(m.maptokentype, m.mapdict::regdictionary::text) order by m.maptokentype, m.mapseqno)
      from pg_ts_config_map m where m.mapcfg = c.oid), '[]')`),
  },
  from: `
from pg_ts_config c join ns n on n.oid = c.cfgnamespace
where ${notOfExtension("pg_ts_config", "c.oid")}`,
};

/** Extended statistics. */
export interface Statistics extends InSchema {
  readonly owner: string;
  readonly definition: string;
  /** Set when it differs from the default. */
  readonly target?: number;
}

/** The default target is -1 up to PostgreSQL 16, and null from 17 on. */
export const statistics: ObjectQuery<Statistics> = {
  id: "format('%I.%I', n.nspname, s.stxname)",
  properties: {
    schema: "n.nspname",
    name: "s.stxname",
    owner: "pg_get_userbyid(s.stxowner)",
    definition: "pg_get_statisticsobjdef(s.oid)",
    target: json("nullif(s.stxstattarget, -1)"),
  },
  from: `
from pg_statistic_ext s join ns n on n.oid = s.stxnamespace
where ${notOfExtension("pg_statistic_ext", "s.oid")}`,
};
