import { timeoutChange } from "../sql/lock-timeout.ts";
import { lower } from "../sql/alter-table.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import type { Blamed } from "./blame.ts";
import type { StatementPart } from "./parts.ts";
import type { ReadStatement } from "./statements.ts";

/** Whether `lock_timeout` is set: for the session, and other than that until the end of the transaction. */
interface State {
  readonly session: boolean;
  readonly local?: boolean | undefined;
}

/** The transaction block of a session, and its savepoints, with what was set before each. */
interface Block {
  readonly before: State;
  readonly savepoints: { readonly name: string; readonly state: State }[];
  hasFailed: boolean;
}

/** What was set when each statement ran. `initial`: whether sessions start with a limit, where the client sets none itself. Pure. */
export function lockTimeouts(statements: readonly ReadStatement[], initial: boolean): (blamed: Blamed) => boolean {
  const sessions = new Map<string, ReturnType<typeof newSession>>();
  const ofParts = new Map<StatementPart, boolean>();
  const ofStatements = new Map<ReadStatement, boolean>();
  for (const statement of statements) {
    const { sent, parts } = statement;
    const session = sessions.get(sent.session) ?? newSession(sent.startsLimited ?? initial);
    sessions.set(sent.session, session);
    const ran = sent.sqlstate === undefined || sent.isCut === true ? parts : parts.slice(0, sent.tags.length);
    for (const part of ran) ofParts.set(part, session.run(part.tokens));
    const failed = parts[ran.length];
    if (failed !== undefined) ofParts.set(failed, session.isLimited());
    ofStatements.set(statement, session.isLimited());
    session.endMessage(sent.sqlstate !== undefined);
  }
  // The text of a part that was not kept is not known.
  return ({ statement, part }) => (part.tokens.length === 0 ? undefined : ofParts.get(part)) ?? ofStatements.get(statement) ?? initial;
}

function newSession(initial: boolean) {
  let state: State = { session: initial };
  let block: Block | undefined;
  /** Before the message, or after the last transaction in it. */
  let committed = state;
  const isLimited = (): boolean => state.local ?? state.session;
  const endBlock = (isRolledBack: boolean): void => {
    state = isRolledBack || block?.hasFailed === true ? (block?.before ?? committed) : { session: state.session };
    [block, committed] = [undefined, state];
  };
  /** `commit and chain` begins the next block at once. */
  const endAndChain = (words: readonly string[], isRolledBack: boolean): void => {
    endBlock(isRolledBack);
    if (words.includes("chain") && !words.includes("no")) block = { before: state, savepoints: [], hasFailed: false };
  };
  /** Where a savepoint is, in the open ones. */
  const savepointAt = (name: string | undefined): number => block?.savepoints.findLastIndex((each) => each.name === name) ?? -1;
  const control = (words: readonly string[]): void => {
    const [first, second] = words;
    if (first === "begin" || first === "start") block ??= { before: committed, savepoints: [], hasFailed: false };
    else if (first === "commit" || first === "end" || (first === "prepare" && second === "transaction")) endAndChain(words, false);
    else if (first === "savepoint") block?.savepoints.push({ name: second ?? "", state });
    else if (first === "rollback" || first === "abort") {
      const to = words.indexOf("to");
      if (to < 0) return endAndChain(words, true);
      const name = words[to + 1] === "savepoint" ? words[to + 2] : words[to + 1];
      const at = savepointAt(name);
      if (block === undefined || at < 0) return;
      state = block.savepoints[at]?.state ?? state;
      block.savepoints.splice(at + 1);
      block.hasFailed = false;
    } else if (first === "release") {
      const at = savepointAt(second === "savepoint" ? words[2] : second);
      if (at >= 0) block?.savepoints.splice(at);
    }
  };
  return {
    isLimited,
    /** Returns whether a limit is set while the statement runs. */
    run(tokens: readonly Token[]): boolean {
      control(tokens.slice(0, 6).map(lower));
      const change = timeoutChange(tokens);
      if (change !== undefined) {
        const value = change.to === "default" ? initial : change.to === "limit";
        state = change.isLocal ? { ...state, local: value } : { session: value };
      }
      return isLimited();
    },
    /** Outside of a transaction block, a message is a transaction of its own. */
    endMessage(hasFailed: boolean): void {
      if (block === undefined) endBlock(hasFailed);
      else if (hasFailed) block.hasFailed = true;
    },
  };
}
