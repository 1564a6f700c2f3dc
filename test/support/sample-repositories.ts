import { chmod, cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PEER_PACKAGES } from "./peers.ts";
import { expect } from "vitest";
import { copyTool, type RealTool, REAL_TOOLS } from "./tools.ts";

const FIXTURES = new URL("../fixtures/repositories/", import.meta.url).pathname;

/** A small repository, and what offshoot must do in it. */
export interface SampleRepository {
  readonly name: string;
  /** What `doctor --json` shows of the migrations. */
  readonly migrations: object;
  /** What `offshoot.yaml` contains after `init`. */
  readonly writes: string;
  /**
   * `real`: the tests run the tool itself. `substitute`: a program of the tests is started in place of it, because the tool
   * cannot be installed with npm or from Debian. The program with this name makes the tables.
   */
  readonly runs: "real" | { readonly substitute: string };
  /** Must be installed. */
  readonly tool?: RealTool;
  copy(directory: string): Promise<void>;
}

/** Copies a repository into a folder, and links the installed npm packages. */
export async function copyRepository(name: string, directory: string): Promise<void> {
  await cp(join(FIXTURES, name), directory, { recursive: true });
  await symlink(PEER_PACKAGES, join(directory, "node_modules"));
}

/** The repositories of the tools that the tests run: three migrations each. */
const REAL: readonly SampleRepository[] = REAL_TOOLS.map((tool) => ({
  name: tool.name,
  migrations: { tool: tool.name, evidence: tool.evidence, heads: [tool.head] },
  writes: `migrations:\n  tool: ${tool.name}\n`,
  runs: "real",
  tool,
  copy: (directory) => copyTool(tool.name, directory),
}));

/** Repositories with another layout, which use real tools too. */
const LAYOUTS: readonly SampleRepository[] = [
  {
    name: "workspace",
    migrations: { tool: "node-pg-migrate", heads: ["1704153600002_books"], directory: expect.stringMatching(/workspace\/packages\/db$/) },
    writes: "migrations:\n  directory: packages/db\n  tool: node-pg-migrate\n",
    runs: "real",
    copy: (directory) => copyRepository("workspace", directory),
  },
  {
    name: "steps",
    migrations: {
      steps: [
        { name: "knex", heads: ["1_authors"] },
        { name: "sql", heads: ["1_books"] },
        { name: "seed", seed: "once" },
      ],
    },
    writes: "migrations:\n  - tool: knex\n",
    runs: "real",
    copy: (directory) => copyRepository("steps", directory),
  },
];

/** The tools of which only the configuration is tested: the name of the program, and the newest migration. */
const CONFIGURED: readonly (readonly [name: string, program: string, heads: readonly string[]])[] = [
  ["atlas", "atlas", ["20240102000002_books"]],
  ["ecto", "mix", ["20240102000002_books"]],
  ["entity-framework", "dotnet", ["20240102000002_Books"]],
  ["flyway", "flyway", ["V2__books"]],
  ["golang-migrate", "migrate", ["000002_books"]],
  ["goose", "goose", ["00002_books"]],
  ["prisma", "prisma", ["20240102000002_books"]],
];

const SUBSTITUTES: readonly SampleRepository[] = CONFIGURED.map(([name, program, heads]) => ({
  name,
  migrations: { tool: name, heads },
  writes: `migrations:\n  tool: ${name}\n`,
  runs: { substitute: program },
  copy: (directory) => copyRepository(name, directory),
}));

export const SAMPLE_REPOSITORIES: readonly SampleRepository[] = [...REAL, ...LAYOUTS, ...SUBSTITUTES];

const PROGRAM = `#!${process.execPath}
const { Client } = require("pg");

async function main() {
  require("node:fs").appendFileSync("starts.txt", process.argv.slice(2).join(" ") + "\\n");
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query("create table authors (id int)");
  await client.query("create table books (id int)");
  await client.end();
}

main();
`;

/** Writes a program that makes the tables in place of a tool, and records each of its starts in `starts.txt`. */
export async function writeSubstitute(directory: string, program: string): Promise<void> {
  const path = join(directory, "substitute", program);
  await mkdir(join(directory, "substitute"), { recursive: true });
  await writeFile(path, PROGRAM);
  await chmod(path, 0o755);
}
