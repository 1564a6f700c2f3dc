import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { applyRules } from "../../src/audit/apply-rules.ts";
import { parseSpec } from "../../src/audit/spec/parse.ts";
import { writeSpec } from "../../src/audit/spec-writer/write.ts";
import { readCatalog } from "../../src/catalog/read.ts";
import { followFile } from "../../src/check/worker/follow-file.ts";
import { deadline } from "../../src/deadline.ts";
import { compareCatalogs } from "../../src/drift/compare.ts";
import { silent } from "../../src/events.ts";
import { tagToText } from "../../src/identity/owner-tag.ts";
import { literal } from "../../src/postgres/identifier.ts";
import { directUrl } from "../../src/postgres/url.ts";
import { cleanOutput } from "../../src/process/clean-output.ts";
import { createTail } from "../../src/process/tail.ts";
import { readDatabases } from "../../src/providers/local/databases.ts";
import { claim, recordEnd } from "../../src/readiness/claim.ts";
import { fingerprintOf } from "../../src/readiness/fingerprint.ts";
import { tryLeaderLock } from "../../src/readiness/lock.ts";
import { ensureTables } from "../../src/readiness/marker.ts";
import { type ReadinessRequest, waitUntilMigrated } from "../../src/readiness/readiness.ts";
import { databaseIdentity } from "../../src/readiness/snapshot.ts";
import { notifyWaiters } from "../../src/readiness/wake-up.ts";
import { apply, type SweepTarget } from "../../src/sweep/apply.ts";
import { plan, type Policy } from "../../src/sweep/plan.ts";
import { createHarness, requestFor, START, taggedBranch } from "../../test/support/neon-harness.ts";
import { connect, withSession } from "../../test/support/session.ts";
import { startServer } from "../../test/support/server.ts";
import { growTables } from "../tables.ts";
import type { Subject } from "./subject.ts";

const NOW = new Date(START);
const POLICY: Policy = {
  now: NOW,
  repository: undefined,
  owner: undefined,
  olderThanMs: 3_600_000,
  idleMs: 0,
  baseTtlMs: 86_400_000,
  closed: { repository: undefined, pullRequests: new Set(), refs: new Set() },
};

/** Half of them are older than an hour. */
const branches: Subject = {
  name: "branches listed, and a sweep planned",
  unit: "branches",
  size: 10_000,
  mostMb: 500,
  async prepare(size) {
    const harness = await createHarness();
    harness.insert(Array.from({ length: size }, (_, n) => taggedBranch(`run-${n}`, n % 2 === 0 ? {} : { ageMs: 9e6 })));
    // The first run records the replies. The mock's own work for a page depends on how many branches it has.
    const replies = new Map<string, unknown>();
    const adapter = async (config: { readonly url?: string; readonly params?: unknown }): Promise<unknown> => {
      const request = JSON.stringify([config.url, config.params]);
      if (!replies.has(request)) replies.set(request, await harness.adapter(config));
      return replies.get(request);
    };
    const provider = harness.provider({ dependencies: { adapter: adapter as never } });
    return {
      async run() {
        const planned = plan(await provider.list(harness.limits()), POLICY);
        if (planned.delete.length !== size / 2) throw new Error(`${planned.delete.length} branches were selected.`);
      },
    };
  },
};

const deletions: Subject = {
  name: "the deletions of a sweep",
  unit: "branches",
  size: 10_000,
  mostMb: 500,
  async prepare(size) {
    const harness = await createHarness();
    harness.insert(Array.from({ length: size }, (_, n) => taggedBranch(`run-${n}`, { ageMs: 9e6 })));
    const listed = await harness.provider().list(harness.limits());
    // The mock's own work for each request depends on how many branches it has. So the deletion itself is left out.
    const target: SweepTarget = { name: "neon", list: () => Promise.resolve(listed), release: () => Promise.resolve("deleted") };
    const decide = (): ReturnType<typeof plan> => plan(listed, POLICY);
    return {
      async run() {
        const { deleted } = await apply([target], decide(), decide, { ...harness.limits(), emit: silent });
        if (deleted.length !== size) throw new Error(`${deleted.length} branches were deleted.`);
      },
    };
  },
};

const tables: Subject = {
  name: "tables audited and compared",
  unit: "tables",
  size: 10_000,
  mostMb: 900,
  async prepare(size) {
    const server = await startServer({ max_locks_per_transaction: 2000, shared_buffers: "256MB", autovacuum: "off" });
    await withSession(server.url, (session) => growTables(session, 0, size));
    const session = await connect(server.url);
    return {
      serverPid: server.pid,
      async run() {
        const catalog = await readCatalog(session);
        applyRules(catalog, undefined, { now: NOW });
        // Every tenth table differs.
        const other = {
          ...catalog,
          tables: catalog.tables.map((table, n) => (n % 10 === 0 ? { ...table, columns: table.columns.slice(1) } : table)),
        };
        return compareCatalogs(catalog, other);
      },
      async cleanUp() {
        await session.close();
        await server.stop();
      },
    };
  },
};

const spec: Subject = {
  name: "tables in a spec, which is written, read and applied",
  unit: "tables",
  size: 2000,
  mostMb: 700,
  async prepare(size) {
    const server = await startServer({ max_locks_per_transaction: 2000, autovacuum: "off" });
    const catalog = await withSession(server.url, async (session) => {
      await growTables(session, 0, size);
      return readCatalog(session);
    });
    await server.stop();
    return { run: () => Promise.resolve(applyRules(catalog, parseSpec(writeSpec(catalog), "schema.audit.yaml"), { now: NOW })) };
  },
};

const migrations: Subject = {
  name: "migrations fingerprinted",
  unit: "files",
  size: 1000,
  mostMb: 350,
  async prepare(size) {
    const directory = await mkdtemp(join(tmpdir(), "offshoot-growth-"));
    for (let n = 0; n < size; n += 1)
      await writeFile(join(directory, `${String(n).padStart(5, "0")}.sql`), `create table t${n} ();\n`.repeat(100));
    return {
      run: () => fingerprintOf({ directory, files: ["*.sql"], command: "migrate" }),
      cleanUp: () => rm(directory, { recursive: true }),
    };
  },
};

const output: Subject = {
  name: "output of a command, cleaned of 20 secrets",
  unit: "MB",
  size: 100,
  mostMb: 400,
  prepare: (size) => {
    const secrets = Array.from({ length: 20 }, () => randomUUID());
    const lines = Array.from(
      { length: 512 },
      (_, n) => `2026-11-01T12:00:00Z applied ${n} in ${n} ms: ${secrets[n % 20]} and more text of a log\n`,
    ).join("");
    const chunk = Buffer.from(lines.repeat(Math.ceil((64 * 1024) / lines.length)).slice(0, 64 * 1024));
    return Promise.resolve({
      run() {
        const tail = createTail(secrets);
        const cleaner = cleanOutput(secrets, (stream, text) => tail.push(stream, Buffer.from(text)));
        for (let n = 0; n < size * 16; n += 1) cleaner.push("stdout", chunk);
        cleaner.end();
        return Promise.resolve(tail.text());
      },
    });
  },
};

const log: Subject = {
  name: "a log written and followed",
  unit: "MB",
  size: 100,
  mostMb: 350,
  async prepare(size) {
    const folder = await mkdtemp(join(tmpdir(), "offshoot-growth-"));
    const text = "a line of a log that is followed\n".repeat(32 * 1024);
    return {
      async run() {
        const path = join(folder, randomUUID());
        await writeFile(path, "");
        let read = 0;
        const followed = followFile(path, (part) => (read += part.length));
        for (let written = 0; written < size; written += 1) {
          await writeFile(path, text, { flag: "a" });
          await followed.poll();
        }
        await followed.close();
        if (read !== size * text.length) throw new Error(`${read} characters were read.`);
      },
      cleanUp: () => rm(folder, { recursive: true }),
    };
  },
};

const databases: Subject = {
  name: "databases on one server",
  unit: "databases",
  size: 100,
  mostMb: 350,
  async prepare(size) {
    const server = await startServer();
    const session = await connect(server.url);
    for (let n = 0; n < size; n += 1) {
      const { tag, name } = requestFor(`run-${n}`);
      const database = `offshoot_${n}_${name.length}`;
      await session.query(`create database ${database} template template0`);
      await session.query(`comment on database ${database} is ${literal(tagToText(tag))}`);
    }
    return {
      serverPid: server.pid,
      // A single list takes too little time to be measured.
      async run() {
        for (let times = 0; times < 20; times += 1) await readDatabases(session);
      },
      async cleanUp() {
        await session.close();
        await server.stop();
      },
    };
  },
};

/** As many sets of callers, each with a poller of its own as a process has one. */
const POLLERS = 10;

const waiters: Subject = {
  name: "callers that wait for the migrations of another job",
  unit: "callers",
  size: 500,
  mostMb: 350,
  async prepare(size) {
    const server = await startServer();
    const url = await server.createDatabase("waiters");
    const leader = await connect(url, { settings: "own" });
    const timings = { withinMs: 60_000, leaseMs: 60_000, heartbeatMs: 1000, pollMs: 250, graceMs: 1000 };
    const request = {
      run: "growth",
      invocation: "1",
      attempt: 1,
      retry: false,
      owner: { host: "growth", pid: process.pid },
      timings,
      signal: new AbortController().signal,
      emit: silent,
      secrets: [],
    };
    await ensureTables(leader, deadline("the tables", 10_000));
    if (!(await tryLeaderLock(leader))) throw new Error("The lock is not free.");
    const { database } = await databaseIdentity(leader);
    return {
      serverPid: server.pid,
      async run() {
        const fingerprint = randomUUID();
        const wanted = (at: number): ReadinessRequest => ({
          ...request,
          fingerprint,
          url: directUrl(`${url}?fallback_application_name=poller${at % POLLERS}`),
        });
        const held = await claim(leader, { database, run: request.run, fingerprint }, wanted(0));
        if (held === undefined) throw new Error("The leader has no claim.");
        const all = Array.from({ length: size }, (_, at) => waitUntilMigrated(wanted(at)));
        await pause(2000);
        await recordEnd(leader, held, "ready");
        await notifyWaiters(leader);
        await Promise.all(all);
        await leader.query("delete from offshoot.readiness");
      },
      async cleanUp() {
        await leader.close();
        await server.stop();
      },
    };
  },
};

export const SUBJECTS: readonly Subject[] = [branches, deletions, tables, spec, migrations, output, log, databases, waiters];
