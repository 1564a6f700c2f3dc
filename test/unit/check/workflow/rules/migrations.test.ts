import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../../src/check/workflow/document.ts";
import type { Repository } from "../../../../../src/check/workflow/repository.ts";
import { workflowOf } from "../../../../../src/check/workflow/workflow.ts";

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    scripts: { "db:migrate": "tsx src/migrate.ts", deploy: "prisma migrate deploy", tolerant: "prisma migrate deploy || true" },
  }),
  Makefile: "migrate:\n\talembic upgrade head\n\nlint:\n\truff check\n",
};
const REPOSITORY: Repository = { read: (path) => FILES[path] };

function codes(text: string): readonly string[] {
  const workflow = workflowOf("ci.yml", readDocument(text));
  return mistakesIn(workflow === undefined ? [] : [workflow], REPOSITORY).map(({ code }) => code);
}

const branchThen = (output: string, step: string): string => `on: pull_request
jobs:
  preview:
    runs-on: x
    steps:
      - { id: db, uses: neondatabase/create-branch-action@v6, with: { branch_name: a, expires_at: soon } }
      - run: echo "DATABASE_URL=\${{ steps.db.outputs.${output} }}" >> "$GITHUB_ENV"
      - run: ${step}
`;

test.each([
  ["a package script that starts a program", branchThen("db_url_with_pooler", "pnpm run db:migrate"), ["migrates-through-pooler"]],
  ["a package script of a known tool", branchThen("db_url_pooled", "npm run deploy"), ["migrates-through-pooler"]],
  ["a make target", branchThen("db_url_with_pooler", "make migrate"), ["migrates-through-pooler"]],
  ["a target that does not migrate", branchThen("db_url_with_pooler", "make lint"), []],
  ["the direct URL", branchThen("db_url", "pnpm run db:migrate"), []],
])("the URL of a pooler reaches a migration in %s", (_, text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test.each([
  ["a make target", "make migrate || true", ["migration-failure-hidden"]],
  ["a package script whose failure hides itself", "npm run tolerant", ["migration-failure-hidden"]],
  ["a make target that fails its step", "make migrate", []],
  ["a target that does not migrate", "make lint || true", []],
])("a step hides the failure of %s", (_, run, expected) => {
  expect(codes(`on: push\njobs:\n  a:\n    runs-on: x\n    services: { db: { image: postgres } }\n    steps: [{ run: ${run} }]\n`)).toEqual(
    expected,
  );
});

const tolerated = (condition: string): string =>
  `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - { id: up, run: alembic upgrade head, continue-on-error: true }\n      - { if: ${condition}, run: exit 1 }\n`;

test("a step whose outcome another step reads does not hide a failure", () => {
  expect(codes(tolerated("steps.up.outcome == 'failure'"))).toEqual([]);
  expect(codes(tolerated("steps.up.conclusion == 'failure'"))).toEqual(["migration-failure-hidden"]);
});

const inTwoJobs = (run: string): string => `on: push
env: { DATABASE_URL: "\${{ secrets.STAGING }}" }
jobs: { a: { runs-on: x, steps: [{ run: "${run}" }] }, b: { runs-on: x, steps: [{ run: "${run}" }] } }
`;

test.each([
  "npx turbo run db:migrate",
  "npx nx run api:migrate",
  "npm run migrate -w packages/db",
  "diesel setup",
  "mix do ecto.create, ecto.migrate",
  "psql $DATABASE_URL -f db/schema.sql",
  "psql $DATABASE_URL < db/structure.sql",
])("finds a migration that two jobs run with %j", (run) => {
  expect(codes(inTwoJobs(run))).toEqual(["migrates-twice"]);
});

test.each(["npx turbo run migrate:status", "npm run migrate -- --dry-run", "psql $DATABASE_URL -f report.sql", "mix ecto.create"])(
  "finds no migration in %j",
  (run) => {
    expect(codes(inTwoJobs(run))).toEqual([]);
  },
);

const POOLED = "${{ steps.db.outputs.db_url_pooled }}";
const afterBranch = (...steps: readonly string[]): string => `on: pull_request
jobs:
  preview:
    runs-on: x
    steps:
      - { id: db, uses: neondatabase/create-branch-action@v6, with: { branch_name: a, expires_at: soon } }
${steps.map((step) => `      - run: |\n${step.replaceAll(/^/gm, "          ")}`).join("\n")}
`;

test.each([
  ["before the command", [`DATABASE_URL=${POOLED} npx prisma migrate deploy`]],
  ["in the arguments of the command", [`dbmate --url "${POOLED}" up`]],
  ["in the arguments of psql, with a numbered file", [`psql "\${{ steps.db.outputs.db_url_with_pooler }}" -f sql/001_create_orders.sql`]],
  ["in a variable that Neon's tool fills", ["DATABASE_URL=$(neonctl connection-string br --pooled) npx prisma migrate deploy"]],
  [
    "in a file that Neon's tool fills",
    ['echo "DATABASE_URL=$(neonctl connection-string br --pooled)" >> .env', "npx prisma migrate deploy"],
  ],
  ["in a variable of its step that Neon's tool fills", ["export DATABASE_URL=$(neonctl cs br --pooled true)\nnpx prisma migrate deploy"]],
  ["in a here-document of an earlier step", [`cat > .env <<END\nDATABASE_URL=${POOLED}\nEND`, "npx drizzle-kit migrate"]],
  ["in a here-document of the step", [`cat >> .env <<'END'\nDATABASE_URL=${POOLED}\nEND\nnpx drizzle-kit migrate`]],
])("finds the URL of a pooler %s", (_, steps) => {
  expect(codes(afterBranch(...steps))).toEqual(["migrates-through-pooler"]);
});

test("accepts a pooled URL in a here-document with the direct one, and one that only tests use", () => {
  expect(
    codes(
      afterBranch(`cat > .env <<END\nDATABASE_URL=${POOLED}\nDIRECT_URL=\${{ steps.db.outputs.db_url }}\nEND\nnpx prisma migrate deploy`),
    ),
  ).toEqual([]);
  expect(codes(afterBranch("DATABASE_URL=$(neonctl connection-string br) npx prisma migrate deploy"))).toEqual([]);
  expect(codes(afterBranch(`psql "${POOLED}" -f seed.sql`))).toEqual([]);
  expect(
    codes(afterBranch(`DATABASE_URL=\${{ steps.db.outputs.db_url }} npx prisma migrate deploy`, `DATABASE_URL=${POOLED} npm run e2e`)),
  ).toEqual([]);
});
