import { afterEach, beforeEach, expect, test } from "vitest";
import { deadline } from "../../../src/deadline.ts";
import { connect } from "../../../src/postgres/connect.ts";
import { ensureTables, readMarkers } from "../../../src/readiness/marker.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { readWaiters, recordWaiters } from "../../../src/readiness/waiting-list.ts";
import { withSession } from "../../support/session.ts";
import { openScene, type Scene } from "./scene.ts";

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  await withSession(scene.url, (session) => ensureTables(session, deadline("a test", 10_000)));
});
afterEach(() => scene.drop());

const migrate = (): Promise<unknown> => migrateOnce(scene.request({ kind: "argv", argv: ["true"] }));

/** A trigger or a function of an index that writes down for whom it ran. */
const CODE = `
create schema evil; create table evil.log (who pg_catalog.text); grant all on schema evil to public; grant all on evil.log to public;
create sequence evil.calls; grant all on evil.calls to public;
create function evil.t() returns trigger language plpgsql as $$ begin insert into evil.log values (current_user); return new; end $$;
create function evil.f(pg_catalog.text) returns pg_catalog.text language plpgsql immutable as
  $$ begin perform pg_catalog.nextval('evil.calls'); return $1; end $$;`;

async function calls(): Promise<unknown> {
  const rows = await scene.query("select (select count(*) from evil.log)::int as triggers, is_called as functions from evil.calls");
  return rows[0];
}

test.for([
  "create trigger t before insert or update on offshoot.readiness for each row execute function evil.t()",
  "create trigger t before insert or update on offshoot.waiters for each row execute function evil.t()",
  "create index on offshoot.readiness (evil.f('x')); select setval('evil.calls', 1, false)",
  "create index on offshoot.sessions (evil.f('x')); select setval('evil.calls', 1, false)",
  "alter table offshoot.readiness add more text default evil.f('x'); select setval('evil.calls', 1, false)",
  "create table offshoot.seeds (name text); create index on offshoot.seeds (evil.f('x')); select setval('evil.calls', 1, false)",
])("code that somebody else put into a table of offshoot does not run: %s", async (sql) => {
  const role = `${scene.name}_code`;
  await scene.query(`${CODE} create role ${role}; alter function evil.t() owner to ${role}`);
  await scene.query(sql);
  await expect(migrate()).rejects.toMatchObject({
    code: "NOT_OURS",
    message: expect.stringContaining("can run code of the database") as string,
  });
  const session = await connect(scene.url);
  try {
    await expect(readMarkers(session)).rejects.toMatchObject({ code: "NOT_OURS" });
    // The waiting list is only for people, and does not stop a deletion.
    await recordWaiters(session, { id: "1", database: "d", owner: { host: "h", pid: 1 }, count: 1 });
    expect(await readWaiters(session, "d")).toEqual([]);
  } finally {
    await session.close();
  }
  expect(await calls()).toEqual({ triggers: 0, functions: false });
  await scene.query(`drop function evil.t() cascade; drop role ${role}`);
});

test("a trigger of our own role on a table of offshoot is one of ours", async () => {
  await scene.query(CODE);
  await scene.query("create trigger t before insert or update on offshoot.readiness for each row execute function evil.t()");
  expect(await migrate()).toMatchObject({ state: "ran" });
  expect(await calls()).toEqual({ triggers: 3, functions: false });
});

test.for(["schema offshoot", "table offshoot.readiness"])(
  "a %s of another role is not used, because that role can change it at any time",
  async (what) => {
    const role = `${scene.name}_other`;
    await scene.query(`create role ${role}; alter ${what} owner to ${role}`);
    try {
      await expect(migrate()).rejects.toMatchObject({
        code: "NOT_OURS",
        message: expect.stringContaining(`belongs to the role "${role}"`) as string,
      });
    } finally {
      await scene.query(`alter ${what} owner to current_user; drop role ${role}`);
    }
    expect(await migrate()).toMatchObject({ state: "ran" });
  },
);

test("a role that cannot use the schema of another role gets the server's reason", async () => {
  const role = `${scene.name}_mine`;
  const owner = `${scene.name}_owner`;
  await scene.query(`create role ${role} login password 'secret-of-role'; create role ${owner}; alter schema offshoot owner to ${owner}`);
  const url = new URL(scene.url);
  url.username = role;
  url.password = "secret-of-role";
  const failed = migrateOnce(scene.request({ kind: "argv", argv: ["true"] }, { url: url.href as typeof scene.url }));
  await expect(failed).rejects.toMatchObject({
    code: "PRIVILEGE_MISSING",
    meaning: expect.stringContaining("permission denied for schema offshoot") as string,
  });
  await scene.query(`alter schema offshoot owner to current_user; drop role ${role}; drop role ${owner}`);
});
