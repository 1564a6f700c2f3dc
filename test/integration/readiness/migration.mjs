// A migration command that writes a trace: one row at its start and one at its end, with the database's time.
// Arguments: milliseconds to work, then any of `ignore-term`, `fail`, `fork` (leave a child running in the group), and
// `until-go` (work until the table `go` has a row).
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { Client } from "pg";

const [workMs = "0", ...modes] = process.argv.slice(2);
if (modes.includes("ignore-term")) process.on("SIGTERM", () => process.stdout.write("I won't\n"));
if (process.env.COUNT_FILE !== undefined) appendFileSync(process.env.COUNT_FILE, "ran\n");

const client = new Client({ connectionString: process.env.DATABASE_URL });
// Some tests end the session of a command that ignores SIGTERM.
client.on("error", () => {});
await client.connect();
const trace = (step) => client.query("insert into trace (step, name, pid) values ($1, $2, $3)", [step, process.env.PGAPPNAME, process.pid]);
await trace("begin");
if (modes.includes("fork")) {
  const child = spawn("sleep", ["60"], { stdio: "inherit" });
  await client.query("insert into trace (step, name, pid) values ('fork', $1, $2)", [process.env.PGAPPNAME, child.pid]);
  child.unref();
}
await new Promise((resolve) => setTimeout(resolve, Number(workMs)));
while (modes.includes("until-go") && (await client.query("select from go")).rowCount === 0)
  await new Promise((resolve) => setTimeout(resolve, 100));
if (modes.includes("fail")) {
  process.stderr.write('ERROR: relation "outbox" already exists\n', () => process.exit(3));
  await new Promise(() => {});
}
await trace("end");
await client.end();
