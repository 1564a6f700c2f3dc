import { expect, test } from "vitest";
import { withSession } from "../../support/session.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { acquired, listening, uniqueKey, wantedBy } from "./requests.ts";

/** The provider that the suite tests. */
export interface Subject {
  /** Makes a provider, as every process of a run does. */
  readonly make: () => Provider;
  /** Creates a database or branch without an owner tag under a run's name. The returned function removes it. */
  readonly createForeign: (name: string) => Promise<() => Promise<void>>;
}

/** The promises of every provider. `subject` is called in each test. */
export function testContract(subject: () => Promise<Subject>): void {
  test("does not refuse when it can provide a database", async () => {
    const { make } = await subject();
    expect(await make().refuse(listening())).toBeUndefined();
  });

  test("examines what it would do for a run, and changes nothing", async () => {
    const { make, createForeign } = await subject();
    const key = uniqueKey();
    const { name } = wantedBy(key);
    const examine = () => make().examine(name, listening());
    expect(await examine()).toMatchObject({ action: expect.stringMatching(/^create the /), refusal: undefined });
    expect(await make().find(name, listening())).toBeUndefined();
    const removeForeign = await createForeign(name);
    const foreign = await examine();
    expect(foreign.action).toBeUndefined();
    expect(foreign.checks).toContainEqual(expect.objectContaining({ name: "name", state: "failed" }));
    await removeForeign();
    await acquired(make(), key);
    const used = await examine();
    expect(used).toMatchObject({ action: expect.stringMatching(/^use the /), refusal: undefined });
    expect(used.checks.filter(({ state }) => state === "failed")).toEqual([]);
    await make().release(name, listening());
  });

  test("creates a database once and adopts it with its data afterwards", async () => {
    const { make } = await subject();
    const key = uniqueKey();
    const first = await acquired(make(), key);
    expect(first.origin).toBe("created");
    await withSession(first.directUrl, (session) => session.query("create table kept as select 42 as answer"));
    const second = await acquired(make(), key);
    expect(second).toMatchObject({ origin: "adopted", id: first.id, name: first.name, url: first.url, tag: first.tag });
    expect(await withSession(second.url, (session) => session.query("select answer from kept"))).toEqual([{ answer: 42 }]);
    expect(await make().release(first.name, listening())).toBe("deleted");
  });

  test("gives one database to ten callers at the same time", async () => {
    const { make } = await subject();
    const key = uniqueKey();
    const all = await Promise.all(Array.from({ length: 10 }, () => acquired(make(), key)));
    expect(all.map(({ origin }) => origin).toSorted()).toEqual([...Array.from({ length: 9 }, () => "adopted"), "created"]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await make().release(all[0]?.name ?? "", listening())).toBe("deleted");
  });

  test("gives different runs different databases", async () => {
    const { make } = await subject();
    const databases = await Promise.all([uniqueKey(), uniqueKey()].map((key) => acquired(make(), key)));
    expect(new Set(databases.map(({ url }) => url)).size).toBe(2);
    await Promise.all(databases.map(({ name }) => make().release(name, listening())));
  });

  test("extends the expiry when it adopts a database, and never shortens it", async () => {
    const { make } = await subject();
    const key = uniqueKey();
    const first = await acquired(make(), key, { ttlMs: 600_000 });
    const longer = await acquired(make(), key, { ttlMs: 7_200_000 });
    expect(longer.expiresAt?.getTime()).toBeGreaterThan((first.expiresAt?.getTime() ?? 0) + 6_000_000);
    const shorter = await acquired(make(), key, { ttlMs: 600_000 });
    expect(shorter.expiresAt).toEqual(longer.expiresAt);
    expect((await make().find(first.name, listening()))?.expiresAt).toEqual(longer.expiresAt);
    await make().release(first.name, listening());
  });

  test("finds and lists a database with its owner tag", async () => {
    const { make } = await subject();
    const database = await acquired(make(), uniqueKey());
    const found = await make().find(database.name, listening());
    expect(found).toMatchObject({ id: database.id, url: database.url, tag: database.tag, origin: "adopted" });
    const listed = (await make().list(listening())).find(({ id }) => id === database.id);
    expect(listed).toMatchObject({ kind: "run", tag: database.tag, expiresAt: database.expiresAt, broken: false, guarded: undefined });
    expect(await make().release(listed?.name ?? "", listening())).toBe("deleted");
  });

  test("deletes a database that is in use, and reports not-found the second time", async () => {
    const { make } = await subject();
    const { name, id, directUrl } = await acquired(make(), uniqueKey());
    const inUse = withSession(directUrl, (session) => session.query("select pg_sleep(60)"));
    const [ended, released] = await Promise.allSettled([inUse, make().release(name, listening())]);
    expect(released).toEqual({ status: "fulfilled", value: "deleted" });
    expect(ended.status).toBe("rejected");
    expect(await make().release(name, listening())).toBe("not-found");
    expect(await make().find(name, listening())).toBeUndefined();
    expect((await make().list(listening())).filter((listed) => listed.id === id)).toEqual([]);
  });

  test("finds nothing for a run that never acquired a database", async () => {
    const { make } = await subject();
    const { name } = wantedBy(uniqueKey());
    expect(await make().find(name, listening())).toBeUndefined();
    expect(await make().release(name, listening())).toBe("not-found");
  });

  test("neither adopts nor deletes a database without an owner tag", async () => {
    const { make, createForeign } = await subject();
    const key = uniqueKey();
    const { name } = wantedBy(key);
    const removeForeign = await createForeign(name);
    await expect(acquired(make(), key)).rejects.toMatchObject({ code: "NOT_OURS" });
    await expect(make().release(name, listening())).rejects.toMatchObject({ code: "NOT_OURS" });
    const foreign: string[] = [];
    expect(await make().find(name, { ...listening(), onForeign: (text) => void foreign.push(text) })).toBeUndefined();
    expect(foreign).toEqual([expect.stringMatching(/ has the name of this run, but not the owner tag of offshoot\./)]);
    expect((await make().list(listening())).map(({ kind }) => kind)).toContain("foreign");
    await removeForeign();
  });

  test("creates nothing when the caller has cancelled or has no time left", async () => {
    const { make } = await subject();
    const wanted = wantedBy(uniqueKey());
    await expect(make().acquire(wanted, listening(60_000, AbortSignal.abort()))).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(make().acquire(wanted, listening(0))).rejects.toMatchObject({ code: "TIMED_OUT" });
    expect(await make().find(wanted.name, listening())).toBeUndefined();
  });

  test("removes the database at the end of an await using scope", async () => {
    const { make } = await subject();
    const database = await acquired(make(), uniqueKey());
    await database[Symbol.asyncDispose]();
    expect(await make().find(database.name, listening())).toBeUndefined();
  });
}
