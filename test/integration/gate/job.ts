// A CI job as a process of its own: asks the gate `callers` times at once and prints a line of JSON per answer.
import { isOffshootError } from "../../../src/errors.ts";
import { migrateOnce, type MigrateRequest } from "../../../src/gate/gate.ts";

const { callers, ...request } = JSON.parse(process.argv[2] ?? "{}") as Omit<MigrateRequest, "signal" | "report"> & { callers: number };
const signal = new AbortController().signal;
const owner = { host: "ci", pid: process.pid };

async function ask(): Promise<void> {
  const answer = await migrateOnce({ ...request, owner, signal, report: () => {} }).then(
    (done) => ({ state: done.state }),
    (thrown: unknown) => ({ state: isOffshootError(thrown) ? thrown.code : String(thrown) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await Promise.all(Array.from({ length: callers }, ask));
