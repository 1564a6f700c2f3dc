import { expect, test } from "vitest";
import type { StoredSnapshot } from "../../../src/providers/snapshots.ts";
import { withSession } from "../../support/session.ts";
import type { Subject } from "./contract.ts";
import { acquired, listening, uniqueKey } from "./requests.ts";

const request = (name: string) => ({ name, expiresAt: new Date(Date.now() + 3_600_000), force: false, check: () => {} });
const write = (url: string, value: string): Promise<unknown> =>
  withSession(url, (session) => session.query(`drop table if exists kept; create table kept as select '${value}' as value`));
const read = async (url: string): Promise<unknown> => {
  const [row] = await withSession(url, (session) => session.query("select value from kept"));
  return row?.["value"];
};

/** The promises of a provider that stores snapshots. `subject` is called in each test. */
export function testSnapshots(subject: () => Promise<Pick<Subject, "make">>): void {
  const snapshotsOf = async () => {
    const { snapshots } = (await subject()).make();
    if (snapshots === undefined) throw new Error("The provider stores no snapshots.");
    return snapshots;
  };
  test("stores a state and restores it twice under the same URL, and the owner tag still proves whose it is", async () => {
    const { make } = await subject();
    const snapshots = await snapshotsOf();
    const first = await acquired(make(), uniqueKey());
    await write(first.directUrl, "stored");
    const stored = await snapshots.create(first.name, request("before"), listening());
    expect(stored).toMatchObject({ name: "before", provider: first.provider });
    for (const value of ["lost", "lost again"]) {
      await write(first.directUrl, value);
      const restored = await snapshots.restore(first.name, stored, { check: () => {} }, listening());
      expect(restored?.directUrl).toBe(first.directUrl);
      expect(await read(first.directUrl)).toBe("stored");
    }
    expect(await acquired(make(), first.tag.run)).toMatchObject({ origin: "adopted", directUrl: first.directUrl });
    const found = await make().find(first.name, listening());
    expect(found).toMatchObject({ directUrl: first.directUrl, tag: { repository: first.tag.repository, run: first.tag.run } });
    expect(await make().release(first.name, listening(), { snapshots: true })).toBe("deleted");
    expect(await snapshots.list(first.name, listening())).toEqual([]);
    const left = (await make().list(listening())).filter(({ name }) => name.includes(first.tag.run));
    expect(left).toEqual([]);
  });

  test("lists the snapshots of one run only, each with an expiry, and deletes them", async () => {
    const { make } = await subject();
    const snapshots = await snapshotsOf();
    const [one, other] = [await acquired(make(), uniqueKey()), await acquired(make(), uniqueKey())];
    const stored: StoredSnapshot[] = [];
    for (const name of ["a", "b"]) stored.push(await snapshots.create(one.name, request(name), listening()));
    const listed = await snapshots.list(one.name, listening());
    expect(listed.map(({ name }) => name).toSorted()).toEqual(["a", "b"]);
    expect(listed.every(({ expiresAt }) => expiresAt > new Date())).toBe(true);
    expect(await snapshots.list(other.name, listening())).toEqual([]);
    const [first] = stored as [StoredSnapshot];
    expect(await snapshots.remove(other.name, first, listening())).toBe("not-found");
    expect(await snapshots.remove(one.name, first, listening())).toBe("deleted");
    expect(await snapshots.remove(one.name, first, listening())).toBe("not-found");
    for (const { name } of [one, other]) await make().release(name, listening(), { snapshots: true });
    expect(await snapshots.list(one.name, listening())).toEqual([]);
  });
}
