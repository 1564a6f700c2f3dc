import { setTimeout as pause } from "node:timers/promises";
import type { Context } from "../context/context.ts";
import type { Project } from "../migration-tools/tool.ts";
import { withSession } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";

interface Counted {
  readonly before: number;
  readonly after: number;
  readonly all: number;
}

/** Counts the migrations in a database while its migration command runs, for people who wait. */
export interface MigrationCounter {
  /** Counts before the command, and begins to count while it runs. Never throws: nothing depends on the result. */
  readonly start: () => Promise<void>;
  /** Ends the counting: no session stays. */
  readonly stop: () => Promise<void>;
  /** How many migrations were applied before and after the command; undefined if that is not known. */
  readonly result: () => Counted | undefined;
}

const EVERY_MS = 500;

/** A count must not hold anything up: neither the command that it counts, nor the one who waits for it. */
const LIMITS = "set lock_timeout = '100ms'; set statement_timeout = '1s'";

export function migrationCounter({ emit, signal }: Context, project: Project, url: DirectUrl): MigrationCounter {
  const all = project.revisions.length;
  const ended = new AbortController();
  let before: number | undefined;
  let after: number | undefined;
  let counting: Promise<void> = Promise.resolve();
  const count = async (): Promise<number | undefined> => {
    const { readVersionTable } = await import("../migration-tools/version-table.ts");
    const { countApplied } = await import("../migration-tools/applied.ts");
    try {
      return await withSession(
        url,
        async (session) => {
          await session.query(LIMITS);
          return countApplied(project, (await readVersionTable(session, project.versionTable)) ?? []);
        },
        { signal },
      );
    } catch {
      return undefined;
    }
  };
  const countOn = async (): Promise<void> => {
    for (;;) {
      await pause(EVERY_MS, undefined, { signal: ended.signal }).catch(() => {});
      if (ended.signal.aborted) return;
      const done = await count();
      if (done !== undefined && !ended.signal.aborted) emit({ kind: "progress", done: done - (before ?? 0), of: all - (before ?? 0) });
    }
  };
  return {
    async start() {
      before = await count();
      if (before !== undefined) counting = countOn();
    },
    async stop() {
      ended.abort();
      await counting;
      if (before !== undefined) after = await count();
    },
    result: () => (before === undefined || after === undefined ? undefined : { before, after, all }),
  };
}
