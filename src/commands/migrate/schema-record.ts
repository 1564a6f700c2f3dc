import { asciiJson } from "../../ascii.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Context } from "../../context/context.ts";
import { withReadSession } from "../../context/read-session.ts";
import type { SchemaChange } from "../../drift/diff/schema-change.ts";
import { messageOf } from "../../errors.ts";
import { withSession } from "../../postgres/connect.ts";
import { createOnlyOurs } from "../../postgres/only-ours.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import { emitSchemaDiff } from "../diff/emit.ts";

/**
 * Finds out what the migrations of a run change, for the page of the pull request. The changes are stored in the database,
 * because later runs can start from a copy of it, and do not migrate. Nothing throws: no migration depends on it.
 */
export interface SchemaRecord {
  /** Called by the leader before the first command. */
  readonly before: () => Promise<void>;
  /** Called by the leader after the last command has succeeded. */
  readonly after: () => Promise<void>;
  /** Called when the migrations had already run. */
  readonly emitStored: () => Promise<void>;
}

const CREATE = `create table if not exists offshoot.schema_changes (fingerprint pg_catalog.text primary key, changes pg_catalog.json)`;
const START = `insert into offshoot.schema_changes as s (fingerprint) values ($1) on conflict (fingerprint) do update
  set changes = null where s.changes is not null returning fingerprint`;
const FINISH = "update offshoot.schema_changes set changes = $2::pg_catalog.json where fingerprint = $1";
const EXISTS = "select pg_catalog.to_regclass('offshoot.schema_changes') is not null as found";
const READ =
  "select changes::pg_catalog.text as changes from offshoot.schema_changes where fingerprint = $1 and pg_catalog.octet_length(changes::pg_catalog.text) <= $2";

export function schemaRecord(context: Context, fingerprint: string, url: DirectUrl): SchemaRecord {
  const { signal, emit } = context;
  let start: { readonly catalog: Catalog; readonly isPartial: boolean } | undefined;
  const read = async (): Promise<Catalog> => {
    const { readCatalog } = await import("../../catalog/read.ts");
    return withReadSession(context, url, (session) => readCatalog(session));
  };
  const safely = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      if (!signal.aborted) emit({ kind: "note", text: `What the migrations change in the schema is not known: ${messageOf(thrown)}` });
    }
  };
  return {
    before: () =>
      safely(async () => {
        const started = await withSession(
          url,
          async (session) => {
            await createOnlyOurs(session, CREATE, ["schema_changes"]);
            return session.query(START, [fingerprint]);
          },
          { signal },
        );
        // An attempt that was interrupted left a row without changes, and perhaps a part of the migrations.
        start = { catalog: await read(), isPartial: started.length === 0 };
      }),
    after: () =>
      safely(async () => {
        if (start === undefined) return;
        const { changesOfOne } = await import("../../drift/diff/of-one-database.ts");
        const { MOST_STORED_BYTES } = await import("../../drift/diff/stored.ts");
        const { catalog, isPartial } = start;
        if (isEmpty(catalog)) return emit(FROM_NOTHING);
        const changes = changesOfOne(catalog, await read());
        await emitChanges(context, changes, isPartial);
        const json = asciiJson(changes);
        if (isPartial || json.length > MOST_STORED_BYTES) return;
        await withSession(url, (session) => session.query(FINISH, [fingerprint, json]), { signal });
      }),
    emitStored: () =>
      safely(async () => {
        const { MOST_STORED_BYTES, storedSchemaChanges } = await import("../../drift/diff/stored.ts");
        const [row] = await withReadSession(context, url, async (session) => {
          const [table] = await session.query<{ found: boolean }>(EXISTS);
          return table?.found === true ? session.query<{ changes: string }>(READ, [fingerprint, MOST_STORED_BYTES]) : [];
        });
        const changes = row === undefined ? undefined : storedSchemaChanges(row.changes);
        if (changes !== undefined) await emitChanges(context, changes, false);
      }),
  };
}

/** Without a parent, a database begins empty. What a pull request changes is then known only from the migrations before it. */
const FROM_NOTHING = {
  kind: "result",
  topic: "schema",
  weight: "none",
  text: "the database was empty before; offshoot diff compares with the main branch",
  markdown: "",
} as const;

function isEmpty({ tables, views, routines, enums, domains, composites }: Catalog): boolean {
  return [tables, views, routines, enums, domains, composites].every((list) => list.length === 0);
}

async function emitChanges(context: Context, changes: readonly SchemaChange[], isPartial: boolean): Promise<void> {
  await emitSchemaDiff(context, {
    changes,
    before: "the run's database before the migrations",
    after: "the same after them",
    warnings: isPartial ? ["An earlier attempt was interrupted. What it had applied is not in this list."] : [],
  });
}
