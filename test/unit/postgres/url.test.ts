import { describe, expect, test } from "vitest";
import { isPostgresUrl, readPostgresUrl } from "../../../src/postgres/url.ts";

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
