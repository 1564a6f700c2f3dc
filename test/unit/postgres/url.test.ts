import { describe, expect, test } from "vitest";
import { formatUrl, isPostgresUrl, parseUrl, readPostgresUrl, withDatabase, withReadableDatabase } from "../../../src/postgres/url.ts";

const URL = "postgresql://app:secret-word@db.example.com/app";
const env = { SHOP_URL: URL, shop_url: URL, GREETING: "hello-world", OTHER_URL: "mysql://app:secret-word@db/app", EMPTY: "" };
const read = (text: string) => readPostgresUrl(text, "--url", env);

const thrownBy = (text: string): { readonly code: string; readonly message: string; readonly remedy: string } => {
  try {
    read(text);
  } catch (thrown) {
    return thrown as ReturnType<typeof thrownBy>;
  }
  return expect.fail("nothing was thrown");
};

describe("a Postgres URL or the name of a variable", () => {
  test.each([
    [URL, { url: URL, variable: undefined }],
    ["postgres://localhost/app", { url: "postgres://localhost/app", variable: undefined }],
    ["SHOP_URL", { url: URL, variable: "SHOP_URL" }],
    ["shop_url", { url: URL, variable: "shop_url" }],
  ])("reads %s", (text, given) => {
    expect(read(text)).toEqual(given);
  });

  test.each([
    ["mysql://app:secret-word@db/app", "The URL given by --url is not a Postgres URL."],
    ["postgresql://", "The URL given by --url is not a Postgres URL."],
    ["OTHER_URL", "The value of the environment variable OTHER_URL, named by --url, is not a Postgres URL."],
    ["GREETING", "The value of the environment variable GREETING, named by --url, is not a Postgres URL."],
    ["app:secret-word@db/app", "The value of --url is not a Postgres URL, and not the name of an environment variable."],
    ["", "The value of --url is not a Postgres URL, and not the name of an environment variable."],
    ["EMPTY", "The environment variable EMPTY, named by --url, is not set."],
    ["SHOP_ULR", "The environment variable SHOP_ULR, named by --url, is not set. Did you mean SHOP_URL?"],
    ["GREETINGS", "The environment variable GREETINGS, named by --url, is not set."],
  ])("refuses %s, and never shows the value", (text, message) => {
    const thrown = thrownBy(text);
    expect(thrown).toMatchObject({ code: "URL_INVALID", message });
    expect(`${thrown.message}${thrown.remedy}`).not.toMatch(/secret-word|hello-world/);
  });

  test("explains how to write a password with special characters", () => {
    expect(thrownBy("postgresql://app:secret#word@db/app")).toMatchObject({
      message: "The URL given by --url is not a Postgres URL.",
      remedy: expect.stringContaining("special characters in the password written as %XX"),
    });
  });
});

test.each([
  ["postgresql://h/d", true],
  ["postgres://u:p@[::1]:5432/d?sslmode=require", true],
  ["postgresql:///d", false],
  ["http://h/d", false],
  ["h/d", false],
])("%s is a Postgres URL: %s", (text, expected) => {
  expect(isPostgresUrl(text)).toBe(expected);
});

/** node-postgres decodes the path with `decodeURI`. libpq, Go and JDBC read all of these forms. */
test.each([
  ["My Shop", "My%20Shop"],
  ["d&e=f@g:h", "d&e=f@g:h"],
  ["a+b,c;d$e", "a+b,c;d$e"],
  ["a/b", "a/b"],
  ["a/../b", "a%2F..%2Fb"],
  ["50%25", "50%2525"],
  ["what?#now", "what%3F%23now"],
])("the name of a database %j is written as %j in a URL, and read again", (database, path) => {
  const url = withDatabase("postgresql://u:p@h:5433/old?sslmode=require", database);
  expect(url).toBe(`postgresql://u:p@h:5433/${path}?sslmode=require`);
  expect(parseUrl(url).database).toBe(database);
  expect(formatUrl(parseUrl(url))).toBe(`postgresql://u:p@h:5433/${path}`);
  expect(withReadableDatabase(`postgresql://u:p@h:5433/${encodeURIComponent(database)}?sslmode=require`)).toBe(url);
  expect(decodeURI(path) === database).toBe(!/[?#]|\.\./.test(database));
});
