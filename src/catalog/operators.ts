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
  id: `pg_catalog.format('%I.%s(%s, %s)', n.nspname, o.oprname,
    coalesce(nullif(o.oprleft, 0)::pg_catalog.regtype::pg_catalog.text, 'none'), coalesce(nullif(o.oprright, 0)::pg_catalog.regtype::pg_catalog.text, 'none'))`,
  properties: {
    schema: "n.nspname",
    name: "o.oprname",
    owner: "pg_catalog.pg_get_userbyid(o.oprowner)",
    function: "o.oprcode::pg_catalog.oid::pg_catalog.regprocedure",
    commutator: "nullif(o.oprcom, 0)::pg_catalog.regoperator",
    negator: "nullif(o.oprnegate, 0)::pg_catalog.regoperator",
    restrict: "nullif(o.oprrest::pg_catalog.oid, 0)::pg_catalog.regproc",
    join: "nullif(o.oprjoin::pg_catalog.oid, 0)::pg_catalog.regproc",
    hashes: json("nullif(o.oprcanhash, false)"),
    merges: json("nullif(o.oprcanmerge, false)"),
  },
  from: `
from pg_catalog.pg_operator o join ns n on n.oid = o.oprnamespace
where o.oprcode::pg_catalog.oid <> 0 and ${notOfExtension("pg_operator", "o.oid")}`,
};

export interface Cast extends Named {
  /** Undefined for a cast without a function. */
  readonly function?: string;
  readonly context: "explicit" | "assignment" | "implicit";
  readonly method: "function" | "binary" | "inout";
}

const sourceAsTarget = "pg_catalog.format('%s as %s', c.castsource::pg_catalog.regtype, c.casttarget::pg_catalog.regtype)";

/** Casts have no schema. Casts with an oid below 16384 belong to Postgres, and each range type has its own (`deptype = 'i'`). */
export const casts: ObjectQuery<Cast> = {
  id: sourceAsTarget,
  properties: {
    name: sourceAsTarget,
    function: "nullif(c.castfunc, 0)::pg_catalog.regprocedure",
    context: "case c.castcontext when 'i' then 'implicit' when 'a' then 'assignment' else 'explicit' end",
    method: "case c.castmethod when 'f' then 'function' when 'b' then 'binary' else 'inout' end",
  },
  from: `
from pg_catalog.pg_cast c
where c.oid >= 16384 and ${notOfExtension("pg_cast", "c.oid")}
  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'i')`,
};

export interface Collation extends InSchema {
  readonly owner: string;
  readonly provider: string;
  readonly deterministic: boolean;
  readonly locale?: string;
}

/** The column of the locale has another name in PostgreSQL 14, 15 and 17. */
export const collations: ObjectQuery<Collation> = {
  id: "pg_catalog.format('%I.%I', n.nspname, c.collname)",
  properties: {
    schema: "n.nspname",
    name: "c.collname",
    owner: "pg_catalog.pg_get_userbyid(c.collowner)",
    provider: "case c.collprovider when 'i' then 'icu' when 'c' then 'libc' when 'b' then 'builtin' else 'default' end",
    deterministic: json("c.collisdeterministic"),
    locale:
      "coalesce(pg_catalog.to_jsonb(c) ->> 'colllocale', pg_catalog.to_jsonb(c) ->> 'colliculocale', pg_catalog.to_jsonb(c) ->> 'collcollate')",
  },
  from: `
from pg_catalog.pg_collation c join ns n on n.oid = c.collnamespace
where ${notOfExtension("pg_collation", "c.oid")}`,
};

export interface TextSearchConfiguration extends InSchema {
  readonly owner: string;
  /** Token type and dictionary, in order. */
  readonly mappings: readonly (readonly [number, string])[];
}

export const textSearchConfigurations: ObjectQuery<TextSearchConfiguration> = {
  id: "pg_catalog.format('%I.%I', n.nspname, c.cfgname)",
  properties: {
    schema: "n.nspname",
    name: "c.cfgname",
    owner: "pg_catalog.pg_get_userbyid(c.cfgowner)",
    mappings: json(`coalesce((
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(m.maptokentype, m.mapdict::pg_catalog.regdictionary::pg_catalog.text) order by m.maptokentype, m.mapseqno)
      from pg_catalog.pg_ts_config_map m where m.mapcfg = c.oid), '[]')`),
  },
  from: `
from pg_catalog.pg_ts_config c join ns n on n.oid = c.cfgnamespace
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
  id: "pg_catalog.format('%I.%I', n.nspname, s.stxname)",
  properties: {
    schema: "n.nspname",
    name: "s.stxname",
    owner: "pg_catalog.pg_get_userbyid(s.stxowner)",
    definition: "pg_catalog.pg_get_statisticsobjdef(s.oid)",
    target: json("nullif(s.stxstattarget, -1)"),
  },
  from: `
from pg_catalog.pg_statistic_ext s join ns n on n.oid = s.stxnamespace
where ${notOfExtension("pg_statistic_ext", "s.oid")}`,
};
