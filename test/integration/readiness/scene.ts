import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import type { MigrationCommand } from "../../../src/readiness/migration-command.ts";
import type { MigrateRequest } from "../../../src/readiness/readiness.ts";
import type { ReadinessTimings } from "../../../src/readiness/timings.ts";
import { type Marker, readMarkers } from "../../../src/readiness/marker.ts";
import { connect, type Row, withSession } from "../../support/session.ts";
import { type DirectUrl, directUrl, withDatabase } from "../../../src/postgres/url.ts";

export const TIMINGS: ReadinessTimings = { withinMs: 60_000, leaseMs: 15_000, heartbeatMs: 500, pollMs: 100, graceMs: 3000 };

export interface Trace extends Row {
  readonly step: "begin" | "end" | "fork";
  readonly name: string;
  readonly pid: number;
  readonly at: Date;
}

/** A database with a table for the traces of migration commands. */
export interface Scene {
  readonly url: DirectUrl;
  readonly name: string;
  request(command: MigrateRequest["command"], changes?: Partial<MigrateRequest>): MigrateRequest;
  query<R extends Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  traces(): Promise<Trace[]>;
  markers(): Promise<readonly Marker[]>;
  /** Waits until `find` returns a result, and returns it. */
  until<T>(find: () => Promise<T | undefined | false>): Promise<T>;
  copy(): Promise<Scene>;
  drop(): Promise<void>;
}

export async function openScene(server = inject("serverUrl")): Promise<Scene> {
  const name = `readiness_${randomBytes(5).toString("hex")}`;
  await withSession(server, (session) => session.query(`create database ${name}`));
  const scene = sceneIn(server, name);
  await scene.query("create table trace (id serial, step text, name text, pid int, at timestamptz default clock_timestamp())");
  return scene;
}

function sceneIn(server: string, name: string): Scene {
  const url = directUrl(withDatabase(server, name));
  const query = <R extends Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> =>
    withSession(url, (session) => session.query<R>(sql, values));
  return {
    url,
    name,
    query,
    request: (command, changes = {}) => ({
      url,
      run: "run-1",
      invocation: "100",
      attempt: 1,
      fingerprint: "a".repeat(64),
      retry: false,
      owner: { host: "here", pid: process.pid },
      timings: TIMINGS,
      signal: new AbortController().signal,
      emit: () => {},
      secrets: [],
      command,
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      env: (reached) => ({ ...process.env, DATABASE_URL: reached }),
      ...changes,
    }),
    traces: () => query<Trace>("select step, name, pid, at from trace order by id"),
    markers: () => withSession(url, readMarkers),
    async until(find) {
      for (const end = performance.now() + 30_000; performance.now() < end;) {
        const found = await find();
        if (found !== undefined && found !== false) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error("nothing was found within 30 s");
    },
    async copy() {
      const copied = `${name}_${randomBytes(3).toString("hex")}`;
      await withSession(server, (session) => session.query(`create database ${copied} template ${name}`));
      return sceneIn(server, copied);
    },
    async drop() {
      const session = await connect(server);
      await session.query(`drop database if exists ${name} with (force)`);
      await session.close();
    },
  };
}

/** The migration command that writes traces, with its arguments. */
export function migration(workMs: number, ...modes: ("ignore-term" | "fail" | "fork" | "until-go")[]): MigrationCommand {
  const script = fileURLToPath(new URL("migration.mjs", import.meta.url));
  return { kind: "argv", argv: [process.execPath, script, String(workMs), ...modes] };
}

export interface Job {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The results of all its callers, after it has ended. */
  readonly answers: Promise<readonly string[]>;
  /** The same, with the time of each result in milliseconds since 1970. */
  readonly timed: Promise<readonly { readonly state: string; readonly at: number }[]>;
}

/** Starts a process that runs or waits for the migrations. */
export function startJob(request: MigrateRequest, callers = 1, { onlyWaits = false } = {}): Job {
  const { signal: _signal, emit: _report, verify: _verify, keepAsBase: _keep, env, ...plain } = request;
  // The job adds its DATABASE_URL itself: a function cannot be sent to it.
  const { DATABASE_URL: _url, ...variables } = env(request.url);
  const script = fileURLToPath(new URL("job.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify({ ...plain, variables, callers, onlyWaits })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const timed = once(child, "close").then(() =>
    text
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { state: string; at: number }),
  );
  return { pid: child.pid ?? 0, child, timed, answers: timed.then((all) => all.map(({ state }) => state)) };
}

/** Whether a process exists. A zombie exists too. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The traces in order, such as `begin 1, begin 2, end 2`. The number is the epoch. */
export function describeTraces(traces: readonly Trace[]): string {
  return traces
    .filter(({ step }) => step !== "fork")
    .map(({ step, name }) => `${step} ${name.split(":").at(-1)}`)
    .join(", ");
}
