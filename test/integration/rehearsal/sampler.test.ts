import { beforeAll, expect, test } from "vitest";
import { idOfDatabase } from "../../../src/rehearsal/observe/sessions.ts";
import { startSampler } from "../../../src/rehearsal/observe/sampler.ts";
import { newDatabase } from "../../support/new-database.ts";
import { connect, withSession } from "../../support/session.ts";

let url: string;

beforeAll(async () => {
  url = await newDatabase("sampler");
  await withSession(url, (session) => session.query("create table item (id int); create index item_id on item (id)"));
});

// The last step of `drop index concurrently` is too short to be met in a test, so the index is made what it is then.
test.each([
  ["of an index", true],
  ["of an index that is being dropped concurrently", false],
])("a lock %s is seen if a reader waits for it", async (_, isLive) => {
  await withSession(url, (session) => session.query(`update pg_index set indislive = ${isLive} where indexrelid = 'item_id'::regclass`));
  const [holder, looker] = [await connect(url), await connect(url)];
  try {
    const [{ pid } = { pid: 0 }] = await holder.query<{ pid: number }>("select pg_backend_pid() as pid");
    const database = await idOfDatabase(looker);
    await holder.query("begin; alter index item_id set tablespace pg_default");
    const reader = withSession(url, (session) => session.query("set lock_timeout = '200ms'; select * from item where id = 1"));
    const waited = await reader.then(
      () => false,
      () => true,
    );
    expect(waited).toBe(isLive);
    const sampler = startSampler({
      session: looker,
      pids: () => [pid],
      foreignPids: () => [],
      database,
      knowsStatements: true,
      now: () => performance.now(),
      runningSince: () => undefined,
      seen: () => {},
    });
    const { locks } = await sampler.look();
    await sampler.stop();
    expect(locks.map(({ mode }) => mode)).toEqual(isLive ? ["AccessExclusiveLock"] : []);
  } finally {
    await Promise.all([holder.close(), looker.close()]);
  }
});
