import { expect, test } from "vitest";
import { connect } from "../../../src/postgres/connect.ts";
import { withSession } from "../../support/session.ts";
import type { Subject } from "./contract.ts";
import { acquired, listening, uniqueKey, wantedBy } from "./requests.ts";

/** The promises of a provider that can replace the contents of a database. `subject` is called in each test. */
export function testResets(subject: () => Promise<Subject>): void {
  test("resets a database to what it started from, under the same URL", async () => {
    const { make } = await subject();
    const first = await acquired(make(), uniqueKey());
    const options = { fingerprint: undefined };
    await withSession(first.directUrl, (session) => session.query("create table lost as select 42 as answer"));
    const open = await connect(first.directUrl);
    const inUse = open.query("select pg_sleep(60)");
    const [ended, reset] = await Promise.allSettled([inUse, make().reset?.(first.name, options, listening())]);
    expect(reset).toMatchObject({ status: "fulfilled", value: { id: first.id, name: first.name, url: first.url, tag: first.tag } });
    expect(ended.status).toBe("rejected");
    const [row] = await withSession(first.directUrl, (session) => session.query("select to_regclass('lost') as lost"));
    expect(row).toEqual({ lost: null });
    const refused = make().reset?.(
      first.name,
      {
        ...options,
        check: () => {
          throw new Error("kept");
        },
      },
      listening(),
    );
    await expect(refused).rejects.toThrow("kept");
    expect(await acquired(make(), first.tag.run)).toMatchObject({ origin: "adopted", id: first.id });
    expect((await make().list(listening())).filter(({ broken }) => broken)).toEqual([]);
    await make().release(first.name, listening());
    expect(await make().reset?.(first.name, options, listening())).toBeUndefined();
  });

  test("resets no database without an owner tag", async () => {
    const { make, createForeign } = await subject();
    const { name } = wantedBy(uniqueKey());
    const removeForeign = await createForeign(name);
    await expect(make().reset?.(name, { fingerprint: undefined }, listening())).rejects.toMatchObject({ code: "NOT_OURS" });
    await removeForeign();
  });
}
