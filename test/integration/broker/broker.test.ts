import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { connect as dial } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverOf } from "../../../src/broker/backend.ts";
import { type Broker, openBroker } from "../../../src/broker/broker.ts";
import { sessionMessage } from "../../../src/broker/messages.ts";
import { directUrl, parseUrl } from "../../../src/postgres/url.ts";
import { brokerEnvironment, brokerUrl } from "../../../src/readiness/fence.ts";
import { isInstalled } from "../../support/require.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const run = promisify(execFile);
const hasPsql = isInstalled("psql");
const env = { ...brokerEnvironment(process.env) };

interface Scene {
  readonly broker: Broker;
  /** The URL of the server. */
  readonly server: string;
  /** The URL of the broker. */
  readonly url: string;
  /** The names of the sessions for which the leader was asked. */
  readonly asked: string[];
  /** The leader's answer. */
  refused: string | undefined;
  psql(sql: string): Promise<string>;
}

async function openScene(server: string): Promise<Scene> {
  const broker = await openBroker();
  const url = brokerUrl(directUrl(server), broker.port);
  const asked: string[] = [];
  const scene: Scene = {
    broker,
    server,
    url,
    asked,
    refused: undefined,
    async psql(sql) {
      const { stdout } = await run("psql", ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", url, "--command", sql], { env });
      return stdout.trim();
    },
  };
  broker.serve({
    server: await serverOf(server),
    database: parseUrl(server).database,
    nameOf: (nonce) => `test:${nonce}`,
    checksConnection: true,
    async admit(name) {
      asked.push(name);
      return scene.refused;
    },
  });
  return scene;
}

/** Sends bytes to the broker, and returns its answer as text. */
async function send(port: number, bytes: Buffer): Promise<string> {
  const socket = dial(port, "127.0.0.1").end(bytes);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {});
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

const sum = (table: string): string => `select count(*), sum(hashtext(t)::bigint) from ${table}`;

/** Waits until this many sessions of brokers sleep for so many seconds. */
async function untilSleeping(server: string, seconds: number, count: number): Promise<void> {
  const sql = `select 1 from pg_stat_activity where query like 'select pg_sleep(${seconds})%' and application_name like 'test:%'`;
  await expect.poll(() => withSession(server, (session) => session.query(sql)), { timeout: 5000 }).toHaveLength(count);
}

describe.runIf(hasPsql)("a broker before a server without TLS", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(await newDatabase("broker"));
  });
  afterAll(() => scene.broker.close());

  test("a session has the broker's name and setting, and the leader was asked before", async () => {
    const sql = "select current_setting('application_name'), current_setting('client_connection_check_interval')";
    const [name = "", interval] = (await scene.psql(sql)).split("|");
    expect(name).toMatch(/^test:[0-9a-f]{16}$/);
    expect(scene.asked.at(-1)).toBe(name);
    expect(interval).toBe("1s");
  });

  test("a session that the leader refuses is ended before it can do anything", async () => {
    await scene.psql("create table refused (i int)");
    scene.refused = "another job leads";
    await expect(scene.psql("insert into refused values (1)")).rejects.toThrow("FATAL:  another job leads");
    scene.refused = undefined;
    expect(await scene.psql("select count(*) from refused")).toBe("0");
  });

  test("fifty megabytes pass in both directions without a change", async () => {
    const text = "string_agg(md5(g::text || s::text), '')";
    await scene.psql(`create table big as select ${text} as t from generate_series(1, 32) g, generate_series(1, 50000) s group by s`);
    await scene.psql("create table copied (like big)");
    const child = spawn("bash", ["-c", 'psql -qX "$URL" -c "copy big to stdout" | psql -qX "$URL" -c "copy copied from stdin"'], {
      env: { ...env, URL: scene.url },
    });
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await scene.psql(sum("copied"))).toBe(await scene.psql(sum("big")));
  });

  test("a process that opens hundreds of connections and says nothing does not keep the command out", async () => {
    const silent = Array.from({ length: 600 }, () => dial(scene.broker.port, "127.0.0.1").on("error", () => {}));
    try {
      await Promise.all(silent.map((socket) => once(socket, "connect").catch(() => {})));
      expect(await scene.psql("select 'in'")).toBe("in");
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });

  test("a cancel request reaches the server", async () => {
    const psql = spawn("psql", ["-X", scene.url, "-c", "select pg_sleep(60)"], { env });
    let errors = "";
    psql.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    await untilSleeping(scene.server, 60, 1);
    psql.kill("SIGINT");
    await once(psql, "exit");
    expect(errors).toContain("canceling statement due to user request");
  });

  test("a wrong password is refused by the server itself", async () => {
    const wrong = new URL(scene.url);
    wrong.password = "wrong";
    await expect(run("psql", ["-X", wrong.href, "-c", "select 1"], { env })).rejects.toThrow("password authentication failed");
  });

  test("another database and replication are refused, and what is not the protocol is closed", async () => {
    const { user, database } = parseUrl(scene.server);
    const opening = (more: Record<string, string>): Buffer => sessionMessage(196_608, new Map(Object.entries({ user, ...more })));
    const { port } = scene.broker;
    expect(await send(port, opening({ database: "postgres" }))).toContain("accepts only sessions of the database that is being migrated");
    expect(await send(port, opening({ database, replication: "database" }))).toContain("replication connections cannot pass");
    expect(await send(port, Buffer.from("GET / HTTP/1.1\r\n\r\n"))).toBe("");
    expect(await send(port, Buffer.from([0xff, 0xff, 0xff, 0xff]))).toBe("");
  });

  test("a client that insists on TLS is counted, in whatever way it asks for it", async () => {
    const before = scene.broker.counts().needTls;
    const strict = new URL(scene.url);
    strict.searchParams.set("sslmode", "require");
    const { PGSSLMODE: _, PGGSSENCMODE: __, ...plain } = env as Record<string, string>;
    await expect(run("psql", ["-X", strict.href, "-c", "select 1"], { env: plain })).rejects.toThrow("does not support SSL");
    await expect.poll(() => scene.broker.counts().needTls).toBe(before + 1);
    await send(scene.broker.port, Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05]));
    await expect.poll(() => scene.broker.counts().needTls).toBe(before + 2);
  });

  test("closing it ends a session in the middle of a statement, also at the server", async () => {
    const other = await openScene(scene.server);
    const psql = spawn("psql", ["-X", other.url, "-c", "select pg_sleep(61)"], { env, stdio: "ignore" });
    await untilSleeping(scene.server, 61, 1);
    other.broker.close();
    expect(await once(psql, "exit")).toEqual([2, null]);
    await untilSleeping(scene.server, 61, 0);
  });
});

describe.runIf(hasPsql)("a broker before a server like Neon's", () => {
  let mock: MockServer;
  let scene: Scene;
  beforeAll(async () => {
    mock = await startMock("--postgres");
    scene = await openScene(await mock.parentUrl());
  });
  afterAll(async () => {
    scene.broker.close();
    await mock.stop();
  });

  test("a client without TLS logs in over the broker's TLS, although the server offers channel binding", async () => {
    expect(await scene.psql("select 1")).toBe("1");
    expect(scene.broker.counts().admitted).toBe(1);
  });

  test("it does not connect to a server whose certificate it cannot verify", async () => {
    const unverified = new URL(scene.server);
    unverified.searchParams.set("sslrootcert", "system");
    const other = await openScene(unverified.href);
    await expect(other.psql("select 1")).rejects.toThrow("offshoot could not connect to the server");
    other.broker.close();
  });
});
