import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { ROUTES } from "../../../../mocks/neon/routes.ts";
import { loadSpecification } from "../../../../mocks/neon/specification.ts";
import { SWITCHES } from "../../../../mocks/neon/switches.ts";
import { ORGANIZATION } from "../../../../mocks/neon/account/organization.ts";
import { body, createMockClient } from "../../../support/neon-mock.ts";

const check = await loadSpecification();

test("the check reports missing fields and fields of a wrong type", () => {
  const route = "/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reveal_password";
  expect(check("GET", route, { status: 200, body: {} })).toEqual([expect.stringContaining("must have required property 'password'")]);
  expect(check("GET", route, { status: 200, body: { password: 1 } })).toEqual([expect.stringContaining("must be string")]);
  expect(check("GET", route, { status: 404, body: { message: "x" } })).toEqual([expect.stringContaining("'code'")]);
  expect(check("GET", route, { status: 200, body: { password: "x" } })).toEqual([]);
});

/** Routes that need an object of a kind of their own: their own tests call them. */
const ELSEWHERE =
  /\/(recover|set_as_default|finalize_restore|anonymized_status|anonymize|masking_rules|buckets|functions|credentials|ai_gateway)$|^DELETE \/projects\/\{project_id\}$/;

const QUERIES: Readonly<Record<string, string>> = {
  connection_uri: "database_name=neondb&role_name=neondb_owner",
  schema: "db_name=neondb",
  compare_schema: "db_name=neondb",
  projects: "from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z&granularity=daily&metrics=a,b",
  branches: "from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z&granularity=daily&metrics=a",
};

test.each([false, true])("every reply of every route matches Neon's OpenAPI text (unknown fields: %s)", async (unknowns) => {
  const { branch, call, finish, neon } = await createMockClient({ switches: { unknowns, softDelete: true } });
  const {
    branch: made,
    endpoints,
    operations,
  } = await branch("a", {}, { endpoints: [{ type: "read_write" }], annotation_value: { a: "b" } });
  finish();
  const { branch: doomed, endpoints: doomedEndpoints } = await branch("doomed");
  finish();
  const [main = ""] = neon.state.projects.get(neon.projectId)?.branches.keys() ?? [];
  const idOf = async (path: string, sent?: object): Promise<string> => {
    const reply = body(await call("POST", path, sent));
    return String((reply["snapshot"] as Record<string, unknown> | undefined)?.["id"] ?? reply["id"]);
  };
  const values: Readonly<Record<string, string>> = {
    project_id: neon.projectId,
    branch_id: made.id,
    endpoint_id: endpoints[0]?.id ?? "",
    operation_id: operations[0]?.id ?? "",
    snapshot_id: await idOf(`/branches/${main}/snapshot?name=kept`),
    org_id: ORGANIZATION.id,
    region_id: "aws-us-east-2",
    vpc_endpoint_id: "vpce-1",
    role_name: "extra",
    database_name: "extra",
  };
  const personKey = await idOf("!/api_keys", { key_name: "person" });
  const orgKey = await idOf(`!/organizations/${ORGANIZATION.id}/api_keys`, { key_name: "org", project_id: neon.projectId });
  const bodies: Readonly<Record<string, object>> = {
    "POST /api_keys": { key_name: "another" },
    "POST /organizations/{org_id}/api_keys": { key_name: "another" },
    "POST /organizations/{org_id}/vpc/region/{region_id}/vpc_endpoints/{vpc_endpoint_id}": { label: "a" },
    "POST /projects/{project_id}/vpc_endpoints/{vpc_endpoint_id}": { label: "b" },
    "POST /projects": { project: { name: "second" } },
    "POST /projects/{project_id}/branch_anonymized": { branch_create: { branch: { name: "masked" } }, masking_rules: [] },
    "POST /projects/{project_id}/endpoints": { endpoint: { branch_id: made.id, type: "read_only" } },
    "POST /projects/{project_id}/branches/{branch_id}/roles": { role: { name: "extra" } },
    "POST /projects/{project_id}/branches/{branch_id}/databases": { database: { name: "extra", owner_name: "neondb_owner" } },
    "POST /projects/{project_id}/branches/{branch_id}/restore": { source_branch_id: main },
    "PUT /projects/{project_id}/branches/{branch_id}/backup_schedule": { schedule: [{ frequency: "daily", hour: 3 }] },
    "PATCH /projects/{project_id}/snapshots/{snapshot_id}": { snapshot: { name: "renamed" } },
  };
  // Objects must exist to be read or changed, so creations come first.
  const rank = ["POST", "PUT", "PATCH", "GET", "DELETE"];
  const keys = Object.keys(ROUTES)
    .filter((key) => !ELSEWHERE.test(key) && !key.endsWith("/snapshot"))
    .toSorted((left, right) => rank.indexOf(left.split(" ")[0] ?? "") - rank.indexOf(right.split(" ")[0] ?? ""));
  // What belongs to a project is deleted before what it uses of its organization.
  const ordered = [...keys.filter((key) => !key.startsWith("DELETE")), ...keys.filter((key) => key.startsWith("DELETE")).toReversed()];
  const wrong: unknown[] = [];
  for (const key of ordered) {
    finish();
    const [method = "", route = ""] = key.split(" ");
    const deletes = method === "DELETE";
    const path = route.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
      if (name === "key_id") return route.startsWith("/api_keys") ? personKey : orgKey;
      if (deletes && name === "branch_id" && !route.includes("name}")) return doomed.id;
      return deletes && name === "endpoint_id" ? (doomedEndpoints[0]?.id ?? "") : (values[name] ?? "");
    });
    const query = QUERIES[route.split("/").at(-1) ?? ""];
    const asks = query !== undefined && (route.startsWith("/consumption") || !/^(projects|branches)$/.test(route.split("/").at(-1) ?? ""));
    const reply = await call(method, `!${path}${asks ? `?${query}` : ""}`, bodies[key] ?? {});
    if (reply.status >= 300) wrong.push([key, reply.status, body(reply)["message"]]);
  }
  finish();
  expect((await call("POST", `/branches/${doomed.id}/recover`)).status).toBe(200);
  expect((await call("POST", `/branches/${doomed.id}/set_as_default`)).status).toBe(200);
  const [masked] = body(await call("GET", "/branches?search=masked"))["branches"] as { id: string }[];
  for (const [method, name] of [
    ["GET", "anonymized_status"],
    ["POST", "anonymize"],
    ["GET", "masking_rules"],
  ] as const) {
    expect((await call(method, `/branches/${masked?.id}/${name}`)).status).toBe(200);
  }
  expect((await call("DELETE", "")).status).toBe(200);
  expect(wrong).toEqual([]);
});

const PAGE = new URL("../../../../docs/neon-assumptions.md", import.meta.url);

test("docs/neon-assumptions.md names tests that exist", async () => {
  const tests = new URL("../../../", import.meta.url);
  const folders = await Promise.all(
    ["unit", "integration"].map(async (folder) =>
      (await readdir(new URL(folder, tests), { recursive: true })).map((path) => join(folder, path)),
    ),
  );
  const files = folders.flat().filter((path) => path.endsWith(".test.ts"));
  const references = (await readFile(PAGE, "utf8")).matchAll(/\b([a-z-]+\.test\.ts)((?:,? "[^"]+")*) ?[|;]/g);
  const missing: string[] = [];
  let count = 0;
  for (const [, file = "", quoted = ""] of references) {
    const texts = await Promise.all(files.filter((path) => basename(path) === file).map((path) => readFile(new URL(path, tests), "utf8")));
    const names = [...quoted.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
    count += names.length;
    missing.push(...[...names, ""].filter((name) => !texts.some((text) => text.includes(name))).map((name) => `${file}: ${name}`));
  }
  expect(missing).toEqual([]);
  expect(count).toBeGreaterThan(20);
});

test("docs/neon-assumptions.md lists every switch with its default", async () => {
  const page = await readFile(PAGE, "utf8");
  const missing = Object.entries(SWITCHES).filter(([name, entry]) => !page.includes(`| \`${name}\` | \`${String(entry.default)}\` |`));
  expect(missing.map(([name]) => name)).toEqual([]);
});
