// A CI job as a process of its own. It makes `callers` calls at once and prints one line of JSON per result, with its time.
// With `onlyWaits` it never leads.
import type { Env } from "../../../src/environment.ts";
import { isOffshootError } from "../../../src/errors.ts";
import { migrateOnce, type MigrateRequest, waitUntilMigrated } from "../../../src/readiness/readiness.ts";
import type { DirectUrl } from "../../../src/postgres/url.ts";

type Order = Omit<MigrateRequest, "signal" | "emit" | "env"> & { variables: Env; callers: number; onlyWaits: boolean };
const { callers, onlyWaits, variables, ...request } = JSON.parse(process.argv[2] ?? "{}") as Order;
const call = onlyWaits ? waitUntilMigrated : migrateOnce;
const env = (url: DirectUrl): Env => ({ ...variables, DATABASE_URL: url });
const signal = new AbortController().signal;
const owner = { host: "ci", pid: process.pid };

async function callOnce(): Promise<void> {
  const result = await call({ ...request, env, owner, signal, emit: () => {} }).then(
    (done) => ({ state: done.state, at: Date.now() }),
    (thrown: unknown) => ({ state: isOffshootError(thrown) ? thrown.code : String(thrown), at: Date.now() }),
  );
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
await Promise.all(Array.from({ length: callers }, callOnce));
