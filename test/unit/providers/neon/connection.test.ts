import { describe, expect, test } from "vitest";
import { chooseConnection, urlsOf } from "../../../../src/providers/neon/connection.ts";

const TLS = { sslmode: "verify-full", rootFile: "/etc/ssl/authorities.pem" } as const;

describe("the URLs of a branch", () => {
  test("verify the host with the authorities of this machine, whatever Neon wrote", () => {
    for (const query of ["sslmode=require&channel_binding=require", "sslmode=disable", ""]) {
      const { searchParams } = new URL(urlsOf(`postgresql://u:p@ep-a-b-1.x.neon.tech/db?${query}`, TLS).url);
      expect(searchParams.get("sslmode")).toBe("verify-full");
      expect(searchParams.get("sslrootcert")).toBe("/etc/ssl/authorities.pem");
      expect(searchParams.get("channel_binding")).toBe(new URLSearchParams(query).get("channel_binding"));
    }
  });

  test("encrypt without any check only if the setting says so", () => {
    const uri = "postgresql://u:p@ep-a-b-1.x.neon.tech/db?sslmode=require";
    expect(urlsOf(uri, { ...TLS, sslmode: "require" }).directUrl).toBe(uri);
    expect(urlsOf(uri, { ...TLS, sslmode: "verify-ca" }).directUrl).toContain("sslmode=verify-ca&sslrootcert=");
  });

  test("keep the parameters of a proxy on this machine", () => {
    const uri = "postgresql://u:p@localhost:5432/db?sslmode=no-verify";
    expect(urlsOf(uri, TLS, "localhost:5432").directUrl).toBe(uri);
  });

  test("contain the pooled host of the endpoint, in every region", () => {
    const uri = "postgresql://u:p@ep-cool-darkness-123456.c-2.us-east-2.aws.neon.tech/db?sslmode=require&channel_binding=require";
    expect(urlsOf(uri, TLS).url).toContain("@ep-cool-darkness-123456-pooler.c-2.us-east-2.aws.neon.tech/db?sslmode=");
    expect(urlsOf(uri, TLS).directUrl).toContain("@ep-cool-darkness-123456.c-2.");
  });

  test("keep the encoding of a password", () => {
    expect(new URL(urlsOf("postgresql://u:p%40%2Fw@ep-a-b-1.x.neon.tech/db", TLS).url).password).toBe("p%40%2Fw");
  });

  test("cause an error without a password", () => {
    expect(() => urlsOf("postgresql://u@ep-a-b-1.x.neon.tech/db", TLS)).toThrow(
      expect.objectContaining({
        code: "PROVIDER_REJECTED",
        meaning: "The Neon project does not store the passwords of its roles, so offshoot cannot connect.",
        remedy: expect.stringContaining("`store_passwords`"),
      }),
    );
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
    [{ database: undefined, role: undefined }, "has several databases.", "Its databases: app, reports.", "OFFSHOOT_NEON_DATABASE"],
    [
      { database: "ap", role: undefined },
      "has no database ap. Did you mean app?",
      "Its databases: app, reports.",
      "OFFSHOOT_NEON_DATABASE",
    ],
    [
      { database: "app", role: "anlyst" },
      "has no role anlyst. Did you mean analyst?",
      "Its roles: app_owner, analyst.",
      "OFFSHOOT_NEON_ROLE",
    ],
  ])("cause an error with the names that exist for the settings %j", (choice, message, meaning, setting) => {
    expect(() => chooseConnection(databases, ["app_owner", "analyst"], choice)).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: `The Neon branch ${message}`,
        meaning,
        remedy: expect.stringContaining(setting),
      }),
    );
  });
});
