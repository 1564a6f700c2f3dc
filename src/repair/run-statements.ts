import type { Session } from "../postgres/connect.ts";
import type { Step } from "./step.ts";

/** A statement of a script, with its step. */
export interface ScriptStatement {
  readonly sql: string;
  readonly step?: Step | undefined;
}

/** The statement that failed. */
export interface Failed {
  readonly step: Step | undefined;
  readonly thrown: unknown;
}

/** The server parses a message as a whole, and its reply is kept in memory. */
const MOST_PER_MESSAGE = 200;

/**
 * Runs the statements in their order, and returns the first one that fails. A transaction is sent in as few messages as possible:
 * a round trip for each statement would take most of the time. If one of its statements fails, nothing of it is left, and its
 * statements run again one by one, which shows the one that fails. Throws when the connection is lost.
 */
export async function runStatements(session: Session, all: readonly ScriptStatement[]): Promise<Failed | undefined> {
  for (const transaction of transactions(all)) {
    const failed = (await ranTogether(session, transaction)) ? undefined : await runOneByOne(session, transaction);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

/** The parts of a script that are one transaction each: a `begin` with all up to its `commit`, and each statement outside. */
function transactions(all: readonly ScriptStatement[]): readonly (readonly ScriptStatement[])[] {
  const parts: ScriptStatement[][] = [];
  let isOpen = false;
  for (const statement of all) {
    if (isOpen) parts.at(-1)?.push(statement);
    else parts.push([statement]);
    if (statement.sql === "begin") isOpen = true;
    else if (statement.sql === "commit") isOpen = false;
  }
  return parts;
}

/** False: nothing of the transaction was done. */
async function ranTogether(session: Session, transaction: readonly ScriptStatement[]): Promise<boolean> {
  if (transaction.length === 1) return false;
  try {
    for (let at = 0; at < transaction.length; at += MOST_PER_MESSAGE) {
      // The line break ends a comment at the end of a statement.
      const message = transaction.slice(at, at + MOST_PER_MESSAGE).map(({ sql }) => `${sql}\n;`);
      await session.query(message.join("\n"));
    }
    return true;
  } catch (thrown) {
    if (session.lost.aborted) throw thrown;
    await session.query("rollback");
    return false;
  }
}

async function runOneByOne(session: Session, transaction: readonly ScriptStatement[]): Promise<Failed | undefined> {
  for (const { sql, step } of transaction) {
    try {
      await session.query(sql);
    } catch (thrown) {
      if (session.lost.aborted) throw thrown;
      return { step, thrown };
    }
  }
  return undefined;
}
