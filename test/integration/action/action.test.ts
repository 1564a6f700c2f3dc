// @module-tag proof
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Row, withSession } from "../../support/session.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { requireVerdicts } from "../../support/workflow-results.ts";
import { ACTION, branchesOf, type Scene, setScene } from "./scene.ts";

let mock: MockServer;
let scene: Scene;

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "100");
  scene = await setScene(mock);
});

afterAll(async () => {
  await scene.remove();
  await mock.stop();
});

const NEON = `
          api_key: \${{ secrets.NEON_API_KEY }}
          project_id: \${{ vars.NEON_PROJECT_ID }}
          api_host: \${{ vars.NEON_API_HOST }}`;

/** The example in the README of create-branch-action, with another API host. */
const CREATE_BRANCH_WORKFLOW = `
  preview:
    runs-on: ubuntu-latest
    steps:
      - uses: neondatabase/create-branch-action@v6
        id: branch
        with:${NEON}
          branch_name: preview/pr-12
          database: neondb
          role: neondb_owner
          ssl: require
      - env:
          DB_URL: \${{ steps.branch.outputs.db_url }}
          DB_URL_POOLED: \${{ steps.branch.outputs.db_url_pooled }}
          DB_HOST: \${{ steps.branch.outputs.db_host }}
          DB_HOST_POOLED: \${{ steps.branch.outputs.db_host_pooled }}
          PASSWORD: \${{ steps.branch.outputs.password }}
          BRANCH_ID: \${{ steps.branch.outputs.branch_id }}
          CREATED: \${{ steps.branch.outputs.created }}
          AUTH_URL: \${{ steps.branch.outputs.auth_url }}
          DATA_API_URL: \${{ steps.branch.outputs.data_api_url }}
        run: |
          for name in DB_URL DB_URL_POOLED DB_HOST DB_HOST_POOLED PASSWORD BRANCH_ID CREATED AUTH_URL DATA_API_URL; do
            echo "\${!name}" >> $MEETING/swap
          done
`;

test("a workflow for create-branch-action needs only another `uses:` line, and gets the same outputs", async () => {
  const swapped = CREATE_BRANCH_WORKFLOW.replace("neondatabase/create-branch-action@v6", ACTION);
  const first = await scene.run(swapped);
  expect(first["preview"]).toMatchObject({ result: "success", annotations: [{ severity: "notice" }] });
  const [dbUrl = "", dbUrlPooled = "", host = "", hostPooled = "", password = "", branchId = "", ...others] = await scene.read("swap");
  expect(others).toEqual(["true", "", ""]);
  expect(await branchesOf(mock, "preview-pr-12")).toEqual([[branchId, expect.any(String)]]);
  // Unlike Neon, the mock has a port.
  const url = (at: string): string => `postgresql://neondb_owner:${password}@${at}:${new URL(dbUrl).port}/neondb?sslmode=require`;
  expect([dbUrl, dbUrlPooled]).toEqual([url(host), url(hostPooled)]);
  expect(await withSession(dbUrl, (session) => session.query("select current_setting('neon.branch_id') as id"))).toEqual([
    { id: branchId },
  ]);

  const again = await scene.run(swapped);
  expect(again["preview"]?.result).toBe("success");
  expect((await scene.read("swap")).slice(9)).toEqual([dbUrl, dbUrlPooled, host, hostPooled, password, branchId, "false", "", ""]);

  const down = await scene.run(`
  down:
    runs-on: ubuntu-latest
    steps:
      - uses: ${ACTION}
        with:${NEON}
          command: down
          branch_name: preview/pr-12
`);
  expect(down["down"]?.result).toBe("success");
  expect(await branchesOf(mock, "preview-pr-12")).toEqual([]);
});

const RULE =
  '{"database_name":"neondb","schema_name":"public","table_name":"users","column_name":"email","masking_function":"anon.fake_email()"}';

/** The call of a client that enables a service of the branch. */
async function enable(branch: string, path: string): Promise<void> {
  const url = `${mock.plainUrl}/projects/${mock.projectId}/branches/${branch}/${path}`;
  const headers = { authorization: `Bearer ${mock.apiKey}`, "content-type": "application/json" };
  const { status } = await fetch(url, { method: "POST", headers, body: "{}" });
  expect(status).toBe(201);
}

test("masking rules and the URLs of services pass from the inputs to Neon and back", async () => {
  const workflow = (command: string): string => `
  masked:
    runs-on: ubuntu-latest
    steps:
      - uses: ${ACTION}
        id: branch
        with:${NEON}
          command: ${command}
          branch_name: masked
          masking_rules: '[${RULE}]'
          get_auth_url: true
          get_data_api_url: true
      - env:
          BRANCH_ID: \${{ steps.branch.outputs.branch_id }}
          CONSOLE_URL: \${{ steps.branch.outputs.console_url }}
          AUTH_URL: \${{ steps.branch.outputs.auth_url }}
          DATA_API_URL: \${{ steps.branch.outputs.data_api_url }}
        run: |
          for name in BRANCH_ID CONSOLE_URL AUTH_URL DATA_API_URL; do echo "\${!name}" >> $MEETING/${command}; done
`;
  const first = await scene.run(workflow("up"));
  expect(first["masked"]?.result).toBe("success");
  const [id = "", page, ...empty] = await scene.read("up");
  expect([page, ...empty]).toEqual([`${new URL(mock.url).origin}/app/projects/${mock.projectId}/branches/${id}`, "", ""]);
  expect(first["masked"]?.annotations).toContainEqual({
    severity: "notice",
    text: expect.stringMatching(/The output auth_url is empty, because Neon Auth is not enabled for the branch offshoot\/\S+\./),
  });
  const headers = { authorization: `Bearer ${mock.apiKey}` };
  const rules = await fetch(`${mock.plainUrl}/projects/${mock.projectId}/branches/${id}/masking_rules`, { headers });
  expect(await rules.json()).toEqual({ masking_rules: [JSON.parse(RULE)] });
  await enable(id, "auth");
  await enable(id, "data-api/neondb");
  const second = await scene.run(workflow("env"));
  expect(second["masked"]?.result).toBe("success");
  expect((await scene.read("env")).slice(2)).toEqual([
    expect.stringMatching(/^https:\/\/.+neonauth.+\/auth$/),
    expect.stringMatching(/^https:\/\/.+\/neondb\/rest\/v1$/),
  ]);
  await scene.run(
    workflow("env")
      .replace("env\n          branch_name: masked", "down\n          branch_name: masked")
      .replace(/          (?:masking|get)_.*\n/g, ""),
  );
});

const sharing = (job: string, other: string): string => `
  ${job}:
    runs-on: ubuntu-latest
    timeout-minutes: 2
    outputs:
      migrated: \${{ steps.database.outputs.migrated }}
      run_key: \${{ steps.database.outputs.run_key }}
      url: \${{ steps.database.outputs.db_url }}
    steps:
      - uses: actions/checkout@v4
      - uses: ${ACTION}
        id: database
        with:${NEON}
          run: shared
          command: migrate
          teardown: true
      - run: |
          touch $MEETING/${job}
          until [ -e $MEETING/${other} ]; do sleep 0.1; done
`;

test("jobs with `teardown: true` share one branch, migrate it once, and the last of them deletes it", async () => {
  const results = await scene.run(sharing("unit", "e2e") + sharing("e2e", "unit"));
  requireVerdicts(results, { unit: "success", e2e: "success" });
  const migrated = Object.values(results).map(({ outputs }) => outputs["migrated"]);
  expect(migrated.filter((state) => state === "ran")).toHaveLength(1);
  // The URL is a secret, so GitHub drops it. The run key is passed on.
  expect(results["unit"]).toMatchObject({ dropped: ["url"], outputs: { run_key: results["e2e"]?.outputs["run_key"] } });
  // If both jobs end at the same time, both can find the database deleted.
  const ends = Object.values(results).map(({ log }) => /was deleted\.$|The last of them deletes it\.$/m.exec(log)?.[0]);
  expect(ends).toContain("was deleted.");
  expect(ends).not.toContain(undefined);
  expect(Object.values(results).flatMap(({ orphans }) => orphans)).toEqual([]);
  expect(await branchesOf(mock, "shared")).toEqual([]);
});

test("a cancelled job releases its usage lock, and the branch is deleted", async () => {
  const cancel = new AbortController();
  const results = scene.run(
    `
  long:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ${ACTION}
        with:${NEON}
          run: cancelled
          teardown: true
      - run: touch $MEETING/begun; sleep 60
`,
    { cancel: cancel.signal, grace: { afterIntMs: 750, afterTermMs: 250 } },
  );
  await expect.poll(() => scene.read("begun").catch(() => undefined), { timeout: 30_000, interval: 100 }).toEqual([""]);
  expect(await branchesOf(mock, "cancelled")).toHaveLength(1);
  cancel.abort();
  expect((await results)["long"]).toMatchObject({ result: "cancelled", orphans: [] });
  expect(await branchesOf(mock, "cancelled")).toEqual([]);
});

test("after a restart of the database the job takes its usage lock again, and releases it at its end", async () => {
  const results = scene.run(`
  restarted:
    runs-on: ubuntu-latest
    timeout-minutes: 2
    steps:
      - uses: actions/checkout@v4
      - uses: ${ACTION}
        with:${NEON}
          run: restarted
          teardown: true
      - run: |
          echo $DATABASE_URL_UNPOOLED > $MEETING/url.part && mv $MEETING/url.part $MEETING/url
          until [ -e $MEETING/restarted ]; do sleep 0.1; done
`);
  await expect.poll(() => scene.read("url").catch(() => []), { timeout: 30_000, interval: 100 }).toHaveLength(1);
  const [url = ""] = await scene.read("url");
  await withSession(url, async (session) => {
    const lockHolders = (): Promise<Row[]> =>
      session.query(`select a.pid from pg_stat_activity a join pg_locks l using (pid)
        where application_name like 'offshoot:lock-holder:%' and locktype = 'advisory' and mode = 'ShareLock'`);
    const before = await lockHolders();
    expect(before).toHaveLength(1);
    await session.query("select pg_terminate_backend($1, 5000)", [before[0]?.["pid"]]);
    await expect.poll(lockHolders, { timeout: 10_000 }).toHaveLength(1);
  });
  await writeFile(join(scene.meeting, "restarted"), "");
  expect((await results)["restarted"]).toMatchObject({ result: "success", orphans: [], log: expect.stringMatching(/was deleted\.$/m) });
  expect(await branchesOf(mock, "restarted")).toEqual([]);
});

const running = (job: string, script: string): string => `
  ${job}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ${ACTION}
        with:${NEON}
          command: run
          run: ${job}
          script: |
            ${script}
`;

test("`run` gives the script the database, fails with the script, and deletes the database, also after kill -9", async () => {
  const results = await scene.run(
    running("fails", 'echo "to $PGDATABASE of $OFFSHOOT_PROVIDER, $(env | grep -c ^INPUT_ || true) inputs"; false; echo on') +
      running("killed", "kill -9 $PPID"),
  );
  requireVerdicts(results, { fails: "failure", killed: "failure" });
  expect(results["fails"]?.log).toMatch(/^to neondb of neon, 0 inputs$/m);
  expect(results["fails"]?.log).not.toMatch(/^on$/m);
  expect(results["killed"]?.log).toContain("was deleted.");
  expect([...(await branchesOf(mock, "fails")), ...(await branchesOf(mock, "killed"))]).toEqual([]);
});
