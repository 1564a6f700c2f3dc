import { describe, expect, test } from "vitest";
import { theProject } from "../../../../mocks/neon/neon.ts";
import type { Branch } from "../../../../mocks/neon/state.ts";
import type { KnownNames } from "../../../../src/providers/neon/options.ts";
import type { Connection } from "../../../../src/providers/neon/types.ts";
import { createHarness, type NeonHarness, requestFor, requireDatabase } from "../../../support/neon-harness.ts";

/** A harness with a branch of the run, and a provider with other settings that adopts it. */
async function adopting(choices: { readonly role?: string; readonly database?: string }) {
  const harness = await createHarness({ roles: 2 });
  const made = requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
  const before = harness.calls().length;
  const calls = (): number => harness.calls().length - before;
  return { harness, made, provider: harness.provider({ choices }), calls };
}

const SETTINGS = [
  [{ role: "neondb_ownr", database: "neondb" }, "The Neon branch has no role neondb_ownr. Did you mean neondb_owner?", "Its roles: "],
  [{ role: "neondb_owner", database: "neondbb" }, "The Neon branch has no database neondbb. Did you mean neondb?", "Its databases: "],
  [{ database: "other-thing" }, "The Neon branch has no database other-thing.", "Its databases: "],
] as const;

describe.each(SETTINGS)("with the settings %o, an adopted branch", (choices, message, meaning) => {
  const named = { code: "USAGE", message, meaning: expect.stringContaining(meaning) };

  test("is refused at once with the names that exist, and kept", async () => {
    const { harness, made, provider, calls } = await adopting(choices);
    const start = harness.clock.now();
    await expect(provider.acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject(named);
    expect(calls()).toBeLessThanOrEqual(6);
    expect(harness.clock.now() - start).toBeLessThan(10_000);
    expect(harness.names()).toEqual([made.name]);
  });

  test("is found by `find`, which names the wrong setting", async () => {
    const { harness, made, provider, calls } = await adopting(choices);
    await expect(provider.find(made.name, harness.limits())).rejects.toMatchObject(named);
    expect(calls()).toBeLessThanOrEqual(5);
  });

  // Neon makes no copy of a branch that expires, so that the copy is one of the parent.
  test.each([false, true])("is named when another command reads it (copy of the parent: %s), and nothing is left", async (copy) => {
    const { harness, made, provider, calls } = await adopting(choices);
    const where = { branch: copy ? undefined : made.name, at: undefined, copy };
    await expect(provider.reach?.(where, requestFor("copy-1"), harness.limits())).rejects.toMatchObject({ code: "USAGE", message });
    expect(calls()).toBeLessThanOrEqual(8);
    expect(harness.names()).toEqual([made.name]);
  });
});

test("a branch without a URL is asked for a few times, with pauses, and then reported", async () => {
  const harness: NeonHarness = await createHarness();
  requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
  harness.fault({ method: "GET", route: "/projects/*/connection_uri", status: 404, message: "not found", times: -1 });
  const [before, start] = [harness.calls().length, harness.clock.now()];
  await expect(harness.provider().acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({
    code: "PROVIDER_OUTAGE",
    message: expect.stringContaining("returned no URL for it in 12 attempts"),
  });
  expect(harness.calls().length - before).toBeLessThan(100);
  expect(harness.clock.now() - start).toBeGreaterThan(20_000);
});

const renameDatabase = ({ databases }: Branch): void => {
  const [database] = databases.values();
  if (database !== undefined) databases.set("shop", { ...database, name: "shop" });
  databases.delete("neondb");
};

const changeOwner = ({ roles, databases }: Branch): void => {
  const [database] = databases.values();
  const other = [...roles.keys()].find((name) => name !== "neondb_owner") ?? "";
  if (database !== undefined) databases.set("neondb", { ...database, ownerName: other });
};

const addDatabase = ({ databases }: Branch): void => {
  const [database] = databases.values();
  if (database !== undefined) databases.set("shop", { ...database, name: "shop" });
};

const opened = async (
  prepare: (branch: Branch) => void,
  choices: { readonly role?: string; readonly database?: string } = {},
  names?: KnownNames,
) => {
  const harness: NeonHarness = await createHarness({ roles: 2 });
  const made = requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
  const branch = theProject(harness.neon).branches.get(made.id);
  if (branch === undefined) throw new Error("no branch");
  prepare(branch);
  const before = harness.calls().length;
  const found = await harness.provider({ choices, names }).find(made.name, harness.limits());
  const { username, pathname } = new URL(found?.directUrl ?? "");
  return { names: `${username}${pathname}`, calls: harness.calls().slice(before) };
};
const [LIST, URI, DATABASES] = ["GET /branches", "GET /connection_uri", "GET /branches/{branch_id}/databases"];

const remembered = (first?: Connection): KnownNames & { readonly seen: () => Connection | undefined } => {
  let known = first;
  return { read: async () => known, write: async (next) => void (known = next), seen: () => known };
};

describe("an existing branch is opened with the names that a machine remembers", () => {
  test("which costs the list once", async () => {
    const names = remembered();
    expect((await opened(renameDatabase, {}, names)).calls).toEqual([LIST, URI, DATABASES, URI]);
    expect(names.seen()).toEqual({ database: "shop", role: "neondb_owner" });
    expect(await opened(renameDatabase, {}, names)).toEqual({ names: "neondb_owner/shop", calls: [LIST, URI] });
  });

  test("and the list decides if they are wrong, and replaces them", async () => {
    const names = remembered({ database: "missing", role: "nobody" });
    expect(await opened(() => {}, {}, names)).toEqual({ names: "neondb_owner/neondb", calls: [LIST, URI, DATABASES, URI] });
    expect(names.seen()).toEqual({ database: "neondb", role: "neondb_owner" });
  });

  test("unless the settings name another database, and usual names are not written", async () => {
    const names = remembered({ database: "other", role: "nobody" });
    expect(await opened(renameDatabase, { database: "shop" }, names)).toEqual({ names: "neondb_owner/shop", calls: [LIST, URI] });
    const none = remembered();
    await opened(() => {}, {}, none);
    expect(none.seen()).toBeUndefined();
  });
});

describe("an existing branch is opened with the usual names", () => {
  test("without a list of its databases", async () => {
    expect(await opened(() => {})).toEqual({ names: "neondb_owner/neondb", calls: [LIST, URI] });
  });

  test("and with the names of the list if its database has another name", async () => {
    expect(await opened(renameDatabase)).toEqual({ names: "neondb_owner/shop", calls: [LIST, URI, DATABASES, URI] });
    expect(await opened(renameDatabase, { database: "shop" })).toEqual({ names: "neondb_owner/shop", calls: [LIST, URI] });
  });

  test("and with the owner that the server shows if another role owns the database", async () => {
    const { names, calls } = await opened(changeOwner);
    expect(names).toMatch(/^(?!neondb_owner).+\/neondb$/);
    expect(calls).toEqual([LIST, URI, URI]);
  });

  test("and refused if it has a second database, as a new branch is", async () => {
    await expect(opened(addDatabase)).rejects.toMatchObject({ code: "USAGE", message: "The Neon branch has several databases." });
    expect(await opened(addDatabase, { database: "neondb" })).toMatchObject({ names: "neondb_owner/neondb", calls: [LIST, URI] });
  });
});
