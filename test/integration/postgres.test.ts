import { expect, inject, test } from "vitest";
import { connect, withSession } from "../../src/postgres/connect.ts";

test("answers", async () => {
  const rows = await withSession(inject("serverUrl"), (s) => s.query("select 1 as one"));
  expect(rows).toEqual([{ one: 1 }]);
});

test("a session that was ended while it was idle says why at the next statement", async () => {
  const idle = await connect(inject("serverUrl"));
  const [row] = await idle.query("select pg_backend_pid() as pid");
  await withSession(inject("serverUrl"), (s) => s.query("select pg_terminate_backend($1)", [row?.["pid"]]));
  await expect.poll(() => idle.lost.aborted).toBe(true);
  await expect(idle.query("select 1")).rejects.toMatchObject({ code: "57P01" });
  await idle.close();
});
