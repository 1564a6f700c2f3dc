/**
 * Compares `offshoot rollback-check --last 12` on an Alembic history of 288 revisions with merges with the time that Alembic
 * itself needs for the same moves: the revisions before, and each of the newest twelve up, down and up. The goal is a ratio of
 * at most 3. Argument: the number of rounds (default 3).
 */
import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "../src/migration-tools/detect.ts";
import { repositoryIn } from "../src/migration-tools/repository.ts";
import { directUrl } from "../src/postgres/url.ts";
import { variablesOfUrl } from "../src/providers/variables.ts";
import { makeProject } from "../test/support/cli.ts";
import { startServer } from "../test/support/server.ts";
import { copyTool, toolPath } from "../test/support/tools.ts";
import { compare, table } from "./compare.ts";

const REVISIONS = 288;
const LAST = 12;
/** Two branches start after each of these, and are merged three revisions later. */
const FORK_EVERY = 12;

const project = await makeProject({ PATH: toolPath() });
await copyTool("alembic", project.directory);
const versions = join(project.directory, "migrations/versions");
await mkdir(versions, { recursive: true });
for (let number = 4; number <= REVISIONS; number += 1) {
  const place = number % FORK_EVERY;
  const parents = place === 2 ? [number - 2] : place === 3 ? [number - 1, number - 2] : [number - 1];
  const down = parents.length === 1 ? `"r${parents[0]}"` : `(${parents.map((parent) => `"r${parent}"`).join(", ")})`;
  const [up, back] = [`create table t${number} (id int primary key, note text)`, `drop table t${number}`];
  await project.write(
    `migrations/versions/r${number}.py`,
    `from alembic import op\n\nrevision = "r${number}"\ndown_revision = ${down}\n\n\ndef upgrade():\n    op.execute("${up}")\n\n\ndef downgrade():\n    op.execute("${back}")\n`,
  );
}

const { stepCommands, revisions } = await requireTool("alembic", repositoryIn(project.directory));
if (stepCommands === undefined || revisions.length !== REVISIONS) throw new Error(`${revisions.length} revisions were read.`);
const start = REVISIONS - LAST;
const lines = [stepCommands.up([], revisions.slice(0, start))];
for (let at = start; at < REVISIONS; at += 1) {
  const [applied, next] = [revisions.slice(0, at), revisions.slice(at, at + 1)];
  const up = stepCommands.up(applied, next);
  lines.push(up, stepCommands.down([...applied, ...next]) ?? "", up);
}
console.log(`${lines.length} moves; ${lines.join(" && ").split(" && ").length} starts of alembic.`);

const server = await startServer();
try {
  const sides = await compare(Number(process.argv[2] ?? 3), {
    "alembic, the same moves": async (round) => {
      const url = directUrl(await server.createDatabase(`moves_${round}`));
      const env = { ...process.env, PATH: toolPath(), ...variablesOfUrl(url) };
      for (const line of lines) {
        const { status, stderr } = spawnSync("sh", ["-c", line], { cwd: project.directory, env, encoding: "utf8" });
        if (status !== 0) throw new Error(`${line}: ${stderr}`);
      }
    },
    "offshoot rollback-check": async () => {
      const { code, stdout, stderr } = await project.offshoot(["rollback-check", "--json", "--last", String(LAST)]);
      const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
      if (code !== 0 || counts["identical"] !== LAST) throw new Error(`${JSON.stringify(counts)} ${stderr}`);
    },
  });
  console.log(table(sides));
} finally {
  await server.stop();
  await project.remove();
}
