import { readCatalog } from "../../catalog/read.ts";
import type { Context } from "../../context/context.ts";
import { withSession } from "../../postgres/connect.ts";
import { runSteps } from "../../repair/prove.ts";
import type { ReadAfter } from "../../repair/renames/rename-first.ts";
import { asOnCopy, asOnOriginal } from "../../repair/restricted-catalog.ts";
import { readRepairSource } from "../../repair/source.ts";
import type { Copies, Original } from "./copies.ts";

/** Runs steps once on a copy, and reads what the original would be after them. */
export function readerAfter({ settings, signal }: Context, copies: Copies, original: Original): ReadAfter {
  const { catalog, source, owner } = original;
  const { role } = copies;
  return async (steps) => {
    const copy = await copies.make();
    try {
      return await withSession(
        copy.url,
        async (session) => {
          const failed = await runSteps(session, role === undefined ? steps : asOnCopy(steps, role, owner));
          if (failed !== undefined) return { failed: failed.step };
          const read = asOnOriginal(await readCatalog(session), role, owner);
          const { user, roles } = source;
          return {
            // A restricted copy has no event triggers.
            catalog: { ...read, eventTriggers: catalog.eventTriggers, server: catalog.server },
            source: { ...(await readRepairSource(session)), user, roles },
          };
        },
        { queryMs: settings.timeouts.migrateMs, signal },
      );
    } finally {
      await copy.drop();
    }
  };
}
