import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withSession } from "../../../support/session.ts";
import type { NeonChoices } from "../../../../src/providers/neon/options.ts";
import type { Database, Provider } from "../../../../src/providers/provider.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { listening, wantedBy } from "../requests.ts";
import { testContract } from "../contract.ts";
import { testResets } from "../resets.ts";
import { testSnapshots } from "../snapshots.ts";
import { providerOfMock } from "./provider-of-mock.ts";

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "100");
});
afterAll(async () => {
  await mock.stop();
});

const provider = (choices: Partial<NeonChoices> = {}): Provider => providerOfMock(mock, choices);

async function squat(name: string): Promise<() => Promise<void>> {
  const [branch] = (await mock.control("POST", "branches", { branches: [{ name }] })) as { id: string }[];
  return async () => {
    const headers = { authorization: `Bearer ${mock.apiKey}` };
    await fetch(`${mock.plainUrl}/projects/${mock.projectId}/branches/${branch?.id}`, { method: "DELETE", headers });
  };
}

describe("the Neon provider", () => {
  testContract(async () => ({ make: provider, createForeign: squat }));
  testResets(async () => ({ make: provider, createForeign: squat }));
  testSnapshots(async () => {
    await mock.control("POST", "switches", { snapshotsOfChildren: true });
    return { make: provider };
  });
});

const acquired = async (key: string): Promise<Database> => {
  const answer = await provider().acquire(wantedBy(key), listening());
  if (answer.kind === "refusal") throw new Error(answer.text);
  return answer;
};
const endpointOf = async ({ id }: Database): Promise<string> => {
  const { endpoints } = (await mock.control("GET", "state")) as { endpoints: { id: string; branch_id: string }[] };
  return endpoints.find((endpoint) => endpoint.branch_id === id)?.id ?? "";
};

describe("a branch with a real compute", () => {
  test.each(["suspend", "kill"])("answers again after a %s of the compute", async (act) => {
    const key = `restarted-${act}`;
    const first = await acquired(key);
    await mock.control("POST", `computes/${await endpointOf(first)}/${act}`, {});
    const second = await acquired(key);
    expect(second).toMatchObject({ id: first.id, origin: "adopted" });
    expect(await withSession(second.directUrl, (session) => session.query("select 1 as one"))).toEqual([{ one: 1 }]);
    await provider().release(first.name, listening());
  });

  test("returns the id of its branch and the version of its server", async () => {
    const database = await acquired("known");
    const [row] = await withSession(database.directUrl, (session) =>
      session.query("select current_setting('neon.branch_id', true) as id, current_setting('server_version_num')::int / 10000 as major"),
    );
    expect(row).toEqual({ id: database.id, major: database.postgresMajor });
    await provider().release(database.name, listening());
  });

  test("is not returned if the configured database does not exist", async () => {
    const wanted = wantedBy("chosen");
    await expect(provider({ database: "nowhere" }).acquire(wanted, listening())).rejects.toMatchObject({ code: "USAGE" });
    expect(await provider().find(wanted.name, listening())).toBeUndefined();
  });
});
