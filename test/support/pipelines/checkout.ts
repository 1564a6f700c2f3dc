import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CiServiceName } from "../../../src/init/services/registry.ts";
import type { Project } from "../cli.ts";

const FIXTURES = new URL("../../fixtures/tools/", import.meta.url).pathname;

/** Passes if both tables exist. With `TESTS=killed` it kills the `offshoot run` that runs it. */
const CHECK_JS = `
const { readFileSync } = require("node:fs");
const { Client } = require("pg");
const parentOf = (pid) => Number(readFileSync("/proc/" + pid + "/stat", "utf8").replace(/^.*\\) /, "").split(" ")[1]);
(async () => {
  const client = new Client(process.env.DATABASE_URL);
  await client.connect();
  const { rows } = await client.query("select tablename from pg_tables where tablename in ('authors', 'books') order by 1");
  console.log("tables", rows.map((row) => row.tablename).join(" "));
  if (process.env.TESTS === "killed") {
    let pid = process.pid;
    while (!readFileSync("/proc/" + pid + "/cmdline", "utf8").includes("offshoot.js")) pid = parentOf(pid);
    process.kill(pid, "SIGKILL");
  }
  await client.end();
  process.exitCode = rows.length === 2 && process.env.TESTS !== "failing" ? 0 : 1;
})();
`;

const CHECK_PY = `
import os, psycopg2
cursor = psycopg2.connect(os.environ["DATABASE_URL"]).cursor()
cursor.execute("select tablename from pg_tables where tablename in ('authors', 'books') order by 1")
print("tables", " ".join(row[0] for row in cursor.fetchall()))
`;

const IN_NODE = {
  "package.json": JSON.stringify({ private: true, scripts: { test: "node check.cjs" }, dependencies: { "node-pg-migrate": "*" } }),
  "package-lock.json": "{}",
  "check.cjs": CHECK_JS,
};

/** The files of each repository, besides the files of the tool. */
export const REPOSITORIES = {
  "node-pg-migrate": IN_NODE,
  sql: { ...IN_NODE, "package.json": JSON.stringify({ private: true, scripts: { test: "node check.cjs" } }) },
  alembic: { "requirements.txt": "alembic\npytest\n", "tests/check.py": CHECK_PY },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Creates a checkout of a repository that uses the tool, in a subfolder of `place`, and runs `offshoot init` in it. */
export async function initialise(
  project: Project,
  place: string,
  tool: keyof typeof REPOSITORIES,
  service: CiServiceName,
): Promise<string> {
  const directory = await mkdtemp(join(place, `${tool}-`));
  await cp(join(FIXTURES, tool), directory, { recursive: true });
  for (const [name, text] of Object.entries({ ...REPOSITORIES[tool], ".git/HEAD": "ref: refs/heads/main\n" })) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  const { code, stdout, stderr } = await project.offshoot(["init", "--service", service, "--json"], {}, directory);
  if (code !== 0) throw new Error(`init exited with ${code}: ${stderr}`);
  const { files } = JSON.parse(stdout) as { files: readonly { state: string }[] };
  if (files.length !== 2 || files.some(({ state }) => state !== "new")) throw new Error(`init did not write the expected files: ${stdout}`);
  return directory;
}
