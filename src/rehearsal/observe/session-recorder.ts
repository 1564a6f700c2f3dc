import type { SessionTap } from "../../broker/client.ts";
import { codeOfError } from "../../broker/messages.ts";
import { splitMessages } from "../../broker/split-messages.ts";
import { type KeptText, keptTexts, LONGEST_MESSAGE } from "./kept-texts.ts";
import { parametersOf } from "./revision-marks.ts";
import type { Moment, RecordedTransaction, SentStatement } from "./recording.ts";

/** The record of a migration is at the end of the message, also of one that is not read as a whole. */
const END = 16_384;
/** Prepared statements of one session whose text is kept. */
const MOST_PREPARED = 2000;

/** `S`: the message closes a prepared statement, not a portal. */
const CLOSES_STATEMENT = 0x53;
/** `I`: the session is not in a transaction. */
const OUTSIDE_TRANSACTION = 0x49;

/** A statement with its parameters, which are not kept. */
interface Portal extends KeptText {
  readonly mark: string | undefined;
}

const NO_PORTAL: Portal = { sql: "", mark: undefined, isCut: false };

interface Waiting {
  readonly statement: SentStatement;
  readonly isQuery: boolean;
  /** The number of its batch: what the server answers with one ReadyForQuery. A client can send several without waiting. */
  readonly batch: number;
}

export interface RecorderOptions {
  readonly session: string;
  /** As in `SentStatement`. */
  readonly startsLimited?: boolean | undefined;
  readonly now: () => Moment;
  /** The migration whose record a statement writes, if it writes one. */
  readonly markOf: (sql: string, parameters: () => readonly string[]) => string | undefined;
  readonly add: (statement: SentStatement) => void;
  readonly begin: (transaction: RecordedTransaction) => void;
  /**
   * Called when the client sends something while the session is idle in a transaction. What it sends waits for the promise, so
   * that the locks of the transaction can be read first. `isLast`: it ends the transaction. Resolves with whether they were read.
   */
  readonly beforeNext: (transaction: RecordedTransaction, isLast: boolean) => Promise<boolean> | undefined;
}

/**
 * Reads along with one session (PostgreSQL documentation, "Message Flow"): which statements it runs, when each one starts and
 * ends, and when its transactions end. It keeps no parameter and no row.
 */
export function recordSession({ session, startsLimited, now, markOf, add, begin, beforeNext }: RecorderOptions): SessionTap {
  const prepared = new Map<string, KeptText>();
  const portals = new Map<string, Portal>();
  const waiting: Waiting[] = [];
  let transaction: RecordedTransaction | undefined;
  let isIdle = true;
  let inBatch = 0;
  let sentBatches = 0;
  let endedBatches = 0;
  const kept = keptTexts();

  const open = (startMs: Moment): void =>
    begin((transaction = { session, startMs, endMs: undefined, isExplicit: false, isComplete: false }));
  const start = ({ sql, mark, isCut }: Portal, isQuery: boolean): void => {
    const startMs = now();
    if (transaction === undefined) open(startMs);
    inBatch += 1;
    const statement: SentStatement = {
      session,
      startsLimited,
      sql,
      startMs,
      endMs: undefined,
      tags: [],
      sqlstate: undefined,
      mark,
      isExact: inBatch === 1,
      ...(isCut ? { isCut } : {}),
    };
    waiting.push({ statement, isQuery, batch: sentBatches });
    add(statement);
  };
  const endBatch = (): void => {
    sentBatches += 1;
    inBatch = 0;
  };
  const finish = (ended: Waiting | undefined): void => {
    if (ended !== undefined) ended.statement.endMs = now();
  };
  /** The statements of the next batch run from now on, in the same transaction or in a new one. */
  const startNext = (): void => {
    const [next] = waiting;
    if (next === undefined) return;
    const startMs = now();
    if (transaction === undefined) open(startMs);
    for (const { statement, batch } of waiting) if (batch === next.batch) statement.startMs = startMs;
  };
  const fromClient = splitMessages({ types: "QPBECS", longest: LONGEST_MESSAGE, cut: true, endBytes: END }, (type, body, _, end) => {
    if (type === "Q") {
      const [sql = ""] = textsOf(body, 1);
      start({ ...kept(sql, end !== undefined), mark: markOf(end === undefined ? sql : end.toString(), () => []) }, true);
      endBatch();
    } else if (type === "S") endBatch();
    else if (type === "P") {
      const [name = "", sql = ""] = textsOf(body, 2);
      remember(prepared, name, kept(sql, end !== undefined));
    } else if (type === "B") {
      const [portal = "", name = ""] = textsOf(body, 2);
      const { sql, isCut } = prepared.get(name) ?? NO_PORTAL;
      remember(portals, portal, { sql, isCut, mark: markOf(sql, () => parametersOf(body)) });
    } else if (type === "E") start(portals.get(textsOf(body, 1)[0] ?? "") ?? NO_PORTAL, false);
    else if (body[0] === CLOSES_STATEMENT) prepared.delete(textsOf(body.subarray(1), 1)[0] ?? "");
  });
  const fromServer = splitMessages({ types: "CEsIZG", longest: 4096, cut: true }, (type, body) => {
    const [current] = waiting;
    // The server ignores what was sent to end the batch before the rows of a COPY (documentation, "COPY Operations").
    if (type === "G") {
      if (current?.isQuery === false) sentBatches = endedBatches;
      return;
    }
    if (type === "C") current?.statement.tags.push(textsOf(body, 1)[0] ?? "");
    if (type === "E" && current !== undefined) current.statement.sqlstate = codeOfError(body);
    if (type !== "Z") {
      // A Query message ends with ReadyForQuery only: it can have several statements.
      if (current?.isQuery === false) finish(waiting.shift());
      return;
    }
    endedBatches = Math.min(endedBatches + 1, sentBatches);
    while (waiting[0] !== undefined && waiting[0].batch < endedBatches) finish(waiting.shift());
    isIdle = endedBatches === sentBatches;
    if (transaction !== undefined) transaction.isExplicit ||= body[0] !== OUTSIDE_TRANSACTION;
    if (body[0] === OUTSIDE_TRANSACTION && transaction !== undefined) {
      transaction.endMs = now();
      transaction = undefined;
    }
    startNext();
  });
  const lookThenRead = async (looked: RecordedTransaction, look: Promise<boolean>, chunk: Buffer): Promise<void> => {
    looked.isComplete = await look.catch(() => false);
    fromClient(chunk);
  };
  return {
    sent(chunk) {
      const idle = isIdle ? transaction : undefined;
      isIdle = false;
      const look = idle === undefined ? undefined : beforeNext(idle, endsTransaction(chunk));
      if (idle !== undefined && look !== undefined) return lookThenRead(idle, look, chunk);
      if (idle !== undefined) idle.isComplete = false;
      fromClient(chunk);
      return undefined;
    },
    received: fromServer,
    ended() {
      for (const each of waiting.splice(0)) finish(each);
      if (transaction !== undefined) transaction.endMs = now();
      transaction = undefined;
    },
  };
}

/** A Query or a Parse message with COMMIT. Both have the text near their start. */
function endsTransaction(chunk: Buffer): boolean {
  return /^(?:Q[^]{4}|P[^]{4}[^\0]{0,63}\0)\s*(?:commit|end)\b/i.test(chunk.subarray(0, 128).toString("latin1"));
}

function remember<T>(kept: Map<string, T>, name: string, value: T): void {
  if (kept.size < MOST_PREPARED || kept.has(name)) kept.set(name, value);
}

/** The first texts of a body, each of which ends with a NUL. What was cut off has no NUL. */
function textsOf(body: Buffer, count: number): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; texts.length < count && at < body.length;) {
    const end = body.indexOf(0, at);
    texts.push(body.subarray(at, end < 0 ? body.length : end).toString());
    at = end < 0 ? body.length : end + 1;
  }
  return texts;
}
