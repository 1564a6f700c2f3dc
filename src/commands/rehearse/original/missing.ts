import type { Session } from "../../../postgres/session.ts";
import type { CopiedRoles } from "../../../providers/local/plan-roles.ts";
import type { Lacks, NamedObject } from "../../../rehearsal/lacks.ts";
import type { ServerRoles } from "./roles.ts";

/** More are not compared. */
const MOST = 20_000;

/** What a dump does not have, or what an ordinary role or another server cannot restore. */
const KINDS = [
  ["tablespace", "select spcname as name from pg_catalog.pg_tablespace"],
  ["publication", "select pubname as name from pg_catalog.pg_publication"],
  [
    "subscription",
    "select subname as name from pg_catalog.pg_subscription where subdbid operator(pg_catalog.=) (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())",
  ],
  ["event trigger", "select evtname as name from pg_catalog.pg_event_trigger"],
  ["foreign data wrapper", "select fdwname as name from pg_catalog.pg_foreign_data_wrapper"],
  ["foreign server", "select srvname as name from pg_catalog.pg_foreign_server"],
  ["language", "select lanname as name from pg_catalog.pg_language"],
  ["text search dictionary", "select dictname as name from pg_catalog.pg_ts_dict"],
  ["text search configuration", "select cfgname as name from pg_catalog.pg_ts_config"],
  ["extension", "select extname as name from pg_catalog.pg_extension"],
  ["extension", "select name from pg_catalog.pg_available_extensions"],
  ["collation", "select collname as name from pg_catalog.pg_collation"],
] as const;

/** The objects of these kinds in a database and on its server. Every role can read them. */
export async function readObjects(session: Session): Promise<readonly NamedObject[]> {
  const each = KINDS.map(([kind, sql]) => `select '${kind}' as kind, o.name::pg_catalog.text as name from (${sql}) o`);
  return session.query<NamedObject & Record<string, unknown>>(`${each.join(" union ")} order by 1 desc, 2 limit ${MOST}`);
}

/** What the original has and its copy does not. `roles`: undefined where the copy's server has none of its roles. Pure. */
export function lacksOf(
  original: readonly NamedObject[],
  copy: readonly NamedObject[],
  server: ServerRoles,
  roles: CopiedRoles | undefined,
): Pick<Lacks, "objects" | "powers"> {
  const present = new Set(copy.map(keyOf));
  const names = [...server.roles.map(({ name }) => name), ...server.leftOut];
  const hasName = (name: string): boolean => roles?.names.get(name) === name;
  return {
    objects: [
      ...names.filter((name) => !hasName(name)).map((name): NamedObject => ({ kind: "role", name })),
      ...original.filter((each) => !present.has(keyOf(each))),
    ],
    powers: server.powers,
  };
}

function keyOf({ kind, name }: NamedObject): string {
  return `${kind} ${name}`;
}

/** Names in one sentence. */
const MOST_NAMED = 8;
/** Kinds of which a server has many that nobody uses. They are only named when a migration fails because of one. */
const QUIET: ReadonlySet<string> = new Set(["collation", "extension", "role"]);

/** The sentences for the report. `roles`: those of the copy. Pure. */
export function gapsOf(
  { objects }: Pick<Lacks, "objects">,
  { leftOut, own, roles: all }: ServerRoles,
  roles: CopiedRoles | undefined,
): readonly string[] {
  const named = objects.filter(({ kind }) => !QUIET.has(kind));
  const more = named.length - MOST_NAMED;
  const shown = named.slice(0, MOST_NAMED).map(({ kind, name }) => `${kind} ${name}`);
  const bypassesRls = all.find(({ name }) => name === own)?.bypassesRls === true;
  return [
    ...(roles === undefined && bypassesRls
      ? [
          "Where row-level security is forced, the role of the copy sees fewer rows than the role of the server, to which it does not apply.",
        ]
      : []),
    ...(roles === undefined
      ? ["The copy has no roles, owners and rights of the server, because the role of the local server cannot create roles."]
      : leftOut.length === 0
        ? []
        : [`${leftOut.length.toLocaleString("en-US")} roles of the server are not in the copy, because it has too many.`]),
    ...(named.length === 0
      ? []
      : [
          `The server has objects that the copy does not have: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}. A statement that needs one fails only in the copy.`,
        ]),
  ];
}
