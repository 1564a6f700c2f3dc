// Starts a web server of Playwright with a clone of the database: `playwright-server.js COMMAND`, with the command in hexadecimal.
import { spawn } from "node:child_process";
import { setTimeout as timer } from "node:timers/promises";
import { describeError, isOffshootError } from "../errors.ts";
import { isAlive } from "./alive.ts";
import { connectSuite } from "./connection.ts";
import { readSuite } from "./playwright.ts";
import { SERVER } from "./protocol.ts";
import { sayTo } from "./say.ts";
import { startSuite } from "./start.ts";
import { setVariables } from "./variables.ts";

const say = sayTo(process.stderr);
const suite = readSuite();
const command = Buffer.from(process.argv[2] ?? "", "hex").toString("utf8");

/** How often this process looks whether Playwright still runs, in milliseconds. A killed one cannot end its web servers. */
const CHECK_MS = 500;

try {
  if (suite === undefined) throw new Error("this program is started by withDatabase() of offshoot/playwright");
  const started = await startSuite({ ...suite.options, cwd: suite.options.cwd ?? process.cwd() }, process.env, say, suite.socket);
  const connection = await connectSuite(started.socket);
  const { clone } = await connection.call({ op: "take", worker: SERVER, per: "worker" });
  setVariables(process.env, clone?.variables ?? {});
  const server = spawn(command, { shell: true, stdio: "inherit", env: process.env });
  const end = async (): Promise<void> => {
    await started.end().catch(() => []);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void server.kill(signal));
  server.on("exit", (code, signal) => void end().then(() => process.exit(code ?? (signal === "SIGINT" ? 130 : 143))));
  while (isAlive(suite.main)) await timer(CHECK_MS);
  server.kill("SIGTERM");
} catch (thrown) {
  say(isOffshootError(thrown) ? describeError(thrown) : String(thrown));
  process.exitCode = 1;
}
