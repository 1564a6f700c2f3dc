import { describe, expect, test } from "vitest";
import { chooseConnection, urlsOf } from "../../../../src/providers/neon/connection.ts";

describe("the URLs of a branch", () => {
  test("contain the pooled host of the endpoint, in every region", () => {
    const uri = "postgresql://u:p@ep-cool-darkness-123456.c-2.us-east-2.aws.neon.tech/db?sslmode=require&channel_binding=require";
    expect(urlsOf(uri).url).toContain("@ep-cool-darkness-123456-pooler.c-2.us-east-2.aws.neon.tech/db?sslmode=require");
    expect(urlsOf(uri).directUrl).toContain("@ep-cool-darkness-123456.c-2.");
  });

  test("keep the encoding of a password", () => {
    expect(new URL(urlsOf("postgresql://u:p%40%2Fw@ep-a-b-1.x.neon.tech/db").url).password).toBe("p%40%2Fw");
  });

  test("cause an error without a password", () => {
    expect(() => urlsOf("postgresql://u@ep-a-b-1.x.neon.tech/db")).toThrow(expect.objectContaining({ code: "PROVIDER_REJECTED" }));
  });
});

describe("the role and the database of a connection", () => {
  const databases = [
    { name: "app", owner: "app_owner" },
    { name: "reports", owner: "analyst" },
  ];
  test.each([
    [
      { database: "reports", role: undefined },
      { role: "analyst", database: "reports" },
    ],
    [
      { database: "app", role: "analyst" },
      { role: "analyst", database: "app" },
    ],
  ])("follow the settings %j", (choice, connection) => {
    expect(chooseConnection(databases, ["app_owner", "analyst"], choice)).toEqual(connection);
  });

  test.each([
    [{ database: undefined, role: undefined }, "Its databases: app, reports."],
    [{ database: "ap", role: undefined }, "Its databases: app, reports."],
    [{ database: "app", role: "anlyst" }, "Its roles: app_owner, analyst."],
  ])("cause an error with the names that exist for the settings %j", (choice, meaning) => {
    expect(() => chooseConnection(databases, ["app_owner", "analyst"], choice)).toThrow(expect.objectContaining({ meaning }));
  });
});
