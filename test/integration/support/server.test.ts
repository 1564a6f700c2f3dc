import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { initialise, startCluster, stopCluster } from "../../../mocks/neon/postgres/cluster.ts";
import { createMachine } from "../../../mocks/neon/postgres/machine.ts";
import { withSession } from "../../support/session.ts";
import { bareProject } from "../../support/bare-project.ts";
import { startServer } from "../../support/server.ts";

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)("the tests' server starts from a checkout that only root can enter", { tags: "proof" }, async () => {
  const { folder } = await bareProject(0o700);
  const server = await startServer({}, { roots: [folder] });
  onTestFinished(() => server.stop());
  expect(await withSession(server.url, (session) => session.query("select 1 as one"))).toEqual([{ one: 1 }]);
  expect(await readFile(`/proc/${server.pid}/status`, "utf8")).not.toMatch(/^Uid:\s+0\b/m);
});

test.runIf(isRoot)("the server of the mock of Neon starts from a checkout that only root can enter", { tags: "proof" }, async () => {
  const { folder } = await bareProject(0o700);
  const machine = await createMachine([folder]);
  onTestFinished(() => rm(machine.home, { recursive: true, force: true }));
  const cluster = { data: join(machine.home, "branch"), server: undefined };
  await initialise(machine, cluster.data);
  expect(await startCluster(machine, cluster, {})).toBeGreaterThan(0);
  await stopCluster(cluster);
});

test("the tests' server keeps its data, its port and its URL when it restarts", async () => {
  const server = await startServer();
  onTestFinished(() => server.stop());
  const url = await server.createDatabase("kept");
  await withSession(url, (session) => session.query("create table t as select 1 as n"));
  await server.restart();
  expect(await withSession(url, (session) => session.query("select n from t"))).toEqual([{ n: 1 }]);
});
