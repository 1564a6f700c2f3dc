import { expect, inject, test } from "vitest";
import { deadline } from "../../../src/deadline.ts";
import { connect, type Session, withSession } from "../../../src/postgres/connect.ts";
import { withLock } from "../../../src/postgres/lock.ts";
import { isTemporary } from "../../../src/postgres/sqlstate.ts";

test("a session answers a query", async () => {
  const rows = await withSession(inject("serverUrl"), (s) => s.query("select 1 as one"));
  expect(rows).toEqual([{ one: 1 }]);
});

test("a session that the server ended while it was idle reports the reason at the next statement", async () => {
  const idle = await connect(inject("serverUrl"));
  const [row] = await idle.query("select pg_backend_pid() as pid");
  await withSession(inject("serverUrl"), (s) => s.query("select pg_terminate_backend($1)", [row?.["pid"]]));
  await expect.poll(() => idle.lost.aborted).toBe(true);
  await expect(idle.query("select 1")).rejects.toMatchObject({ code: "57P01" });
  await idle.close();
});

test("an error on a session that was closed because its lock could not be released is temporary", async () => {
  const session = await connect(inject("serverUrl"));
  const slow: Session = {
    ...session,
    query: (sql, values) => (/unlock/.test(sql) ? Promise.reject(new Error("Query read timeout")) : session.query(sql, values)),
  };
  await withLock(slow, "slow", deadline("a lock", 5000), () => Promise.resolve());
  const failed = await session.query("select 1").catch((thrown: unknown) => thrown);
  expect([failed, isTemporary(failed)]).toEqual([expect.any(Error), true]);
});
