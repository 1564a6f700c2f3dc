// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { down, type Listener, migrate, up } from "offshoot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { withSession } from "../../../support/session.ts";

let mock: MockServer;
let project: Project;

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  project = await makeProject({ ...mock.env, OFFSHOOT_PROVIDER: "neon", OFFSHOOT_RUN: "" });
  await mkdir(join(project.directory, "migrations"));
  await project.write(
    "migrations/001_total.sql",
    "alter table orders add column total int;\ncreate index orders_total on orders (total);\n",
  );
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\nbase: true\ncomment: true\n");
  await withSession(await mock.parentUrl(), (session) => session.query("create table orders (id int primary key)"));
}, 60_000);

afterAll(async () => {
  await project.remove();
  await mock.stop();
});

interface Shown {
  readonly text: string;
  readonly markdown: string;
}

/** Starts a run's database with its migrations. Returns what each of both commands shows about the schema on the page. */
async function start(run: string): Promise<{ readonly schema: readonly Shown[]; readonly url: string }> {
  const events: Parameters<Listener>[0][] = [];
  const options = {
    cwd: project.directory,
    env: project.env,
    settings: { run },
    onEvent: (event: (typeof events)[number]) => void events.push(event),
  };
  const { database } = await up(options);
  await migrate(options);
  const schema = events.flatMap((event) =>
    event.kind === "result" && event.topic === "schema" ? [{ text: event.text, markdown: event.markdown }] : [],
  );
  return { schema, url: database.directUrl };
}

const finish = (run: string): Promise<unknown> => down({ cwd: project.directory, env: project.env, settings: { run } });

test("a run that starts from the base shows the same changes of the schema as the run that migrated it", { timeout: 120_000 }, async () => {
  const first = await start("one");
  const [shown] = first.schema;
  expect(shown?.text).toBe("2 added");
  expect(shown?.markdown).toMatch(/orders\.total/);
  expect(shown?.markdown).toMatch(/orders_total/);
  expect(shown?.markdown).not.toMatch(/schema_changes|readiness/);
  const second = await start("two");
  expect(second.schema.length).toBeGreaterThan(0);
  for (const each of [...first.schema, ...second.schema]) expect(each).toEqual(shown);
  await finish("one");
  await finish("two");
});

test("stored changes in another form are not shown, and the run does not fail", { timeout: 120_000 }, async () => {
  const { url } = await start("three");
  await withSession(url, (session) => session.query(`update offshoot.schema_changes set changes = '[{"change": "added", "object": 5}]'`));
  expect(await start("three")).toMatchObject({ schema: [] });
  await withSession(url, (session) => session.query("drop table offshoot.schema_changes"));
  expect(await start("three")).toMatchObject({ schema: [] });
  await finish("three");
});
