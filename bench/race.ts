/**
 * Starts each migration tool with six runners at the same time on one empty database, without offshoot and with `offshoot
 * migrate`. Prints a table in Markdown. Skips tools that are not installed. Arguments: the number of tries (default 5),
 * and the tools (default all).
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type DirectUrl, directUrl } from "../src/postgres/url.ts";
import { withSession } from "../test/support/session.ts";
import { requireTool } from "../src/migration-tools/detect.ts";
import { versionTableGap, readVersionTable } from "../src/migration-tools/version-table.ts";
import { repositoryIn } from "../src/migration-tools/repository.ts";
import type { Project } from "../src/migration-tools/tool.ts";
import { variablesOfUrl } from "../src/providers/variables.ts";
import { startServer } from "../test/support/server.ts";
import { isInstalled, REAL_TOOLS, toolPath, withTool } from "../test/support/tools.ts";

const BIN = new URL("../bin/offshoot.js", import.meta.url).pathname;
const TRIES = Number(process.argv[2] ?? 5);
const ONLY = process.argv.slice(3);
const RUNNERS = 6;
/** Longer than the minute for which Sqitch waits for its own lock. */
const LIMIT_MS = 120_000;

/** Known error messages of Postgres and of the tools. Other errors are grouped by a line of their output. */
const KINDS = [
  /tuple concurrently updated/,
  /deadlock detected/i,
  /duplicate key value violates unique constraint \\?"[\w-]+\\?"/,
  /(?:relation|schema|type|function) \\?"[\w.-]+\\?" already exists/,
  /Migration table is already locked/,
  /Another migration is already running/,
  /Blocked by another instance of Sqitch/,
];

interface Tally {
  failed: number;
  wrong: number;
  readonly errors: Map<string, number>;
}

/** Runs the command once. Returns undefined if it succeeded, otherwise its error. */
async function runner(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), LIMIT_MS);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  clearTimeout(timer);
  return code === 0 ? undefined : signal === "SIGKILL" ? `no end within ${LIMIT_MS / 1000} s` : kindOf(output);
}

function kindOf(output: string): string {
  const known = KINDS.map((kind) => kind.exec(output)?.[0].replaceAll("\\", "")).find((found) => found !== undefined);
  if (known !== undefined) return known;
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("at "));
  return lines.find((line) => /error|fail/i.test(line))?.slice(0, 100) ?? "no error message";
}

/** Whether the database has the same result as after a single runner. */
async function isGood(url: DirectUrl, project: Project): Promise<boolean> {
  return withSession(url, async (session) => {
    const recorded = await readVersionTable(session, project.versionTable);
    const rows = await session.query(
      "select 1 from pg_index where indisvalid and indexrelid in (to_regclass('books_by_title'), to_regclass('app.events_due'))",
    );
    const twice = recorded !== undefined && new Set(recorded).size < recorded.length;
    return recorded !== undefined && !twice && versionTableGap(project, recorded) === undefined && rows.length === 1;
  });
}

async function race(project: Project, cwd: string, command: readonly string[]): Promise<Tally> {
  const tally: Tally = { failed: 0, wrong: 0, errors: new Map() };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const url = directUrl(await server.createDatabase(`race_${randomUUID().replaceAll("-", "")}`));
    const PATH = [join(cwd, "node_modules", ".bin"), toolPath()].join(delimiter);
    const env = { ...process.env, ...variablesOfUrl(url), PATH, TRANSACTIONS: "default", ...project.env?.(url) };
    const ends = await Promise.all(Array.from({ length: RUNNERS }, () => runner(command, cwd, env)));
    for (const error of ends.filter((end) => end !== undefined)) {
      tally.failed += 1;
      tally.errors.set(error, (tally.errors.get(error) ?? 0) + 1);
    }
    if (!(await isGood(url, project))) tally.wrong += 1;
  }
  return tally;
}

const all = TRIES * RUNNERS;
const server = await startServer({ max_connections: 200 });
console.log("| tool | failed runners without offshoot | their errors | wrong databases | failed runners with offshoot | wrong databases |");
console.log("|---|---|---|---|---|---|");
const chosen = REAL_TOOLS.filter(({ name }) => ONLY.length === 0 || ONLY.includes(name));
const sets = chosen.filter(isInstalled).flatMap((tool) => {
  const plain = { tool: tool.name, set: tool.name, title: tool.name };
  return tool.name === "alembic" ? [plain, { ...plain, set: "race", title: "alembic, re-runnable set" }] : [plain];
});
for (const { tool, set, title } of sets) {
  await withTool(set, async (directory) => {
    const project = await requireTool(tool, repositoryIn(directory));
    const alone = await race(project, directory, ["sh", "-c", project.command]);
    const coordinated = await race(project, directory, [process.execPath, BIN, "migrate", "--run", "race", "--url", "DATABASE_URL"]);
    const errors = [...alone.errors].toSorted(([, one], [, other]) => other - one).map(([text, count]) => `${count}× \`${text}\``);
    const cells = [
      title,
      `${alone.failed} of ${all}`,
      errors.join("<br>") || "none",
      `${alone.wrong} of ${TRIES}`,
      `${coordinated.failed} of ${all}`,
      `${coordinated.wrong} of ${TRIES}`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  });
}
await server.stop();
