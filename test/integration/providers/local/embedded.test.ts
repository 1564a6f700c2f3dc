import { afterAll, beforeAll, describe } from "vitest";
import { withSession } from "../../../support/session.ts";
import { identifier } from "../../../../src/postgres/identifier.ts";
import { toDatabase } from "../../../../src/providers/local/names.ts";
import { runningServer } from "../../../../src/providers/local/cluster/cluster.ts";
import { listening, wantedBy } from "../requests.ts";
import { testBases } from "../bases.ts";
import { testContract } from "../contract.ts";
import { testResets } from "../resets.ts";
import { testSnapshots } from "../snapshots.ts";
import { type Home, makeHome } from "./homes.ts";

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

/** Another run keeps the server running meanwhile. */
async function createForeign(name: string): Promise<() => Promise<void>> {
  const other = await home.provider().acquire(wantedBy("keeps-the-server-up"), listening());
  const server = await runningServer(home.cluster);
  if (server === undefined) throw new Error("no server");
  await withSession(server.url, (session) => session.query(`create database ${identifier(toDatabase(name))}`));
  return async () => {
    await withSession(server.url, (session) => session.query(`drop database ${identifier(toDatabase(name))}`));
    if (other.kind === "database") await home.provider().release(other.name, listening());
  };
}

describe("the embedded provider", () => {
  testContract(async () => ({ make: () => home.provider(), createForeign }));
  testResets(async () => ({ make: () => home.provider(), createForeign }));
  testSnapshots(async () => ({ make: () => home.provider(), createForeign }));
});
describe("the embedded provider with bases", () => {
  testBases(async () => home.provider());
});
