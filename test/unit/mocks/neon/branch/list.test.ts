import { assert, asyncProperty, constantFrom, integer } from "fast-check";
import { expect, test } from "vitest";
import { insertBranches } from "../../../../../mocks/neon/control.ts";
import { body, type MockClient, createMockClient } from "../../../../support/neon-mock.ts";

interface Page {
  readonly branches: readonly { readonly id: string; readonly name: string }[];
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly pagination: { readonly next?: string; readonly sort_order: string };
}

async function walk({ call }: MockClient, query: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let cursor = ""; ;) {
    const page = body(await call("GET", `/branches?${query}${cursor}`)) as unknown as Page;
    pages.push(page);
    if (page.pagination.next === undefined) return pages;
    cursor = `&cursor=${page.pagination.next}`;
  }
}

test("the list contains every branch once over all pages, for every page size and order", async () => {
  const mock = await createMockClient({ pageSize: 7 });
  insertBranches(mock.neon, {
    branches: Array.from({ length: 40 }, (_, index) => ({ name: `b${index % 10}-${index}`, age_ms: index % 3 })),
  });
  await assert(
    asyncProperty(
      constantFrom("name", "created_at", "updated_at"),
      constantFrom("asc", "desc"),
      integer({ min: 1, max: 20 }),
      async (by, order, limit) => {
        const pages = await walk(mock, `sort_by=${by}&sort_order=${order}&limit=${limit}`);
        const ids = pages.flatMap((page) => page.branches.map((branch) => branch.id));
        expect(ids.length).toBe(41);
        expect(new Set(ids).size).toBe(41);
        expect(Math.max(...pages.map((page) => page.branches.length))).toBe(Math.min(limit, 7));
      },
    ),
    { numRuns: 30 },
  );
});

test("the list keeps to its page size even with limit=10000", async () => {
  const mock = await createMockClient({ pageSize: 2 });
  insertBranches(mock.neon, { branches: [{}, {}, {}] });
  expect((await walk(mock, "limit=10000")).map((page) => page.branches.length)).toEqual([2, 2]);
});

test("the search finds parts of names and of ids, and counts them", async () => {
  const mock = await createMockClient();
  insertBranches(mock.neon, { branches: [{ name: "offshoot/a/1" }, { name: "offshoot/a/10" }, { name: "other" }] });
  const [page] = await walk(mock, "search=offshoot/a/1");
  expect(page?.branches.map((branch) => branch.name).toSorted()).toEqual(["offshoot/a/1", "offshoot/a/10"]);
  expect((await mock.call("GET", "/branches/count?search=offshoot")).body).toEqual({ count: 2 });
});

test("the list contains the annotations of its page, and a read contains one, which may be empty", async () => {
  const mock = await createMockClient();
  const { branch } = await mock.branch("a", {}, { annotation_value: { owner: "x" } });
  const { branch: bare } = await mock.branch("b");
  const [page] = await walk(mock, "");
  expect(Object.keys(page?.annotations ?? {})).toEqual([branch.id]);
  expect((await mock.call("GET", `/branches/${branch.id}`)).body).toMatchObject({ annotation: { value: { owner: "x" } } });
  expect((await mock.call("GET", `/branches/${bare.id}`)).body).toMatchObject({ annotation: { value: {} } });
});

test("the switches readLag and listLag hide a new branch from reads and lists", async () => {
  const mock = await createMockClient({ switches: { readLag: 2, listLag: 1 } });
  const { branch } = await mock.branch("a");
  const read = async () => (await mock.call("GET", `/branches/${branch.id}`)).status;
  const listed = async () => (await walk(mock, "search=a"))[0]?.branches.some((entry) => entry.id === branch.id);
  expect([await read(), await read(), await read()]).toEqual([404, 404, 200]);
  expect([await listed(), await listed()]).toEqual([false, true]);
});

test.each(["limit=0", "limit=10001", "limit=x", "sort_by=size", "sort_order=up"])("the list refuses the query %s", async (query) => {
  const { call } = await createMockClient();
  expect((await call("GET", `/branches?${query}`)).status).toBe(400);
});
