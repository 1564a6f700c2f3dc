import { expect, test } from "vitest";
import { follow, followStep } from "../../../../src/check/workflow/follow.ts";
import { mistakesIn } from "../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../src/check/workflow/document.ts";
import { workflowOf } from "../../../../src/check/workflow/workflow.ts";

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify(
    {
      scripts: {
        pretest: "knex migrate:latest",
        test: "jest",
        ready: "run-s -c up test",
        "db:migrate": "npm run up --workspace x",
        up: "prisma migrate deploy",
        loop: "npm run loop",
      },
    },
    null,
    2,
  ),
  "packages/db/package.json": JSON.stringify({ scripts: { migrate: "drizzle-kit migrate" } }),
  Makefile: "DB = x\n\nci: migrate ## all\n\t@pytest\n\nmigrate:\n\talembic upgrade head\n\tpsql -c 'select 1'\n\nother:\n\ttrue\n",
  "pnpm-workspace.yaml": "packages:\n  # apps\n  - 'apps/*'\n  - tools\n",
  "apps/web/package.json": JSON.stringify({ name: "@acme/web", scripts: { "db:push": "drizzle-kit push", build: "vite build" } }),
  "apps/api/package.json": JSON.stringify({ name: "@acme/api", scripts: { "db:push": "prisma db push" } }),
  "tools/package.json": JSON.stringify({ name: "tools", scripts: { build: "tsc" } }),
  "scripts/setup.sh": "#!/bin/bash\n# sets up\ncd packages/db && pnpm migrate\n",
  ".github/actions/migrate/action.yml":
    "inputs: { url: { default: none } }\nruns: { using: composite, steps: [{ run: 'npm run db:migrate', shell: bash, env: { DATABASE_URL: '${{ inputs.url }}' } }] }",
  ".github/workflows/called.yml":
    "on: { workflow_call: { inputs: { url: { type: string } } } }\njobs: { inner: { runs-on: x, env: { DATABASE_URL: '${{ inputs.url }}' }, steps: [{ run: make migrate }] } }",
};
const repository = { read: (path: string) => FILES[path], folders: (path: string) => (path === "apps" ? ["api", "web"] : []) };

test.each([
  ["npm run db:migrate", ["npm run db:migrate", "npm run up --workspace x", "prisma migrate deploy"]],
  ["yarn up && echo done", ["yarn up", "prisma migrate deploy", "echo done"]],
  ["npm --prefix packages/db run migrate", ["npm --prefix packages/db run migrate", "drizzle-kit migrate"]],
  ["make ci", ["make ci", "make migrate", "alembic upgrade head", "psql -c 'select 1'", "pytest"]],
  ["bash scripts/setup.sh", ["bash scripts/setup.sh", "cd packages/db", "pnpm migrate", "drizzle-kit migrate"]],
  ["./scripts/setup.sh", ["./scripts/setup.sh", "cd packages/db", "pnpm migrate", "drizzle-kit migrate"]],
  ["npm test", ["npm test", "knex migrate:latest", "jest"]],
  ["npm run ready", ["npm run ready", "npm run up", "prisma migrate deploy", "npm run test", "knex migrate:latest", "jest"]],
  ["npm run missing", ["npm run missing"]],
  ["npx turbo run db:push --filter=web", ["npx turbo run db:push --filter=web", "drizzle-kit push"]],
  ["turbo db:push -F @acme/api...", ["turbo db:push -F @acme/api...", "prisma db push"]],
  ["pnpm -r run db:push", ["pnpm -r run db:push", "prisma db push", "drizzle-kit push"]],
  ["pnpm --filter ./apps/web db:push", ["pnpm --filter ./apps/web db:push", "drizzle-kit push"]],
  ["pnpm --filter=@acme/web run db:push", ["pnpm --filter=@acme/web run db:push", "drizzle-kit push"]],
  ["yarn workspace @acme/api db:push", ["yarn workspace @acme/api db:push", "prisma db push"]],
  ["npm run db:push -w apps/api", ["npm run db:push -w apps/api", "prisma db push"]],
  ["npm run db:push --workspaces", ["npm run db:push --workspaces", "prisma db push", "drizzle-kit push"]],
  ["npx nx run api:db:push", ["npx nx run api:db:push"]],
  ["npx nx run web:build", ["npx nx run web:build", "vite build"]],
  ["npx lerna run db:push --scope @acme/api", ["npx lerna run db:push --scope @acme/api", "prisma db push"]],
])("follows %j", (script, commands) => {
  expect(follow(script, repository).map(({ text }) => text)).toEqual(commands);
});

test("follows a step from its working directory", () => {
  const text = `on: push
defaults: { run: { working-directory: packages } }
jobs:
  a:
    runs-on: x
    steps: [{ run: pnpm migrate, working-directory: packages/db }, { run: npm run migrate, working-directory: "\${{ github.workspace }}/packages/db" }]
  b:
    defaults: { run: { working-directory: ./packages/db } }
    runs-on: x
    steps: [{ run: yarn migrate }]
`;
  const { jobs = [] } = workflowOf("ci.yml", readDocument(text)) ?? {};
  const commands = jobs.flatMap(({ steps }) => steps.flatMap((step) => followStep(step, repository).map((each) => each.text)));
  expect(commands.filter((each) => each === "drizzle-kit migrate")).toHaveLength(3);
});

test("names the file and the line of a command that is not in the step", () => {
  expect(follow("make ci", repository).find(({ text }) => text.startsWith("alembic"))).toMatchObject({
    file: "Makefile",
    at: 7,
    from: "make ci",
  });
});

test("scripts that call each other in a circle have an end", () => {
  expect(follow("npm run loop", repository).length).toBeLessThan(10);
});

const two = (lines: string): string => `on: push\njobs:\n  a: { runs-on: x, ${lines} }\n  b: { runs-on: x, ${lines} }\n`;

test.each([
  [
    "package scripts",
    two('env: { DATABASE_URL: "${{ secrets.A }}" }, steps: [{ run: npm run db:migrate }]'),
    "npm run db:migrate (in package.json: prisma migrate deploy)",
  ],
  [
    "a composite action",
    two('steps: [{ uses: ./.github/actions/migrate, with: { url: "${{ secrets.A }}" } }]'),
    "npm run db:migrate (in package.json: prisma migrate deploy)",
  ],
  [
    "a called workflow",
    two('uses: ./.github/workflows/called.yml, with: { url: "${{ secrets.A }}" }').replaceAll("runs-on: x, ", ""),
    "make migrate (in Makefile: alembic upgrade head)",
  ],
])("finds two migrations of one database through %s", (_, text, command) => {
  const workflow = workflowOf("ci.yml", readDocument(text));
  expect(mistakesIn(workflow === undefined ? [] : [workflow], repository)).toMatchObject([
    { code: "migrates-twice", facts: { jobs: ["a", "b"], command, database: "${{ secrets.A }}" }, at: { file: "ci.yml" } },
  ]);
});
