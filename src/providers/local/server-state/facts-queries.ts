import { settingValue } from "../setting-value.ts";

/** What decides which parts of the state can be read. */
export interface Readable {
  readonly isSuperuser: boolean;
  readonly major: number;
}

/** Predefined roles never change, and offshoot drops those for its copies itself. */
const ROLE = "r.rolname !~ '^(pg_|offshoot_)'";
/** What changes in a database of offshoot is deleted with it. */
const DATABASE = "d.datname !~ '^offshoot'";

/** The roles, their attributes and their comments. */
export function roleFacts({ isSuperuser }: Readable): string {
  const password = isSuperuser ? `, ('password', 'password ' || coalesce(pg_catalog.quote_literal(a.rolpassword), 'null'))` : "";
  const secret = isSuperuser ? "join pg_catalog.pg_authid a on a.oid = r.oid" : "";
  const flags = ["super", "inherit", "createrole", "createdb", "canlogin", "replication", "bypassrls"].map((flag) => {
    const word = { super: "superuser", canlogin: "login" }[flag] ?? flag;
    return `('${word}', case when r.rol${flag} then '' else 'no' end || '${word}')`;
  });
  return `select f.kind, f.key, array[r.rolname::pg_catalog.text] as names, array[r.rolname::pg_catalog.text] as roles, f.make, f.undo, f.oid
    from pg_catalog.pg_roles r ${secret},
    lateral (
      select 'role', r.rolname::pg_catalog.text, pg_catalog.format('create role %I', r.rolname), pg_catalog.format('drop role %I', r.rolname), r.oid::pg_catalog.text
      union all
      select 'attribute', r.rolname || ' ' || name, pg_catalog.format('alter role %I ', r.rolname) || words, null, null from (values
        ${flags.join(", ")},
        ('limit', 'connection limit ' || r.rolconnlimit),
        ('until', 'valid until ' || pg_catalog.quote_literal(coalesce(r.rolvaliduntil::pg_catalog.text, 'infinity')))${password}) v(name, words)
      union all
      select 'comment', r.rolname::pg_catalog.text, pg_catalog.format('comment on role %I is %L', r.rolname, c.text), pg_catalog.format('comment on role %I is null', r.rolname), null
        from (select pg_catalog.shobj_description(r.oid, 'pg_authid') as text) c where c.text is not null
    ) f(kind, key, make, undo, oid)
    where ${ROLE}`;
}

/** `alter role … set`, also in a database, and `alter database … set`. */
export function settingFacts(): string {
  return `select 'setting', target.sql || ' ' || item.key, array_remove(array[coalesce(r.rolname, case when d.oid is null then 'all' end)::pg_catalog.text, d.datname::pg_catalog.text], null),
      array_remove(array[r.rolname::pg_catalog.text], null),
      target.sql || ' set ' || item.name || ' to ' || ${settingValue("item.key", "item.value")}, target.sql || ' reset ' || item.name, null
    from pg_catalog.pg_db_role_setting s
    left join pg_catalog.pg_roles r on r.oid = s.setrole
    left join pg_catalog.pg_database d on d.oid = s.setdatabase,
    pg_catalog.unnest(s.setconfig) entry,
    lateral (select pg_catalog.split_part(entry, '=', 1) as key, pg_catalog.substr(entry, pg_catalog.strpos(entry, '=') + 1) as value,
      (select pg_catalog.string_agg(pg_catalog.quote_ident(part), '.') from pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.split_part(entry, '=', 1), '.')) part) as name) item,
    lateral (select case when s.setrole = 0 and d.oid is not null then pg_catalog.format('alter database %I', d.datname)
      else 'alter role ' || coalesce(pg_catalog.quote_ident(r.rolname), 'all') || coalesce(' in database ' || pg_catalog.quote_ident(d.datname), '') end as sql) target
    where (s.setrole = 0 or ${ROLE}) and (s.setdatabase = 0 or ${DATABASE})`;
}

/** The rights on one kind of object. */
function rightsOn(kind: string, name: string, from: string, rights: string): string {
  return `select 'right', '${kind} ' || ${name} || ' ' || a.privilege_type || ' ' || coalesce(r.rolname, '') || ' ' || g.rolname,
      array_remove(array[r.rolname::pg_catalog.text, ${name}::pg_catalog.text], null), array_remove(array[r.rolname::pg_catalog.text], null),
      pg_catalog.format('grant %s on ${kind} %I to ', a.privilege_type, ${name}) || who.name || case when a.is_grantable then ' with grant option' else '' end,
      pg_catalog.format('revoke %s on ${kind} %I from ', a.privilege_type, ${name}) || who.name, null
    from ${from}, pg_catalog.aclexplode(${rights}) a
    left join pg_catalog.pg_roles r on r.oid = a.grantee left join pg_catalog.pg_roles g on g.oid = a.grantor,
    lateral (select coalesce(pg_catalog.quote_ident(r.rolname), 'public') as name) who
    where a.grantee = 0 or ${ROLE}`;
}

/** Memberships, and rights on databases, tablespaces and parameters. */
export function rightFacts({ major }: Readable): string {
  const by = major >= 16 ? `' granted by ' || pg_catalog.quote_ident(g.rolname)` : "''";
  const options =
    major >= 16
      ? `pg_catalog.format(' with admin %s, inherit %s, set %s', m.admin_option::pg_catalog.text, m.inherit_option::pg_catalog.text, m.set_option::pg_catalog.text)`
      : `case when m.admin_option then ' with admin option' else '' end`;
  // Before PostgreSQL 16, a second GRANT does not take back the admin option.
  const first = major >= 16 ? "" : `pg_catalog.format('revoke %I from %I; ', r.rolname, u.rolname) || `;
  const members = `select 'member', r.rolname || ' ' || u.rolname || ${by}, array[r.rolname::pg_catalog.text, u.rolname::pg_catalog.text], array[r.rolname::pg_catalog.text, u.rolname::pg_catalog.text],
      ${first}pg_catalog.format('grant %I to %I', r.rolname, u.rolname) || ${options} || ${by}, pg_catalog.format('revoke %I from %I', r.rolname, u.rolname) || ${by}, null
    from pg_catalog.pg_auth_members m join pg_catalog.pg_roles r on r.oid = m.roleid join pg_catalog.pg_roles u on u.oid = m.member
    left join pg_catalog.pg_roles g on g.oid = m.grantor
    where r.rolname !~ '^offshoot_' and u.rolname !~ '^(pg_|offshoot_)'`;
  return [
    members,
    rightsOn(
      "database",
      "d.datname",
      `(select * from pg_catalog.pg_database d where ${DATABASE}) d`,
      "coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))",
    ),
    rightsOn("tablespace", "t.spcname", "pg_catalog.pg_tablespace t", "coalesce(t.spcacl, pg_catalog.acldefault('t', t.spcowner))"),
    ...(major >= 15 ? [rightsOn("parameter", "p.parname", "pg_catalog.pg_parameter_acl p", "p.paracl")] : []),
  ].join("\nunion all\n");
}

/** Databases with their options, and tablespaces. */
export function namedFacts(): string {
  return `select f.kind, f.key, array[d.datname::pg_catalog.text], f.roles, f.make, f.undo, null
    from pg_catalog.pg_database d, lateral (
      select 'database', d.datname::pg_catalog.text, '{}'::pg_catalog.text[], null, pg_catalog.format('drop database %I with (force)', d.datname)
      union all
      select 'option', d.datname || ' ' || name, '{}'::pg_catalog.text[], pg_catalog.format('alter database %I ', d.datname) || words, null from (values
        ('limit', 'connection limit ' || d.datconnlimit), ('template', 'is_template ' || d.datistemplate::pg_catalog.text), ('allow', 'allow_connections ' || d.datallowconn::pg_catalog.text),
        ('owner', 'owner to ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(d.datdba)))) v(name, words)
    ) f(kind, key, roles, make, undo)
    where ${DATABASE}
    union all
    select 'tablespace', spcname::pg_catalog.text, array[spcname::pg_catalog.text], '{}', null, pg_catalog.format('drop tablespace %I', spcname), null
    from pg_catalog.pg_tablespace`;
}

/** Replication slots and origins, and what `alter system` has set. */
export function storedFacts({ isSuperuser }: Readable): readonly string[] {
  const slots = `select 'slot', s.slot_name::pg_catalog.text, array[s.slot_name::pg_catalog.text], '{}'::pg_catalog.text[], null,
      pg_catalog.format('select pg_catalog.pg_drop_replication_slot(%L)', s.slot_name), null
    from pg_catalog.pg_replication_slots s where not s.temporary and coalesce(s.database, '') !~ '^offshoot'`;
  const origins = `select 'origin', o.roname, array[o.roname], '{}'::pg_catalog.text[], null, pg_catalog.format('select pg_catalog.pg_replication_origin_drop(%L)', o.roname), null
    from pg_catalog.pg_replication_origin o where o.roname !~ '^pg_'`;
  const parameters = `select distinct on (f.name) 'parameter', f.name, array[f.name], '{}'::pg_catalog.text[],
      'alter system set ' || i.name || ' to ' || ${settingValue("f.name", "f.setting")}, 'alter system reset ' || i.name, null
    from (select pg_catalog.lower(name) as name, setting, seqno from pg_catalog.pg_file_settings where sourcefile ~ 'postgresql[.]auto[.]conf$') f,
    lateral (select pg_catalog.string_agg(pg_catalog.quote_ident(part), '.') as name from pg_catalog.unnest(pg_catalog.string_to_array(f.name, '.')) part) i`;
  return [slots, origins, ...(isSuperuser ? [`select * from (${parameters} order by f.name, f.seqno desc) parameters`] : [])];
}
