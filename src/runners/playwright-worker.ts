import { ask } from "./ask.ts";
import { connectSuite } from "./connection.ts";
import { adoptTestDatabase } from "./worker.ts";
import { setVariables, unusableVariables } from "./variables.ts";
import { SERVER } from "./protocol.ts";

/** What a worker needs to know of its suite. */
interface Wanted {
  readonly socket: string;
  readonly hasServer: boolean;
}

/** Gets this worker its clone and sets the variables, before the test files are loaded. */
export function openTestDatabaseNow(suite: Wanted | undefined, env: NodeJS.ProcessEnv): void {
  setVariables(env, unusableVariables("wrap the configuration of playwright in withDatabase of offshoot/playwright"));
  if (suite === undefined) return;
  const own = { worker: `worker-${env["TEST_WORKER_INDEX"]}`, per: "file" };
  const reply = ask(suite.socket, { id: 1, op: "take", ...(suite.hasServer ? { worker: SERVER, per: "worker" } : own) });
  if (reply.clone === undefined)
    throw new Error(`offshoot: this worker got no clone of the database: ${reply.error?.message ?? "no answer"}`);
  setVariables(env, reply.clone.variables);
  adoptTestDatabase(() => connectSuite(suite.socket), reply.clone, own.worker);
}
