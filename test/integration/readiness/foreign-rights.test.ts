import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { deadline } from "../../../src/deadline.ts";
import { ensureTables } from "../../../src/readiness/marker.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { recordSeedStart } from "../../../src/readiness/seeds.ts";
import { writeDeletionMarker } from "../../../src/usage/deletion-marker.ts";
import { withSession } from "../../support/session.ts";
import { openScene, type Scene } from "./scene.ts";

let scene: Scene;
let mallory: string;
beforeEach(async () => {
  scene = await openScene();
  mallory = `${scene.name}_mallory`;
  await withSession(inject("serverUrl"), (session) => session.query(`create role ${mallory}`));
});
afterEach(async () => {
  await scene.query(`drop owned by ${mallory}`);
  await scene.drop();
  await withSession(inject("serverUrl"), (session) => session.query(`drop role ${mallory}`));
});

const migrate = (): Promise<unknown> => migrateOnce(scene.request({ kind: "argv", argv: ["true"] }));

/** The rights of others than the owner in the schema `offshoot`. */
const RIGHTS = `
select what, coalesce(r.rolname, 'public') as role, a.privilege_type as right from (
  select 'schema' as what, nspowner as owner, nspacl as acl from pg_namespace where nspname = 'offshoot'
  union all select relname, relowner, relacl from pg_class where relnamespace = 'offshoot'::regnamespace and relkind = 'r'
) o cross join aclexplode(o.acl) a left join pg_roles r on r.oid = a.grantee where a.grantee <> o.owner`;

test.for(["with", "without"])("default privileges give other roles no rights on what offshoot creates, %s PL/pgSQL", async (language) => {
  if (language === "without") await scene.query("drop extension plpgsql");
  await scene.query(`
    alter default privileges grant all on schemas to public; alter default privileges grant all on tables to public;
    alter default privileges grant all on schemas to ${mallory} with grant option;
    alter default privileges grant all on tables to ${mallory} with grant option`);
  await withSession(scene.url, (session) => writeDeletionMarker(session));
  expect(await scene.query(RIGHTS)).toEqual([]);
  await scene.query("drop schema offshoot cascade");
  await withSession(scene.url, async (session) => {
    await ensureTables(session, deadline("a test", 10_000));
    const key = { database: "d", run: "r", fingerprint: "f" };
    await recordSeedStart(session, { key, epoch: 1 }, "seed", { fingerprint: "f", repeatable: false });
  });
  expect(await scene.query(RIGHTS)).toEqual([]);
  const tables = await scene.query(
    "select count(*)::integer as count from pg_class where relnamespace = 'offshoot'::regnamespace and relkind = 'r'",
  );
  expect(tables).toEqual([{ count: 4 }]);
  expect(await migrate()).toMatchObject({ state: "ran" });
});

test.for([
  ["insert on offshoot.readiness to public", "every role"],
  ["trigger on offshoot.waiters to MALLORY", '"MALLORY"'],
  ["update (state) on offshoot.readiness to MALLORY", '"MALLORY"'],
  ["create on schema offshoot to public", "every role"],
])("tables that another role can change are not used: grant %s", async ([rights, who]) => {
  await withSession(scene.url, (session) => ensureTables(session, deadline("a test", 10_000)));
  await scene.query(`grant ${rights!.replace("MALLORY", mallory)}`);
  await expect(migrate()).rejects.toMatchObject({
    code: "NOT_OURS",
    message: expect.stringContaining(who!.replace("MALLORY", mallory)) as string,
    remedy: expect.stringContaining("drop schema offshoot cascade") as string,
  });
});

test("other roles may read the tables, and superusers and the own role may change them", async () => {
  await withSession(scene.url, (session) => ensureTables(session, deadline("a test", 10_000)));
  await scene.query(`grant usage on schema offshoot to ${mallory}; grant select on all tables in schema offshoot to ${mallory}`);
  expect(await migrate()).toMatchObject({ state: "ran" });
  const [me] = await scene.query<{ name: string }>("select current_user as name");
  await scene.query(`grant ${mallory} to ${me!.name}; alter role ${mallory} superuser; grant all on offshoot.readiness to ${mallory}`);
  expect(await migrate()).toMatchObject({ state: "already" });
});
