import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { directUrl, parseUrl, formatUrl } from "../../../src/postgres/url.ts";
import { brokerEnvironment } from "../../../src/readiness/fence.ts";
import { type Explained, measure } from "../../../src/rehearsal/measure/measure.ts";
import { observe } from "../../../src/rehearsal/observe/observe.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";
import { isNear, type RealWaits, startWaitingClient } from "../../support/waiting-client.ts";

const run = promisify(execFile);
const ROWS = 300_000;
let url: string;

beforeAll(async () => {
  const admin = await newDatabase("observed");
  const role = `ordinary_${parseUrl(admin).database}`;
  await withSession(admin, async (session) => {
    await session.query(
      `create role ${role} login password 'x'; grant create on schema public to ${role}; grant create on database "${parseUrl(admin).database}" to ${role}`,
    );
  });
  url = formatUrl({ ...parseUrl(admin), user: role, password: "x" });
  await withSession(url, async (session) => {
    await session.query(`create table item as select g as id, g % 100 as kind, 'text ' || g as note from generate_series(1, ${ROWS}) g`);
    await session.query("alter table item add primary key (id)");
  });
});

/** Runs statements with psql, each as a message of its own. */
async function watch(statements: readonly string[]): Promise<Explained & { readonly waits: RealWaits }> {
  const client = await startWaitingClient(url, "select 1 from item limit 1", "update item set note = note where id = -1");
  const options = { url: directUrl(url), name: "offshoot:test", useBroker: true, records: undefined, signal: AbortSignal.timeout(60_000) };
  const observed = await observe(options, async (reached) => {
    const args = statements.flatMap((sql) => ["--command", sql]);
    await run("psql", ["--no-psqlrc", "--quiet", reached, ...args], { env: { ...brokerEnvironment(process.env) } });
  });
  const waits = await client.stop();
  const files = migrationFiles([]);
  return { ...measure(observed, { files, revisions: undefined, throughBroker: true, isOwn: () => false, literals: false }), waits };
}

describe("an ordinary role, through the broker, beside a client that waits", () => {
  test.each([
    ["a type that needs a rewrite", ["alter table item alter column kind type bigint"], "ACCESS EXCLUSIVE", true],
    ["an index", ["create index item_note on item (note)"], "SHARE", false],
    ["an index that is built concurrently", ["create index concurrently item_kind on item (kind)"], "SHARE UPDATE EXCLUSIVE", false],
    [
      "a transaction that keeps its lock",
      ["begin", "alter table item add column later int", "select pg_sleep(0.4)", "commit"],
      "ACCESS EXCLUSIVE",
      false,
    ],
    ["a check that scans", ["begin", "alter table item add constraint item_id_check check (id > 0)", "commit"], "ACCESS EXCLUSIVE", false],
  ])("measures %s as long as others wait", async (_, statements, lock, rewritten) => {
    const { measured, waits } = await watch(statements);
    const table = measured.tables.find((each) => each.table === "public.item");
    expect(table).toMatchObject({ strongestLock: lock, rewritten });
    const { blockedReadsMs = 0, blockedWritesMs = 0 } = table ?? {};
    expect({ blockedReadsMs, waits, isNear: isNear(blockedReadsMs, waits.readMs, waits) }).toMatchObject({ isNear: true });
    expect({ blockedWritesMs, waits, isNear: isNear(blockedWritesMs, waits.writeMs, waits) }).toMatchObject({ isNear: true });
  });

  test("sees the lock of a transaction that is shorter than the interval", async () => {
    const { measured } = await watch(["begin", "alter table item add column quick int default 7", "commit"]);
    const [table] = measured.tables;
    expect(table).toMatchObject({ table: "public.item", strongestLock: "ACCESS EXCLUSIVE", rewritten: false });
    expect(measured.observation).toMatchObject({ completeTransactions: 1, transactions: 1, throughBroker: true });
  });
});
