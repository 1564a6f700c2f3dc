import { expect, inject, test } from "vitest";
import { withSession } from "../../../src/postgres/connect.ts";

test("a reply of gigabytes ends the session with words, before it fills the memory", { tags: "proof" }, async () => {
  const before = process.memoryUsage().rss;
  const read = withSession(inject("serverUrl"), (session) => session.query("select repeat('x', 4000000) from generate_series(1, 1000)"));
  await expect(read).rejects.toMatchObject({ code: "SERVER_FAILED", message: expect.stringMatching(/sent more than 256 MiB/) as string });
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 31);
});

test("a large reply below the limit is read", async () => {
  const rows = await withSession(inject("serverUrl"), (session) =>
    session.query("select repeat('x', 1000000) as text from generate_series(1, 50)"),
  );
  expect(rows).toHaveLength(50);
});
