import { connectionError, withSession } from "../../../postgres/connect.ts";
import type { Session } from "../../../postgres/session.ts";
import type { DirectUrl } from "../../../postgres/url.ts";
import type { NamedObject } from "../../../rehearsal/lacks.ts";
import { readObjects } from "./missing.ts";
import { type Publication, readPublications } from "./publications.ts";
import { type Rights, readRights } from "./rights.ts";
import { readRoles, type ServerRoles } from "./roles.ts";
import { type OriginalSetting, readSettings } from "./settings.ts";

/** What a copy of a database needs to know besides its dump. */
export interface Original {
  readonly extensions: readonly { readonly name: string; readonly schema: string }[];
  readonly major: number;
  readonly roles: ServerRoles;
  readonly rights: Rights;
  readonly settings: readonly OriginalSetting[];
  readonly objects: readonly NamedObject[];
  readonly publications: readonly Publication[];
}

/** Reads the catalogs of the server that is copied. Throws `CONNECTION_FAILED`. */
export async function readOriginal(url: DirectUrl, signal: AbortSignal): Promise<Original> {
  return withSession(url, describe, { signal }).catch((thrown: unknown) => {
    throw connectionError(url, thrown);
  });
}

async function describe(session: Session): Promise<Original> {
  const [row] = await session.query<{ major: number }>(
    "select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 operator(pg_catalog./) 10000 as major",
  );
  const extensions = await session.query<{ name: string; schema: string }>(
    `select e.extname::pg_catalog.text as name, n.nspname::pg_catalog.text as schema from pg_catalog.pg_extension e
      join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) e.extnamespace where e.extname operator(pg_catalog.<>) 'plpgsql'`,
  );
  return {
    extensions,
    major: row?.major ?? 0,
    roles: await readRoles(session),
    rights: await readRights(session),
    settings: await readSettings(session),
    objects: await readObjects(session),
    publications: await readPublications(session),
  };
}
