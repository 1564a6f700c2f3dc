// A migration command of the chaos test with one session. It does not use offshoot, and records what it sees from outside.
// Arguments: its CommandPlan as JSON, its run, its version; a process that it leaves running also gets its role and token.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client } from "pg";

const [planText, run, version, role = "command", token = randomUUID()] = process.argv.slice(2);
const plan = JSON.parse(planText);
if (plan.ignoresTerm || role === "worker" || role === "daemon") process.on("SIGTERM", () => {});

const url = process.env.DATABASE_URL;
const client = new Client({ connectionString: url, ...(plan.ownName ? { application_name: "migrations of the shop" } : {}) });
// If the server ends the session, the next statement fails with a clear error.
client.on("error", () => {});
await client.connect();
const step = (name, seen) =>
  client.query("select chaos.step($1, $2, $3, $4, $5, $6, $7)", [token, run, version, name, process.pid, Number(new URL(url).port), seen]);
const ticks = async (name, forMs) => {
  for (const until = performance.now() + forMs; performance.now() < until;) {
    await step(name);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const start = (as, detached) => {
  const child = spawn(process.execPath, [process.argv[1], planText, run, version, as, token], { stdio: "ignore", detached });
  return child;
};

if (role === "fork" || role === "daemon") {
  await ticks("fork-tick", 8000);
  process.exit(0);
}
if (role === "worker") {
  await ticks("tick", plan.workMs);
  process.exit(0);
}

const { rows } = await client.query("select chaos.earlier($1) as sessions", [token]);
const { rows: earlier } = await client.query("select distinct pid from chaos.trace");
await step("begin", JSON.stringify({ sessions: rows[0].sessions, processes: earlier.map(({ pid }) => pid).filter(isRunning) }));
if (plan.forks) start("fork", false).unref();
if (plan.detaches === "worker") {
  const status = await new Promise((resolve) => start("worker", true).once("exit", resolve));
  if (status !== 0) process.exit(4);
} else {
  await ticks("tick", plan.workMs);
}
if (plan.detaches === "daemon") start("daemon", true).unref();
if (plan.end === "fails") {
  await step("fail");
  process.stderr.write("ERROR: this migration fails\n", () => process.exit(3));
  await new Promise(() => {});
}
await step("end");
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
