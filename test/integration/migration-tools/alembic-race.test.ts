// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { withSession } from "../../support/session.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

const RUNNERS = Array.from({ length: 6 }, (_, at) => at);
/** The state at the start: empty, or with a schema, tables and a function that the next migrations change. */
const STARTS = ["empty", "half way"] as const;
type Start = (typeof STARTS)[number];
const HALF_WAY = "race_half_way";
const HEAD = "0010";
const TRANSACTIONS = ["default", "per-migration"] as const;
const PLANS = TRANSACTIONS.flatMap((transactions) => STARTS.map((start) => ({ transactions, start })));
const run = promisify(execFile);

const alembic = REAL_TOOLS.find(({ name }) => name === "alembic");
let project: Project;

const query = (url: string, sql: string): Promise<readonly Record<string, unknown>[]> => withSession(url, (session) => session.query(sql));

/** Creates a database in the start state, as a copy of a prepared one. */
async function freshDatabase(start: Start): Promise<string> {
  const name = `race_${randomUUID().replaceAll("-", "")}`;
  await query(inject("serverUrl"), `create database ${name} template ${start === "empty" ? "template0" : HALF_WAY}`);
  return databaseUrl(name);
}

function databaseUrl(name: string): string {
  const url = new URL(inject("serverUrl"));
  url.pathname = name;
  return url.href;
}

/** Runs `alembic upgrade`, and returns its error output. */
function upgrade(url: string, revision: string, transactions: string): Promise<string> {
  return run("alembic", ["upgrade", revision], { cwd: project.directory, env: environment(url, transactions) }).then(
    () => "",
    (thrown: { stderr: string }) => thrown.stderr.trim(),
  );
}

const environment = (url: string, transactions: string): Record<string, string> => ({
  ...project.env,
  DATABASE_URL: url,
  TRANSACTIONS: transactions,
});

describe.runIf(alembic !== undefined && isInstalled(alembic))(
  "with six runners at the same time on one database, and migrations that can run again",
  () => {
    beforeAll(async () => {
      project = await makeProject({ PATH: toolPath() });
      await copyTool("race", project.directory);
      await query(inject("serverUrl"), `create database ${HALF_WAY}`);
      const error = await upgrade(databaseUrl(HALF_WAY), "0004", "default");
      if (error !== "") throw new Error(error);
    });

    afterAll(() => project.remove());

    for (const transactions of TRANSACTIONS) {
      test(`alembic without offshoot, ${transactions} transactions, fails with "tuple concurrently updated"`, async () => {
        const errors: string[] = [];
        for (let tries = 0; tries < 10 && !errors.some((text) => text.includes("tuple concurrently updated")); tries += 1) {
          const url = await freshDatabase("half way");
          errors.push(...(await Promise.all(RUNNERS.map(() => upgrade(url, "head", transactions)))));
        }
        expect(errors.join("\n")).toContain("tuple concurrently updated");
      });
    }

    for (const { transactions, start } of PLANS) {
      test(`offshoot migrate, ${transactions} transactions, from ${start}, does not fail in five tries`, async () => {
        for (let tries = 0; tries < 5; tries += 1) {
          const url = await freshDatabase(start);
          const results = await Promise.all(
            RUNNERS.map(() => project.offshoot(["migrate", "--url", "DATABASE_URL", "--json"], environment(url, transactions))),
          );
          expect(results.map(({ code, stderr }) => (code === 0 ? "" : stderr)).join("")).toBe("");
          const states = results.map(({ stdout }) => (JSON.parse(stdout) as { state: string }).state);
          expect(states.filter((state) => state === "ran")).toHaveLength(1);
          expect(await query(url, "select version_num from alembic_version")).toEqual([{ version_num: HEAD }]);
          expect(await query(url, "select count(*)::int as rows from app.events")).toEqual([{ rows: 2000 }]);
          expect(await query(url, "select indisvalid from pg_index where indexrelid = 'app.events_due'::regclass")).toEqual([
            { indisvalid: true },
          ]);
        }
      });
    }
  },
);
