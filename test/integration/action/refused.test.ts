import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { ACTION, branchesOf, type Scene, setScene } from "./scene.ts";

let mock: MockServer;
let scene: Scene;

beforeAll(async () => {
  mock = await startMock("--operation-time", "50");
  scene = await setScene(mock);
});

beforeEach(async () => {
  await mock.control("DELETE", "calls");
  await mock.control("DELETE", "faults");
});

afterAll(async () => {
  await scene.remove();
  await mock.stop();
});

const step = (inputs: Readonly<Record<string, string>>): string => `
      - uses: ${ACTION}
        id: database
        with:
${Object.entries(inputs)
  .map(([name, value]) => `          ${name}: ${JSON.stringify(value)}`)
  .join("\n")}
`;

const job = (...steps: readonly string[]): string => `
  test:
    runs-on: ubuntu-latest
    outputs:
      provider: \${{ steps.database.outputs.provider }}
      use_neon: \${{ steps.database.outputs.use_neon }}
      branch_id: \${{ steps.database.outputs.branch_id }}
    steps:
      - uses: actions/checkout@v4
      - run: npm install
${steps.join("")}`;

const NEON = { project_id: "${{ vars.NEON_PROJECT_ID }}", api_host: "${{ vars.NEON_API_HOST }}", provider: "neon,embedded" };
const QUERY = `
      - run: |
          node --input-type=module -e '
            import pg from "pg";
            const client = new pg.Client(process.env.DATABASE_URL);
            await client.connect();
            console.log("answered", (await client.query("select count(*) from notes")).rows[0].count);
            await client.end();
          '
`;

test("a key that Neon rejects fails the step, is reported on the page, and is shown nowhere", async () => {
  const key = "key-that-neon-has-never-seen";
  const { test: result } = await scene.run(job(step({ ...NEON, api_key: "${{ secrets.NEON_API_KEY }}" })), {
    secrets: { NEON_API_KEY: key },
  });
  expect(result).toMatchObject({ result: "failure", outputs: { provider: "" } });
  expect(result?.annotations).toContainEqual({
    severity: "error",
    text: expect.stringMatching(/HTTP 401.*\nSet NEON_API_KEY to a valid API key/s),
  });
  expect(await branchesOf(mock, "")).toEqual([]);
});

test("invalid inputs fail the step before anything is created", async () => {
  const { test: result } = await scene.run(
    job(step({ ...NEON, api_key: "${{ secrets.NEON_API_KEY }}", ssl: "off", masking_rules: "users" })),
  );
  expect(result?.result).toBe("failure");
  expect(result?.annotations).toContainEqual({
    severity: "error",
    text: expect.stringMatching(/`masking_rules` is not a JSON list.*`ssl` is `off`.*Nothing was created or changed\./s),
  });
  expect(await mock.control("GET", "calls")).toMatchObject({ log: [] });
});

test("during an outage of Neon the job gets a local database, with a warning", { tags: "proof" }, async () => {
  await mock.control("POST", "faults", { status: 503, times: -1 });
  const { test: result } = await scene.run(
    job(
      step({ ...NEON, api_key: "${{ secrets.NEON_API_KEY }}", command: "migrate", teardown: "true", settings: "timeouts.acquire=16s" }),
      QUERY,
    ),
  );
  expect(result).toMatchObject({ result: "success", outputs: { provider: "embedded", use_neon: "false", branch_id: "" } });
  expect(result?.annotations).toContainEqual({
    severity: "warning",
    text: expect.stringMatching(/^The database comes from embedded\.\nneon: /),
  });
  expect(result?.log).toContain("answered 0");
  expect(result?.log).toContain("was deleted.");
});

test("without a key the database is local, and later steps find the same one", async () => {
  const { test: result } = await scene.run(
    job(
      step({ provider: "neon,embedded", command: "migrate", export: "false" }),
      '      - run: test -z "$DATABASE_URL"\n',
      step({ command: "env", provider: "embedded" }).replace("id: database", "id: again"),
      QUERY,
      step({ command: "sweep", provider: "embedded" }).replace("id: database", "id: sweep"),
      step({ command: "down", provider: "embedded" }).replace("id: database", "id: down"),
    ),
    { secrets: {} },
  );
  expect(result).toMatchObject({ result: "success", annotations: [], outputs: { provider: "embedded", use_neon: "false" } });
  expect(result?.log).toContain("skipped:");
  expect(result?.log).toContain("answered 0");
  expect(result?.log).toMatch(/^keep +embedded/m);
  expect(result?.log).toMatch(/^deleted {2}offshoot\//m);
});
