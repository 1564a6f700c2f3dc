import type { Session } from "../postgres/session.ts";
import { identifier } from "../postgres/identifier.ts";

/** A part of a database with which a copy can reach other systems. */
export interface Outbound {
  readonly kind: "foreign server" | "subscription" | "scheduled job" | "extension";
  readonly name: string;
  /** The statement that disables it in the copy. Undefined: nothing does. */
  readonly disable: string | undefined;
}

/** Extensions whose functions open connections. The functions of `postgres_fdw` and the like need a foreign server. */
export const REACHING = [
  "dblink",
  "pg_net",
  "http",
  "pg_cron",
  "pgagent",
  "plproxy",
  "aws_s3",
  "aws_lambda",
  "pg_background",
  "pgmq_http",
  "wrappers",
];

const SERVERS = `select s.srvname::pg_catalog.text as name, s.srvoptions::pg_catalog.text[] as options
  from pg_catalog.pg_foreign_server s order by 1`;
const EXTENSIONS = `select e.extname::pg_catalog.text as name from pg_catalog.pg_extension e
  where e.extname::pg_catalog.text operator(pg_catalog.=) any ($1::pg_catalog.text[]) order by 1`;
/** The columns with a connection string are for superusers only. These are not. */
const SUBSCRIPTIONS = `select s.subname::pg_catalog.text as name, s.subenabled as enabled from pg_catalog.pg_subscription s
  where s.subdbid operator(pg_catalog.=) (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())
    and s.subenabled order by 1`;
const JOBS = `select j.jobid::pg_catalog.text as name from cron.job j where j.active order by 1 limit 100`;
const HAS_JOBS = `select pg_catalog.to_regclass('cron.job') is not null as found`;

/** The options of a foreign server that name another system. */
export const HOST_OPTIONS = ["host", "hostaddr", "dbserver", "servername", "address", "endpoint"];

/** No system has this address: the name is reserved (RFC 6761). */
const NOWHERE = "disabled.invalid";

/** Finds what could reach other systems from a copy, before anything runs in it. */
export async function findOutbound(session: Session): Promise<readonly Outbound[]> {
  const servers = await session.query<{ name: string; options: readonly string[] | null }>(SERVERS);
  const subscriptions = await session.query<{ name: string }>(SUBSCRIPTIONS);
  const extensions = await session.query<{ name: string }>(EXTENSIONS, [REACHING]);
  const [jobs] = await session.query<{ found: boolean }>(HAS_JOBS);
  const active = jobs?.found === true ? await session.query<{ name: string }>(JOBS).catch(() => []) : [];
  return [
    ...servers.map(({ name, options }): Outbound => ({
      kind: "foreign server",
      name,
      disable: disableServer(name, options ?? []),
    })),
    ...subscriptions.map(({ name }): Outbound => ({
      kind: "subscription",
      name,
      disable: `alter subscription ${identifier(name)} disable`,
    })),
    ...active.map(({ name }): Outbound => ({
      kind: "scheduled job",
      name,
      disable: `update cron.job set active = false where jobid = ${Number(name)}`,
    })),
    // pg_cron does nothing by itself once its jobs are not active.
    ...extensions.flatMap(({ name }): readonly Outbound[] => (name === "pg_cron" ? [] : [{ kind: "extension", name, disable: undefined }])),
  ];
}

/** A server without a host option is a file or a program of the copy's own machine, or finds its host elsewhere. */
function disableServer(name: string, options: readonly string[]): string | undefined {
  const keys = options.map((option) => option.slice(0, option.indexOf("=")));
  const hosts = keys.filter((key) => HOST_OPTIONS.includes(key));
  if (hosts.length === 0) return undefined;
  return `alter server ${identifier(name)} options (${hosts.map((key) => `set ${identifier(key)} '${NOWHERE}'`).join(", ")})`;
}

/** `foreign server billing`, for messages. */
export function describeOutbound({ kind, name }: Outbound): string {
  return `${kind} ${name}`;
}
