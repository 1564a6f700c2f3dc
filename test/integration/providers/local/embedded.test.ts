import { afterAll, beforeAll, describe } from "vitest";
import { withSession } from "../../../../src/postgres/connect.ts";
import { identifier } from "../../../../src/postgres/identifier.ts";
import { toDatabase } from "../../../../src/providers/local/names.ts";
import { runningServer } from "../../../../src/providers/local/cluster/running.ts";
import { listening, wantedBy } from "../asking.ts";
import { testBases } from "../bases.ts";
import { testContract } from "../contract.ts";
import { type Home, makeHome } from "./homes.ts";

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

/** A run of another test's keeps the server up, so that the suite is about databases and not about booting. */
async function squat(name: string): Promise<() => Promise<void>> {
  const other = await home.provider().acquire(wantedBy("keeps-the-server-up"), listening());
  const server = await runningServer(home.cluster);
  if (server === undefined) throw new Error("no server");
  await withSession(server.url, (session) => session.query(`create database ${identifier(toDatabase(name))}`));
  return async () => {
    await withSession(server.url, (session) => session.query(`drop database ${identifier(toDatabase(name))}`));
    if (other.kind === "database") await home.provider().release(other.name, listening());
  };
}

describe("embedded", () => {
  testContract(async () => ({ make: () => home.provider(), squat }));
});
describe("bases of embedded", () => {
  testBases(async () => home.provider());
});
