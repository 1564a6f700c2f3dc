import { expect, test } from "vitest";
import { body, createMockClient } from "../../../../support/neon-mock.ts";

test("lists projects in pages of ten, until a page is empty", async () => {
  const { call } = await createMockClient();
  for (let index = 1; index <= 12; index++) await call("POST", "!/projects", { project: { name: `project-${index}` } });
  const sizes: number[] = [];
  for (let cursor = ""; sizes.length < 5;) {
    const page = body(await call("GET", `!/projects?cursor=${cursor}`));
    sizes.push((page["projects"] as unknown[]).length);
    const next = (page["pagination"] as { cursor: string } | undefined)?.cursor;
    if (next === undefined) break;
    cursor = next;
  }
  expect(sizes).toEqual([10, 3, 0]);
  expect((await call("GET", "!/projects?search=project-12")).body).toMatchObject({ projects: [{ name: "project-12" }] });
  expect((await call("GET", "!/projects?limit=401")).status).toBe(400);
});
