// @module-tag proof
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { connect, type Session } from "../../../support/session.ts";
import { startServer, type TestServer } from "../../../support/server.ts";

let server: TestServer;
let admin: Session;
let project: Project;
beforeAll(async () => {
  server = await startServer({});
  admin = await connect(server.url);
  project = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: server.url, OFFSHOOT_RUN: "dropped" });
});
afterAll(async () => {
  await project.remove();
  await admin.close();
  await server.stop();
});

async function only(): Promise<{ readonly broken: boolean; readonly deleting: boolean }> {
  const { stdout } = await project.call(["list", "--json"]);
  const databases = JSON.parse(stdout) as readonly { broken: boolean; deleting: boolean }[];
  expect(databases).toHaveLength(1);
  return databases[0]!;
}

test("list shows a database as being deleted while its DROP runs, and as broken when the DROP was interrupted", async () => {
  expect((await project.call(["up"])).code).toBe(0);
  const [found] = await admin.query<{ name: string }>("select datname as name from pg_database where datname like 'offshoot\\_%dropped%'");
  const { name } = found!;
  expect(await only()).toMatchObject({ broken: false, deleting: false });
  // A DROP waits for a checkpoint before it removes the files.
  const [checkpointer] = await admin.query<{ pid: number }>("select pid from pg_stat_activity where backend_type = 'checkpointer'");
  process.kill(checkpointer!.pid, "SIGSTOP");
  onTestFinished(() => void process.kill(checkpointer!.pid, "SIGCONT"));
  const dropper = await connect(server.url);
  const dropped = dropper.query(`drop database ${name}`).catch(() => undefined);
  const isMarked = async (): Promise<boolean> =>
    (await admin.query("select from pg_database where datname = $1 and datconnlimit = -2", [name])).length === 1;
  await expect.poll(isMarked, { timeout: 10_000 }).toBe(true);
  expect(await only()).toMatchObject({ broken: false, deleting: true });
  expect((await project.call(["list"])).stdout).toMatch(/dropped.* deleting /);
  await admin.query("select pg_cancel_backend(pid) from pg_stat_activity where query like 'drop database%' and state = 'active'");
  await dropped;
  await dropper.close();
  expect(await only()).toMatchObject({ broken: true, deleting: false });
  process.kill(checkpointer!.pid, "SIGCONT");
  expect((await project.call(["down"])).code).toBe(0);
}, 120_000);
