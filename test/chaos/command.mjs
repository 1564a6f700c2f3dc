// The migration command of the chaos test. It does not use offshoot, and records what it sees from outside.
// Arguments: its CommandPlan as JSON. Each instance has a token. A process that it leaves running has the same token.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client } from "pg";

const plan = JSON.parse(process.argv[2]);
const isFork = process.argv[3] !== undefined;
const token = process.argv[3] ?? randomUUID();
if (plan.ignoresTerm) process.on("SIGTERM", () => {});

const client = new Client({ connectionString: process.env.DATABASE_URL });
// If the server ends the session, the next statement fails with a clear error.
client.on("error", () => {});
await client.connect();
const write = (step, seen) =>
  client.query("insert into chaos.trace (token, step, pid, seen) values ($1, $2, $3, $4)", [token, step, process.pid, seen]);

if (isFork) {
  for (let left = 200; left > 0; left -= 1) {
    await write("fork-tick");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  process.exit(0);
}

const { rows: others } = await client.query(
  "select application_name as name, pid from pg_stat_activity where datname = current_database() and application_name like 'offshoot:migrate:%' and application_name <> $1",
  [process.env.PGAPPNAME],
);
const { rows: earlier } = await client.query("select distinct pid from chaos.trace");
const alive = earlier.map(({ pid }) => pid).filter(isRunning);
await write("begin", JSON.stringify({ sessions: others, processes: alive }));
if (plan.forks) spawn(process.execPath, [process.argv[1], process.argv[2], token], { stdio: "ignore" }).unref();
for (const until = performance.now() + plan.workMs; performance.now() < until;) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  await write("tick");
}
if (plan.end === "fails") {
  await write("fail");
  process.stderr.write("ERROR: this migration fails\n", () => process.exit(3));
  await new Promise(() => {});
}
await write("end");
if (plan.end === "dies") process.kill(process.pid, "SIGKILL");
await client.end();

/** Whether a process can still do something: it is neither a zombie nor stopped. */
function isRunning(pid) {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "")[0];
    return !["Z", "X", "T", "t"].includes(state);
  } catch {
    return false;
  }
}
