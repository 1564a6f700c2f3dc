import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { findRoute, ROUTES } from "../../../../mocks/neon/routes.ts";
import { documentedOperations, specificationFile } from "../../../../mocks/neon/routes/documented.ts";
import { createMockClient } from "../../../support/neon-mock.ts";

const METHODS = ["get", "post", "put", "patch", "delete"];

test("the list of documented operations is that of Neon's OpenAPI text", async () => {
  const { paths } = parse(await readFile(specificationFile(), "utf8")) as { paths: Record<string, Record<string, unknown>> };
  const expected = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).flatMap((method) => (METHODS.includes(method) ? [`${method.toUpperCase()} ${path}`] : [])),
  );
  expect(documentedOperations().toSorted()).toEqual(expected.toSorted());
});

test("no documented operation is taken for another one", () => {
  const taken = documentedOperations().flatMap((operation) => {
    const [method = "", route = ""] = operation.split(" ");
    const found = findRoute(method, route.replaceAll(/\{\w+\}/g, "x-1"));
    return found?.route === route ? [] : [[operation, found?.route]];
  });
  expect(taken).toEqual([]);
});

test("a fixed part of a path comes before an id", async () => {
  const { call, neon } = await createMockClient();
  expect(await call("GET", "!/projects/shared")).toMatchObject({ status: 200, body: { projects: [] } });
  const project = neon.state.projects.get(neon.projectId);
  if (project !== undefined) project.isShared = true;
  expect(await call("GET", "!/projects/shared")).toMatchObject({ body: { projects: [{ id: neon.projectId }] } });
  expect((await call("GET", "!/projects")).body).toMatchObject({ projects: [] });
});

test("an operation that is documented and not served returns 501 with its path", async () => {
  const { call } = await createMockClient();
  const unserved = documentedOperations().filter((operation) => ROUTES[operation] === undefined);
  expect(unserved.length).toBeGreaterThan(50);
  const [method = "", route = ""] = unserved[0]?.split(" ") ?? [];
  expect(await call(method, `!${route}`)).toMatchObject({
    status: 501,
    body: { code: "", message: `the Neon mock does not serve ${method} ${route}, which Neon documents` },
  });
});

test.each(["/projects/%zz", "/projects/..%2f", "/projects/", "/nonsense"])("the path %s returns 404", async (path) => {
  const { call } = await createMockClient();
  expect((await call("GET", `!${path}`)).status).toBe(404);
});
