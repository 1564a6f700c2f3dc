// @module-tag proof
import { createApiClient, EndpointType } from "@neondatabase/api-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MockServer, startMock, verified } from "../../../support/mock-server.ts";
import { withSession } from "../../../support/session.ts";

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "1500");
});
afterAll(async () => {
  await mock.stop();
});

const client = () => createApiClient({ apiKey: mock.apiKey, baseURL: mock.url });

/** Copies of one parent are made one after the other, so that most of these branches wait for their data. */
const NAMES = ["one", "two", "three", "four"];

async function createAll(prefix: string): Promise<readonly string[]> {
  const created = NAMES.map((name) =>
    client().createProjectBranch(mock.projectId, {
      branch: { name: `${prefix}/${name}` },
      endpoints: [{ type: EndpointType.ReadWrite }],
    }),
  );
  return (await Promise.all(created)).map(({ data }) => data.branch.id);
}

test("the schema of a branch that Neon has not made yet is read when it is made", async () => {
  const ids = await createAll("schema");
  const { projectId } = mock;
  const read = ids.map((branchId) => client().getProjectBranchSchema({ projectId, branchId, db_name: "neondb" }));
  expect((await Promise.all(read)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test("a role can be created in a branch that Neon has not made yet", async () => {
  const ids = await createAll("role");
  for (const id of ids) await client().createProjectBranchRole(mock.projectId, id, { role: { name: "reader" } });
  for (const branch_id of ids) {
    const query = { projectId: mock.projectId, branch_id, database_name: "neondb", role_name: "reader" };
    const { uri } = (await client().getConnectionUri(query)).data;
    const ask = () => withSession(verified(uri, mock.rootFile), (session) => session.query("select current_user as name")).catch(() => []);
    await expect.poll(ask, { timeout: 30_000 }).toEqual([{ name: "reader" }]);
  }
});

test("an inserted branch has the data of its parent when a branch starts from it", async () => {
  await withSession(await mock.parentUrl(), (session) => session.query("create table of_the_parent (id int)"));
  const [inserted] = (await mock.control("POST", "branches", { branches: [{ name: "staging", archived: true }] })) as { id: string }[];
  const { data } = await client().createProjectBranch(mock.projectId, {
    branch: { name: "preview/of-staging", parent_id: inserted?.id ?? "" },
    endpoints: [{ type: EndpointType.ReadWrite }],
  });
  const uri = data.connection_uris?.[0]?.connection_uri ?? "";
  const found = await withSession(verified(uri, mock.rootFile), (session) =>
    session.query("select to_regclass('of_the_parent') is not null as found"),
  );
  expect(found).toEqual([{ found: true }]);
});
