import { codeOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";

const ATTEMPTS = 5;

/**
 * What a server answers when a database is dropped while its size is read: `invalid_catalog_name` up to Postgres 15, and
 * `undefined_object` since 16 (PostgreSQL source, `object_aclmask_ext`).
 */
const DROPPED: readonly (string | undefined)[] = [SQLSTATE.undefinedDatabase, SQLSTATE.undefinedObject];

/** Reads several databases at once, and again if one of them was dropped meanwhile. Throws the error of the fifth attempt. */
export async function rereadIfDropped<T>(session: Pick<Session, "lost">, read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (thrown) {
      if (!DROPPED.includes(codeOf(thrown)) || attempt === ATTEMPTS || session.lost.aborted) throw thrown;
    }
  }
}
