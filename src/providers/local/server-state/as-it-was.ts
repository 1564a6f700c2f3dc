import { messageOf } from "../../../errors.ts";
import type { Listener } from "../../../events.ts";
import { withSession } from "../../../postgres/connect.ts";
import { tryLock } from "../../../postgres/lock.ts";
import { lockServerState, type LockOptions } from "./lock.ts";
import { readServerState, type ServerState } from "./facts.ts";
import { mentionsServer } from "./mentioned.ts";
import { withRolesAside } from "./roles-aside.ts";
import { perhapsCreated, renames, type Undo, undoOf } from "./undo.ts";

/** Time limit of one statement that puts the server back. */
const UNDO_MS = 30_000;
/** Statements that a warning lists. */
const MOST_SHOWN = 20;

export interface ServerStateOptions extends LockOptions {
  /** The texts of the migrations, also those of other languages. */
  readonly texts: readonly string[];
  /** Whether these are all texts. A command can have others. */
  readonly isComplete: boolean;
  /** Work that holds the lock already, on the same server. */
  readonly outer?: ServerAsItWas | undefined;
}

/** Runs migrations in copies, and puts back what they change outside of them. */
export interface ServerAsItWas extends AsyncDisposable {
  /**
   * Runs `work`, which also deletes its copy, and puts the server back afterwards in any case. `sent` gets the statements of the
   * migrations, if they are seen.
   */
  around<T>(work: (sent: (statements: readonly string[]) => void) => Promise<T>): Promise<T>;
  /** Runs `work` inside of `around`, while the roles that were created there have other names, so that others can have theirs. */
  aside<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Prepares work in copies on a server. Roles, databases, settings of roles and the like belong to the whole server, so a copy does
 * not keep them apart. If the texts can change them, other commands that can do so too wait until this one has put them back.
 */
export async function serverAsItWas(options: ServerStateOptions): Promise<ServerAsItWas> {
  const { texts, isComplete, serverUrl, emit } = options;
  const isConcerned = mentionsServer(texts);
  if (!isConcerned && isComplete) return { around: (work) => work(() => {}), aside: (work) => work(), async [Symbol.asyncDispose]() {} };
  const lock = isConcerned && options.outer === undefined ? await lockServerState(options, tryLock) : undefined;
  let open: { readonly before: ServerState; readonly texts: readonly string[] } | undefined;
  const aside: ServerAsItWas["aside"] = async (work) =>
    open === undefined ? work() : withRolesAside(serverUrl, open.before, open.texts, work);
  const around: ServerAsItWas["around"] = async (work) => {
    // Without it the work is as good, and its copy must be deleted in any case.
    const before = await withSession(serverUrl, readServerState, { queryMs: UNDO_MS }).catch((thrown: unknown) => notUndone(thrown, emit));
    const all = [...texts];
    if (before !== undefined) open ??= { before, texts: all };
    try {
      return await work((statements) => all.push(...statements));
    } finally {
      const isSeen = isComplete || all.length > texts.length;
      if (before !== undefined)
        await putBack(serverUrl, before, { texts: all, isSeen }, emit).catch((thrown: unknown) => notUndone(thrown, emit));
    }
  };
  return { around, aside, [Symbol.asyncDispose]: async () => lock?.close() };
}

function notUndone(thrown: unknown, emit: Listener): undefined {
  emit({ kind: "warning", text: `What the migrations changed on the server outside of their copy was not undone: ${messageOf(thrown)}` });
}

interface Seen {
  readonly texts: readonly string[];
  /** Whether the texts show what the migrations do. */
  readonly isSeen: boolean;
}

async function putBack(serverUrl: string, before: ServerState, { texts, isSeen }: Seen, emit: Listener): Promise<void> {
  const left = await withSession(
    serverUrl,
    async (session) => {
      const errors = new Map<string, string>();
      const run = async (undos: readonly Undo[]): Promise<void> => {
        for (const { key, sql } of undos) {
          await session.query(sql).catch((thrown: unknown) => {
            if (session.lost.aborted) throw thrown;
            errors.set(key, messageOf(thrown));
          });
        }
        if (undos.some(({ key }) => key.startsWith("parameter "))) await session.query("select pg_catalog.pg_reload_conf()");
      };
      let after = await readServerState(session);
      const renamed = renames(before, after, texts);
      await run(renamed);
      if (renamed.length > 0) after = await readServerState(session);
      const undos = undoOf(before, after, texts);
      await run(undos);
      if (undos.length > 0) after = await readServerState(session);
      const rest = undos.length === 0 ? [] : [...renames(before, after, texts), ...undoOf(before, after, texts)];
      return {
        rest: rest.map((undo) => ({ ...undo, error: errors.get(undo.key) })),
        perhaps: perhapsCreated(before, after, texts, isSeen),
      };
    },
    { queryMs: UNDO_MS },
  );
  if (left.rest.length > 0)
    emit({
      kind: "warning",
      text: `The migrations changed the server outside of their copy, and this was not undone. To undo it, run there:\n${shown(left.rest)}`,
    });
  if (left.perhaps.length > 0)
    emit({
      kind: "warning",
      text: `Roles appeared on the server while the migrations ran in a copy. If the migrations created them, drop them there:\n${shown(left.perhaps)}`,
    });
}

function shown(undos: readonly (Undo & { readonly error?: string | undefined })[]): string {
  const lines = undos.slice(0, MOST_SHOWN).map(({ shown: sql, error }) => `  ${sql};${error === undefined ? "" : ` -- failed: ${error}`}`);
  return [...lines, ...(undos.length > MOST_SHOWN ? [`  and ${undos.length - MOST_SHOWN} more`] : [])].join("\n");
}
