// A CI job as a process of its own: asks the gate `callers` times at once and prints a line of JSON per answer, with the
// time when it came. One that only waits never leads.
import { isOffshootError } from "../../../src/errors.ts";
import { migrateOnce, type MigrateRequest, waitUntilMigrated } from "../../../src/readiness/readiness.ts";

type Order = Omit<MigrateRequest, "signal" | "emit"> & { callers: number; onlyWaits: boolean };
const { callers, onlyWaits, ...request } = JSON.parse(process.argv[2] ?? "{}") as Order;
const pass = onlyWaits ? waitUntilMigrated : migrateOnce;
const signal = new AbortController().signal;
const owner = { host: "ci", pid: process.pid };

async function ask(): Promise<void> {
  const answer = await pass({ ...request, owner, signal, emit: () => {} }).then(
    (done) => ({ state: done.state, at: Date.now() }),
    (thrown: unknown) => ({ state: isOffshootError(thrown) ? thrown.code : String(thrown), at: Date.now() }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await Promise.all(Array.from({ length: callers }, ask));
