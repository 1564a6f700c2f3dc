import type { Session } from "../../../postgres/session.ts";

/** Statements of one message are one transaction, and a transaction can hold only so many locks. */
const STATEMENTS_PER_MESSAGE = 200;

/** Runs independent statements. One that fails does not keep the others from running. Returns how many failed. */
export async function runAll(session: Session, statements: readonly string[]): Promise<number> {
  let failed = 0;
  for (let at = 0; at < statements.length; at += STATEMENTS_PER_MESSAGE) {
    const batch = statements.slice(at, at + STATEMENTS_PER_MESSAGE);
    const isDone = await session.query(batch.join(";\n")).then(
      () => true,
      () => false,
    );
    if (isDone) continue;
    for (const statement of batch) {
      await session.query(statement).catch((thrown: unknown) => {
        if (session.lost.aborted) throw thrown;
        failed += 1;
      });
    }
  }
  return failed;
}
