import { createRequire } from "node:module";
import { expect, test } from "vitest";

type Crypto = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

const require = createRequire(import.meta.url);
const ROOT = new URL("../../..", import.meta.url).pathname;
const ours = require(`${ROOT}test/support/package/pg-crypto.cjs`) as Crypto;
const theirs = require(`${ROOT}node_modules/pg/lib/crypto/utils.js`) as Crypto;

const PASSWORD = "pä55 w\0rd";
const SALT = Buffer.from("0123456789abcdef", "hex");

const bytes = (value: unknown): Buffer => (typeof value === "string" ? Buffer.from(value) : Buffer.from(value as ArrayBuffer));

test.each([
  ["md5", "text"],
  ["postgresMd5PasswordHash", "ada", PASSWORD, SALT],
  ["deriveKey", PASSWORD, SALT, 4096],
  ["deriveKey", PASSWORD, SALT, 20_000],
  ["sha256", SALT],
  ["hashByName", "SHA-256", SALT],
  ["hashByName", "SHA-384", SALT],
  ["hashByName", "SHA-512", SALT],
  ["hmacSha256", SALT, PASSWORD],
] as const)("the bundle's %s for logins has the result of pg", async (name, ...args) => {
  const [own, original] = await Promise.all([ours[name]?.(...args), theirs[name]?.(...args)]);
  expect(bytes(own)).toEqual(bytes(original));
});

test("the bundle has each function for logins that pg has, and random bytes", () => {
  expect(Object.keys(ours).toSorted()).toEqual(Object.keys(theirs).toSorted());
  expect(ours["randomBytes"]?.(18)).toHaveLength(18);
});

test("the key of a login is derived again for another password, salt or number of iterations, and only then", async () => {
  const other = Buffer.from("fedcba9876543210", "hex");
  const logins = [
    [PASSWORD, SALT, 4096],
    ["another", SALT, 4096],
    [PASSWORD, other, 4096],
    [PASSWORD, SALT, 5000],
    [PASSWORD, SALT, 4096],
  ] as const;
  for (const login of logins) expect(bytes(await ours["deriveKey"]?.(...login))).toEqual(bytes(await theirs["deriveKey"]?.(...login)));
  expect(ours["deriveKey"]?.(PASSWORD, SALT, 4096)).toBe(ours["deriveKey"]?.(PASSWORD, Buffer.from(SALT), 4096));
});

test("a server that asks for a great many iterations does not stop the process", async () => {
  let isDone = false;
  const key = ours["deriveKey"]?.(PASSWORD, SALT, 300_000).then(() => (isDone = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDone).toBe(false);
  await key;
});
