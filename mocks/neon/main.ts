import { parseArgs } from "node:util";
import { createClock } from "./clock.ts";
import { createNeon } from "./create-neon.ts";
import { serve } from "./serve.ts";
import { API_NAME } from "./postgres/machine.ts";
import { createStorage } from "./postgres/storage.ts";

const USAGE = `Serves a Neon API on the loopback address. Prints one JSON line when it listens: {"url","apiKey","projectId"}.

  --port N             port to listen on; default 0: a free port
  --latency MS         delay of each reply
  --operation-time MS  duration of the operations of one call; default 200
  --page-size N        largest page of a list; default 100
  --branch-limit N     branch limit of the project; default 5000
  --roles N            roles of the default branch; default 1
  --databases N        databases of the default branch; default 1
  --api-key KEY        the only accepted key; default: a generated key
  --seed N             seed of all generated values
  --postgres           run a local Postgres server for every compute, at a port of 127.0.0.1 and without TLS
  --tls                with --postgres: TLS and names like Neon's for the computes and for the API, which clients must
                       resolve to 127.0.0.1; prints also "rootFile", the certificate of the authority, and "plainUrl", the
                       API without TLS
  --check              check every reply against Neon's OpenAPI text; GET /_control/violations lists the differences
  --until-stdin-closes end when standard input closes`;

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    latency: { type: "string" },
    "operation-time": { type: "string" },
    "page-size": { type: "string" },
    "branch-limit": { type: "string" },
    roles: { type: "string" },
    databases: { type: "string" },
    "api-key": { type: "string" },
    seed: { type: "string" },
    postgres: { type: "boolean", default: false },
    tls: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    "until-stdin-closes": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(`${USAGE}\n`);
} else {
  await start();
}

async function start(): Promise<void> {
  const clock = createClock();
  const storage = values.postgres ? await createStorage(clock, { tls: values.tls }) : undefined;
  const ending = storage === undefined ? [] : [() => storage.end()];
  const end = (status: number): void => {
    void Promise.allSettled(ending.map((each) => each())).then(() => process.exit(status));
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => end(0));
  const neon = await createNeon({
    clock,
    ...(values.check ? { check: await (await import("./specification.ts")).loadSpecification() } : {}),
    operationMs: count("operation-time") ?? 200,
    ...optional("pageSize", count("page-size")),
    ...optional("branchLimit", count("branch-limit")),
    ...optional("roles", count("roles")),
    ...optional("databases", count("databases")),
    ...optional("seed", count("seed")),
    ...optional("apiKey", values["api-key"]),
    ...(storage === undefined ? {} : { storage, postgresMajor: storage.postgresMajor }),
  });
  const tls = values.tls && storage !== undefined ? { name: API_NAME, ...storage.certificate } : undefined;
  const served = await serve(neon, { port: count("port") ?? 0, latencyMs: count("latency") ?? 0, tls });
  ending.unshift(() => served.stop());
  if (values["until-stdin-closes"])
    process.stdin
      .resume()
      .once("close", () => end(0))
      .once("end", () => end(0));
  const secured = tls === undefined ? {} : { rootFile: storage?.rootFile, plainUrl: served.plainUrl };
  const started = { url: served.url, apiKey: neon.apiKey, projectId: neon.projectId, ...secured };
  process.stdout.write(`${JSON.stringify(started)}\n`);
}

function count(
  name: Exclude<keyof typeof values, "postgres" | "tls" | "check" | "until-stdin-closes" | "help" | "api-key">,
): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw new Error(`--${name} must be a whole number, such as --${name} 10.`);
  return Number(value);
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
