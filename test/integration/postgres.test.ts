import { expect, inject, test } from "vitest";
import { withSession } from "../../src/postgres/connect.ts";
test("answers", async () => {
  const rows = await withSession(inject("serverUrl"), (s) => s.query("select 1 as one"));
  expect(rows).toEqual([{ one: 1 }]);
});
