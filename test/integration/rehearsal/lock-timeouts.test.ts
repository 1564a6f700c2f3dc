import { expect, test } from "vitest";
import { lockTimeouts } from "../../../src/rehearsal/measure/lock-timeouts.ts";
import { readParts } from "../../../src/rehearsal/measure/parts.ts";
import { readStatements } from "../../../src/rehearsal/measure/statements.ts";
import type { SentStatement } from "../../../src/rehearsal/observe/recording.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { statementsIn } from "../../../src/postgres/sql/split.ts";
import { newDatabase } from "../../support/new-database.ts";
import { randomFrom } from "../../support/random.ts";
import { withSession } from "../../support/session.ts";

const STATEMENTS = [
  "set lock_timeout = '5s'",
  "set session lock_timeout to 3000",
  "SET LOCAL lock_timeout = '7min'",
  "set lock_timeout = 0",
  "set local lock_timeout to '0 ms'",
  "set lock_timeout to default",
  'set "lock_timeout" = 5',
  "reset lock_timeout",
  "reset all",
  "select set_config('lock_timeout', '4s', true)",
  "select pg_catalog.set_config('lock_timeout', '0', false)",
  "select set_config('lock_timeout', '9s', false)",
  "set statement_timeout = '5s'",
  "begin",
  "start transaction",
  "commit",
  "rollback",
  "end",
  "savepoint a",
  "savepoint b",
  "begin",
  "savepoint a",
  "rollback to a",
  "rollback to a",
  "rollback to savepoint b",
  "select 1",
  "do $$ begin perform set_config('lock_timeout', '8s', false); end $$",
  "discard all",
  "commit and chain",
  "rollback and chain",
  "commit and no chain",
  "release savepoint a",
  "select 1 / 0",
];
/** Files with transactions of their own, each sent as one message. */
const MESSAGES = [
  "begin; set local lock_timeout = '3s'; commit; select 1",
  "set local lock_timeout = '3s'; select 1",
  "set lock_timeout = '3s'; rollback",
  "set lock_timeout = '3s'; begin; rollback; select 1",
  "set local lock_timeout = '3s'; begin",
  "begin; savepoint c; set lock_timeout = '3s'; rollback to c; commit",
  "begin; set local lock_timeout = '3s'; commit and chain; select 1",
  "begin; set local lock_timeout = '3s'; commit and chain; set local lock_timeout = '2s'",
  "begin; set lock_timeout = '3s'; rollback and chain",
  "begin; select set_config('lock_timeout', '3s', true); savepoint c; reset lock_timeout; rollback to savepoint c",
  "commit; set lock_timeout = 0; begin; set local lock_timeout = '3s'",
  "commit; begin; set lock_timeout = '3s'; set local lock_timeout = 0; commit; select 1",
];
const PROBE = "select current_setting('lock_timeout') as value";

const sentOf = (sql: string, tags: number, sqlstate: string | undefined): SentStatement => ({
  session: "s",
  sql,
  startMs: 0,
  endMs: 0,
  tags: Array.from({ length: tags }, () => "SET"),
  sqlstate,
  mark: undefined,
  isExact: true,
});

test.each([
  ["none", false],
  ["one", true],
])(
  "knows after any statements whether lock_timeout is set, as the server does, where the database has %s",
  { timeout: 120_000 },
  async (_, initial) => {
    const url = await newDatabase("timeouts");
    const name = new URL(url).pathname.slice(1);
    if (initial) await withSession(url, (session) => session.query(`alter database ${name} set lock_timeout = '2s'`));
    let compared = 0;
    for (let seed = 1; seed <= 25; seed += 1) {
      const random = randomFrom(seed);
      await withSession(url, async (session) => {
        const sent: SentStatement[] = [];
        const expected: (boolean | undefined)[] = [];
        const run = async (sql: string): Promise<void> => {
          const rows = await session.query<{ value?: string }>(sql).catch((thrown: unknown) => thrown as Error);
          const count = statementsIn(sql).length;
          const isError = rows instanceof Error;
          sent.push(sentOf(sql, isError ? count - 1 : count, isError ? "22012" : undefined));
          expected.push(isError || !sql.endsWith(PROBE) ? undefined : rows.at(-1)?.value !== "0");
        };
        for (let step = 0; step < 25; step += 1) {
          if (random.between(0, 3) === 0) {
            // Outside of a transaction block that failed, none of them fails.
            await run("rollback");
            await run(`${random.pick(MESSAGES)}; ${PROBE}`);
            await run(PROBE);
          }
          const picked = Array.from({ length: random.between(1, 3) }, () => random.pick(STATEMENTS));
          // What fails, or has a rule of its own in a message of several statements, is sent alone.
          for (const message of picked.every((each) => /^(set|select (pg_|set)|reset|select 1$)/i.test(each))
            ? [picked.join("; ")]
            : picked) {
            await run(message);
            await run(PROBE);
          }
        }
        const statements = readStatements(
          { statements: sent, transactions: [], dropped: 0 },
          new Map(),
          readParts(migrationFiles([])),
          undefined,
          0,
        );
        const hasTimeout = lockTimeouts(statements, initial);
        statements.forEach((statement, at) => {
          const part = statement.parts.at(-1);
          if (expected[at] === undefined || part === undefined) return;
          compared += 1;
          const before = sent.slice(Math.max(0, at - 12), at).map(({ sql }) => sql);
          expect({ seed, before, isLimited: hasTimeout({ statement, part }) }).toEqual({ seed, before, isLimited: expected[at] });
        });
      });
    }
    expect(compared).toBeGreaterThan(300);
  },
);
