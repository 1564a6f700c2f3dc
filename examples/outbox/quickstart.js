/*
 * Runs the outbox case with eight CI jobs. Usage: node quickstart.js [--neon]
 * With --neon the jobs use a branch of a mock of Neon's API, which runs on this machine with real Postgres servers.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const JOBS = 8;
const here = fileURLToPath(new URL(".", import.meta.url));
const cli = fileURLToPath(new URL("../../bin/offshoot.js", import.meta.url));
const runName = `quickstart-${process.pid}-${Date.now().toString(36)}`;
const provider = process.argv.includes("--neon") ? "neon" : "embedded";
const neon = provider === "neon" ? await startNeon() : undefined;
const jobEnv = { ...process.env, OFFSHOOT_RUN: runName, OFFSHOOT_PROVIDER: provider, ...neon?.env };

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (interruption.signal.aborted) {
      console.error(`The database was not deleted. Delete it: OFFSHOOT_RUN=${runName} OFFSHOOT_PROVIDER=${provider} offshoot down`);
      process.exit(15);
    }
    console.error(`\n${signal}: deleting the database first. Send a second signal to stop at once.`);
    interruption.abort();
  });
}

try {
  process.exitCode = await main();
} finally {
  await neon?.stop();
}

async function main() {
  console.log(`Eight jobs of one CI run, one ${provider} Postgres. Run: ${runName}\n`);
  const phases = [];
  const phase = async (name, work) => {
    const start = performance.now();
    const { result, jobs } = await work();
    phases.push({ name, ms: performance.now() - start, jobs });
    console.log(`${name.padEnd(11)} ${result}`);
  };
  let failure;
  try {
    await phase("database", createDatabase);
    await phase("migrations", migrate);
    await phase("audit", audit);
    await phase("tests", runTests);
  } catch (thrown) {
    failure = thrown;
  }
  try {
    await phase("teardown", tearDown);
  } catch (thrown) {
    failure ??= thrown;
  }
  printTimes(phases);
  if (failure === undefined) return 0;
  console.error(`\n${failure.message}`);
  return 1;
}

/** Starts the Neon mock of this repository's tests, with delays like the real API. `env` has the variables with which a job finds it. */
async function startNeon() {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const flags = ["--postgres", "--until-stdin-closes", "--latency", "80", "--operation-time", "700"];
  const child = spawn(process.execPath, ["--import", "tsx", "mocks/neon/main.ts", ...flags], {
    cwd: root,
    // Ctrl-C must not stop the mock, because the teardown still needs it.
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { url, apiKey, projectId } = JSON.parse(line);
  return {
    env: { NEON_API_HOST: url, NEON_API_KEY: apiKey, NEON_PROJECT_ID: projectId },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

async function createDatabase() {
  const jobs = await inEveryJob("up");
  const created = jobs.filter((job) => job.result.created).length;
  if (created !== 1) throw new Error(`Expected one job to create the database, but ${created} of ${JOBS} did.`);
  if (new Set(jobs.map((job) => job.result.id)).size !== 1) throw new Error("The jobs got different databases.");
  return { jobs, result: `1 job created ${jobs[0].result.name}, ${JOBS - 1} adopted it` };
}

async function migrate() {
  const jobs = await inEveryJob("migrate");
  const count = (state) => jobs.filter((job) => job.result.state === state).length;
  const [ran, waited, already] = [count("ran"), count("waited"), count("already")];
  if (ran > 1) throw new Error(`Expected the migrations to run once, but ${ran} jobs ran them.`);
  if (ran === 0 && already !== JOBS) throw new Error(`${waited} jobs waited for migrations that no job ran.`);
  if (ran === 0) return { jobs, result: "none to run: the database was copied from the template of an earlier quickstart" };
  const late = already === 0 ? "" : `, ${already} started after the end of the migrations`;
  return { jobs, result: `1 job ran them, ${waited} waited${late}` };
}

async function audit() {
  const { result } = await offshoot("audit");
  if (result.findings.length > 0) throw new Error(`The audit has findings:\n${JSON.stringify(result.findings, null, 2)}`);
  return { result: "the schema matches schema.audit.yaml" };
}

async function runTests() {
  const { result: variables } = await offshoot("env");
  const files = ["test/outbox.test.js", "test/routing.test.js"];
  const tests = await run([process.execPath, "--test", "--test-reporter=tap", ...files], { ...jobEnv, ...variables });
  const passed = Number(/^# pass (\d+)$/m.exec(tests.stdout)?.[1]);
  if (tests.code !== 0 || passed !== 8) throw new Error(`Expected eight tests to pass:\n${tests.stdout}${tests.stderr}`);
  return { result: `${passed} passed with the URL of \`offshoot env\`` };
}

async function tearDown() {
  await offshoot("down", new AbortController().signal);
  return { result: "the database was deleted" };
}

async function inEveryJob(command) {
  const jobs = await Promise.allSettled(Array.from({ length: JOBS }, () => offshoot(command)));
  const failed = jobs.find((job) => job.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return jobs.map((job) => job.value);
}

/** Runs the CLI in a process. Throws an error with its output if it fails. */
async function offshoot(command, signal = interruption.signal) {
  const start = performance.now();
  const { code, stdout, stderr } = await run([process.execPath, cli, command, "--json"], jobEnv, signal);
  // Exit status 10 means findings, which are a result. The error does not show stdout, because `env` prints the password there.
  if (code !== 0 && code !== 10) throw new Error(`offshoot ${command} failed with exit status ${code}.\n${stderr}`);
  return { result: stdout === "" ? undefined : JSON.parse(stdout), ms: performance.now() - start };
}

/** Runs a process until it ends, and returns its output. If `signal` is aborted, it stops the process and then throws. */
async function run([file, ...argv], env, signal = interruption.signal) {
  if (signal.aborted) throw new Error("Interrupted.");
  // In its own process group, the process gets no Ctrl-C of the terminal, and so exactly one signal: the one from here.
  const child = spawn(file, argv, { cwd: here, env, detached: true, windowsHide: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].setEncoding("utf8").on("data", (text) => (output[stream] += text));
  const end = () => child.kill("SIGTERM");
  signal.addEventListener("abort", end, { once: true });
  const [code] = await once(child, "close");
  signal.removeEventListener("abort", end);
  if (signal.aborted) throw new Error("Interrupted.");
  return { code, ...output };
}

function printTimes(phases) {
  const total = phases.reduce((sum, { ms }) => sum + ms, 0);
  console.log(`\n${"phase".padEnd(11)} ${"time".padStart(7)}   fastest and slowest job`);
  for (const { name, ms, jobs } of phases) {
    const times = jobs?.map((job) => job.ms) ?? [];
    const spread = jobs === undefined ? "" : `   ${seconds(Math.min(...times))} to ${seconds(Math.max(...times))}`;
    console.log(`${name.padEnd(11)} ${seconds(ms).padStart(7)}${spread}`);
  }
  console.log(`${"total".padEnd(11)} ${seconds(total).padStart(7)}`);
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
