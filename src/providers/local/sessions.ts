/**
 * The sessions in `pg_stat_activity a` that are a use of their database, as a condition. The workers of the server itself are
 * none. A session that has done nothing for seven days is none either, and neither is a usage lock that is older: a hung
 * process must not keep a database for ever. What a role is not allowed to see counts as use.
 */
export const IS_USE = `a.pid <> pg_catalog.pg_backend_pid() and a.usesysid is not null
  and coalesce(a.backend_type, 'client backend') in ('client backend', 'walsender')
  and coalesce(case when a.application_name = 'offshoot:usage' or pg_catalog.starts_with(a.application_name, 'offshoot:lock-holder:')
      then a.backend_start else greatest(a.backend_start, a.query_start, a.state_change) end > pg_catalog.now() - interval '7 days', true)`;
