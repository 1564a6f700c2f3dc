import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../../src/check/workflow/document.ts";
import type { Repository } from "../../../../../src/check/workflow/repository.ts";
import { workflowOf } from "../../../../../src/check/workflow/workflow.ts";

type Files = Readonly<Record<string, string>>;

function findings(files: Files): ReturnType<typeof mistakesIn> {
  const repository: Repository = { read: (path) => files[path] };
  const workflows = Object.entries(files).flatMap(([file, text]) => workflowOf(file, readDocument(text)) ?? []);
  return mistakesIn(workflows, repository);
}

const codes = (files: Files): readonly string[] =>
  findings(files)
    .map(({ code }) => code)
    .filter((code) => code === "migrates-twice");

interface Parts {
  readonly on?: string;
  readonly top?: string;
  readonly job?: string;
  readonly condition?: string;
  readonly url?: string;
  readonly run?: string;
}

const PUSH = "{ push: { branches: [main] } }";
const SECRET = "${{ secrets.STAGING_URL }}";

/** A workflow whose only job migrates. */
function workflow({ on = PUSH, top = "", job = "", condition = "", url = SECRET, run = "npm run migrate" }: Parts = {}): string {
  const when = condition === "" ? "" : `    if: ${condition}\n`;
  return `on: ${on}\n${top}\njobs:\n  migrate:\n    runs-on: x\n${when}    ${job}\n    steps:\n      - { run: '${run}', env: { DATABASE_URL: '${url}' } }\n`;
}

const pair = (one: Parts, other: Parts = one): Files => ({
  "a.yml": workflow(one),
  "b.yml": workflow(other),
  "package.json": '{"scripts":{"migrate":"alembic upgrade head"}}',
});

test("two workflows that one push starts and that migrate one database are reported once, with the event", () => {
  expect(findings(pair({}))).toMatchObject([
    {
      code: "migrates-twice",
      object: { kind: "job", name: "migrate" },
      facts: { jobs: ["migrate in a.yml", "migrate in b.yml"], database: SECRET, event: "push to the branch main" },
      at: { file: "a.yml", line: 8 },
    },
  ]);
});

const on = (one: string, other: string): readonly [Parts, Parts] => [{ on: one }, { on: other }];

test.each<readonly [string, readonly [Parts, Parts]]>([
  ["a push without filters and one to a branch", on("push", "{ push: { branches: ['release/**'] } }")],
  ["patterns that share a branch", on("{ push: { branches: ['release/*'] } }", "{ push: { branches: ['release/**', '!release/old'] } }")],
  ["paths of which one file meets both", on("{ push: { paths: ['db/**'] } }", "{ push: { paths: ['db/migrations/*.sql', 'x'] } }")],
  ["paths in one of them", on("{ push: { paths: ['db/**'] } }", "push")],
  ["pull requests with the default types", on("pull_request", "{ pull_request: { types: [opened] } }")],
  ["one schedule", on("{ schedule: [{ cron: '0 3  * * *' }] }", "{ schedule: [{ cron: '1 1 * * *' }, { cron: '0 3 * * *' }] }")],
  ["one release", on("release", "{ release: { types: [published] } }")],
  ["the end of one workflow", on("{ workflow_run: { workflows: [CI] } }", "{ workflow_run: { workflows: [CI, X], types: [completed] } }")],
  ["one condition on the branch", [{ condition: "github.ref == 'refs/heads/main'" }, { condition: "github.ref_name == 'main'" }]],
  [
    "one condition on the event",
    [
      { condition: "contains(github.event.head_commit.message, 'go')" },
      { condition: "${{ contains(github.event.head_commit.message, 'go') }}" },
    ],
  ],
  ["a condition on the repository", [{ condition: "github.repository == 'a/b'" }, { condition: "github.actor != 'dependabot[bot]'" }]],
  [
    "groups that contain the name of the workflow",
    [
      { top: "concurrency: ${{ github.workflow }}-${{ github.ref }}" },
      { top: "name: B\nconcurrency: ${{ github.workflow }}-${{ github.ref }}" },
    ],
  ],
  ["different groups", [{ top: "concurrency: one" }, { job: "concurrency: { group: other }" }]],
  ["one environment", [{ job: "environment: staging" }, { job: "environment: { name: staging, url: x }" }]],
  ["the address of a server", [{ url: "postgres://u@db.example.com/app" }, { url: "postgres://u@db.example.com/app" }]],
])("two workflows are reported with %s", (_, [one, other]) => {
  expect(codes(pair(one, other))).toEqual(["migrates-twice"]);
});

test.each<readonly [string, readonly [Parts, Parts]]>([
  ["other branches", on("{ push: { branches: [main] } }", "{ push: { branches: [dev] } }")],
  ["branches that the other one leaves out", on("{ push: { branches: [main] } }", "{ push: { branches-ignore: ['ma*'] } }")],
  ["branches and tags", on("{ push: { branches: [main] } }", "{ push: { tags: ['v*'] } }")],
  ["a push and a pull request", on("push", "pull_request")],
  ["other types", on("{ pull_request: { types: [closed] } }", "pull_request")],
  ["other base branches", on("{ pull_request: { branches: [main] } }", "{ pull_request: { branches: [dev] } }")],
  ["paths without a common file", on("{ push: { paths: ['web/**'] } }", "{ push: { paths: ['api/**'] } }")],
  ["paths that a later pattern leaves out", on("{ push: { paths: ['api/**'] } }", "{ push: { paths: ['**', '!api/**'] } }")],
  ["manual starts", on("workflow_dispatch", "workflow_dispatch")],
  ["other schedules", on("{ schedule: [{ cron: '0 3 * * *' }] }", "{ schedule: [{ cron: '0 4 * * *' }] }")],
  ["one that runs after the other", on("push", "{ workflow_run: { workflows: [a.yml], types: [completed] } }")],
  ["one that is only called", on("push", "workflow_call")],
  ["another secret", [{}, { url: "${{ secrets.PRODUCTION_URL }}" }]],
  ["another environment", [{ job: "environment: staging" }, { job: "environment: production" }]],
  ["an environment in one of them", [{}, { job: "environment: production" }]],
  ["localhost", [{ url: "postgres://localhost/app" }, { url: "postgres://localhost/app" }]],
  ["a server of their own", [{ job: "services: { db: { image: postgres } }" }, { job: "services: { db: { image: postgres } }" }]],
  ["outputs of jobs", [{ url: "${{ needs.db.outputs.url }}" }, { url: "${{ needs.db.outputs.url }}" }]],
  ["inputs", [{ url: "${{ inputs.url }}" }, { url: "${{ inputs.url }}" }]],
  ["a variable of the machine", [{ url: "$URL" }, { url: "$URL" }]],
  ["a secret with a fallback", [{ url: "${{ secrets.A || secrets.B }}" }, { url: "${{ secrets.A || secrets.B }}" }]],
  ["a name for each run", [{ url: "${{ secrets.A }}/x_${{ github.run_id }}" }, { url: "${{ secrets.A }}/x_${{ github.run_id }}" }]],
  ["one group", [{ top: "concurrency: staging" }, { job: "concurrency: { group: Staging, cancel-in-progress: false }" }]],
  ["one group for each branch", [{ top: "concurrency: db-${{ github.ref_name }}" }, { top: "concurrency: db-main" }]],
  ["groups that can be equal", [{ top: "concurrency: db-${{ vars.STAGE }}" }, { top: "concurrency: db-staging" }]],
  ["conditions on other events", [{ on: "[push, pull_request]", condition: "github.event_name == 'push'" }, { on: "pull_request" }]],
  ["a condition on another branch", [{ on: "push", condition: "github.ref == 'refs/heads/dev'" }, {}]],
  ["a condition on an output", [{ condition: "needs.changes.outputs.db == 'true'" }, { condition: "needs.changes.outputs.db == 'true'" }]],
  ["a condition that is false", [{ condition: "false" }, {}]],
  ["a job that runs after a failure", [{ condition: "failure()" }, {}]],
  ["conditions on the message of a commit", [{ condition: "contains(github.event.head_commit.message, 'a')" }, {}]],
  ["offshoot", [{ run: "npx offshoot migrate -- npm run migrate" }, {}]],
  ["a command on another machine", [{ run: "ssh host alembic upgrade head" }, { run: "ssh host alembic upgrade head" }]],
  ["an option that selects another database", [{ run: "alembic -n one upgrade head" }, { run: "alembic -n two upgrade head" }]],
])("two workflows are not reported with %s", (_, [one, other]) => {
  expect(codes(pair(one, other))).toEqual([]);
});

test("a workflow that waits for the other one is not reported", () => {
  const waiting = workflow().replace("steps:", "steps:\n      - uses: lewagon/wait-on-check-action@v1");
  expect(codes({ ...pair({}), "b.yml": waiting })).toEqual([]);
});

const after = (condition: string): string =>
  workflow({ job: "needs: first" }).replace("jobs:", `jobs:\n  first: { runs-on: x, if: "${condition}", steps: [] }`);

test("a job that the same condition of a needed job can skip is compared with it", () => {
  expect(codes({ ...pair({}), "b.yml": after("github.ref == 'refs/heads/main'") })).toEqual(["migrates-twice"]);
  expect(codes({ ...pair({}), "b.yml": after("github.ref == 'refs/heads/dev'") })).toEqual([]);
});

const calling = (secret: string): string =>
  `on: ${PUSH}\njobs:\n  call:\n    uses: ./c.yml\n    secrets: { URL: '\${{ secrets.${secret} }}' }\n`;
const called = (triggers: string, top = ""): string => workflow({ on: triggers, top, url: "${{ secrets.URL }}" });
const withCalls = (one: string, other: string, c: string): Files => ({ ...pair({}), "a.yml": one, "b.yml": other, "c.yml": c });

test("a workflow that two others call has the secrets that each of them passes", () => {
  expect(codes(withCalls(calling("ONE"), calling("ONE"), called("workflow_call")))).toEqual(["migrates-twice"]);
  expect(codes(withCalls(calling("ONE"), calling("OTHER"), called("workflow_call")))).toEqual([]);
  expect(codes(withCalls(calling("ONE"), calling("ONE"), called("workflow_call", "concurrency: db")))).toEqual([]);
});

test("a workflow that a push starts and that another workflow of the push calls is reported", () => {
  expect(codes({ ...pair({}), "a.yml": calling("URL"), "b.yml": "", "c.yml": called("{ push: , workflow_call: }") })).toEqual([
    "migrates-twice",
  ]);
});

const neon = (project: string): string =>
  workflow({ on: "pull_request", url: "${{ steps.db.outputs.db_url }}" }).replace(
    "steps:",
    `steps:\n      - { id: db, uses: neondatabase/create-branch-action@v6, with: { project_id: '${project}', branch_name: 'pr-\${{ github.event.number }}', expires_at: x } }`,
  );

test("two workflows that create one Neon branch for a pull request are reported", () => {
  expect(codes({ ...pair({}), "a.yml": neon("p1"), "b.yml": neon("p1") })).toEqual(["migrates-twice"]);
  expect(codes({ ...pair({}), "a.yml": neon("p1"), "b.yml": neon("p2") })).toEqual([]);
});

const job = (id: string, environment: string): string =>
  `  ${id}:\n    runs-on: x\n    environment: ${environment}\n    env: { DATABASE_URL: '${SECRET}' }\n    steps: [{ run: alembic upgrade head }]\n`;

test("jobs of one workflow with the secrets of two environments have two databases", () => {
  expect(codes({ "a.yml": `on: push\njobs:\n${job("a", "staging")}${job("b", "production")}` })).toEqual([]);
  expect(codes({ "a.yml": `on: push\njobs:\n${job("a", "staging")}${job("b", "staging")}` })).toEqual(["migrates-twice"]);
  expect(codes({ "a.yml": `on: push\njobs:\n${job("a", "${{ matrix.at }}\n    strategy: { matrix: { at: [x, y] } }")}` })).toEqual([]);
});
