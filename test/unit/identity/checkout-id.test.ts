import { cp, mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutId } from "../../../src/identity/checkout-id.ts";

let folder: string;
let made = 0;

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "offshoot-checkout-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function newCheckout(): Promise<string> {
  const top = join(folder, `checkout-${(made += 1)}`);
  await mkdir(join(top, ".git"), { recursive: true });
  return top;
}

const idOf = (top: string): Promise<string> => checkoutId(join(top, ".git"), top);

test("many processes that start at once agree on the id of a checkout", async () => {
  const top = await newCheckout();
  const ids = await Promise.all(Array.from({ length: 20 }, () => idOf(top)));
  expect(new Set(ids).size).toBe(1);
  expect(await idOf(top)).toBe(ids[0]);
});

test("two checkouts have different ids, also at the same path one after the other", async () => {
  const [one, other] = [await newCheckout(), await newCheckout()];
  const id = await idOf(one);
  expect(await idOf(other)).not.toBe(id);
  await rm(one, { recursive: true });
  await mkdir(join(one, ".git"), { recursive: true });
  expect(await idOf(one)).not.toBe(id);
});

test("a checkout that is moved or mounted elsewhere keeps its id", async () => {
  const top = await newCheckout();
  const id = await idOf(top);
  await rename(top, `${top}-moved`);
  expect(await idOf(`${top}-moved`)).toBe(id);
  await symlink(`${top}-moved`, `${top}-link`);
  expect(await idOf(`${top}-link`)).toBe(id);
});

test("a copy of a checkout gets an id of its own, and keeps it", async () => {
  const top = await newCheckout();
  const id = await idOf(top);
  await cp(top, `${top}-copy`, { recursive: true });
  const ids = await Promise.all(Array.from({ length: 5 }, () => idOf(`${top}-copy`)));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).not.toBe(id);
  expect(await idOf(top)).toBe(id);
  await rm(top, { recursive: true });
  expect(await idOf(`${top}-copy`)).toBe(ids[0]);
});

test("a copy of a checkout that was moved before gets an id of its own", async () => {
  const top = await newCheckout();
  await idOf(top);
  await rename(top, `${top}-moved`);
  const id = await idOf(`${top}-moved`);
  await cp(`${top}-moved`, `${top}-copy`, { recursive: true });
  expect(await idOf(`${top}-copy`)).not.toBe(id);
});

test("without a git folder the id is the machine with the path", async () => {
  const top = await newCheckout();
  expect(await checkoutId(undefined, top)).toMatch(/:.*checkout-\d+$/);
});

test.each([
  ["a folder", (file: string) => mkdir(file)],
  ["a link to a device", (file: string) => symlink("/dev/zero", file)],
  ["a large file", (file: string) => writeFile(file, "0".repeat(100_000))],
  ["another text", (file: string) => writeFile(file, "hello\n")],
])("with %s in the place of the file the id is the machine with the path", async (_, make) => {
  const top = await newCheckout();
  await make(join(top, ".git", "offshoot-checkout"));
  expect(await idOf(top)).toMatch(/:.*checkout-\d+$/);
});

test("leaves no draft in the git folder", async () => {
  const top = await newCheckout();
  await Promise.all(Array.from({ length: 10 }, () => idOf(top)));
  const { readdir } = await import("node:fs/promises");
  expect(await readdir(join(top, ".git"))).toEqual(["offshoot-checkout"]);
  expect((await stat(join(top, ".git", "offshoot-checkout"))).isFile()).toBe(true);
});
