import { describe, expect, test } from "vitest";
import { isLoopback } from "../../../src/loopback.ts";
import { tlsOptions, transportOf } from "../../../src/postgres/tls.ts";

describe("the transport of a URL", () => {
  test.each([
    ["", ["tls"], "nothing"],
    ["?sslmode=allow", ["tls"], "nothing"],
    ["?sslmode=prefer", ["tls"], "nothing"],
    ["?sslmode=require", ["tls"], "nothing"],
    ["?sslmode=no-verify", ["tls"], "nothing"],
    ["?uselibpqcompat=true&sslmode=require", ["tls"], "nothing"],
    ["?sslmode=require&sslrootcert=/root.pem", ["tls"], "authority"],
    ["?sslmode=verify-ca", ["tls"], "authority"],
    ["?sslmode=verify-full", ["tls"], "host"],
    ["?sslrootcert=system", ["tls"], "host"],
    ["?ssl=true", ["tls"], "host"],
    ["?sslmode=disable", ["plaintext"], "nothing"],
    ["?ssl=false", ["plaintext"], "nothing"],
  ])("with %j to a remote server is plaintext only if the URL says so", (query, ways, verify) => {
    expect(transportOf(`postgresql://u:p@db.example.com/d${query}`)).toMatchObject({ ways, verify, isLocal: false });
  });

  test.each([
    ["", ["plaintext", "tls"]],
    ["?sslmode=allow", ["plaintext", "tls"]],
    ["?sslmode=prefer", ["tls", "plaintext"]],
    ["?sslmode=require", ["tls"]],
    ["?sslmode=disable", ["plaintext"]],
  ])("with %j to this machine is that of libpq, but plaintext first without sslmode", (query, ways) => {
    expect(transportOf(`postgresql://u:p@127.0.0.1:5433/d${query}`)).toMatchObject({ ways, isLocal: true });
  });

  test("to a Unix socket never uses TLS", () => {
    for (const url of ["postgresql://u:p@localhost/d?host=/run/postgresql&sslmode=require", "postgresql://u:p@%2Frun%2Fpostgresql/d"])
      expect(transportOf(url)).toMatchObject({ ways: ["plaintext"], isLocal: true, serverName: undefined });
  });

  test("has the host as the server name, but no IP address", () => {
    expect(transportOf("postgresql://u@ep-a-b-1-pooler.x.neon.tech/d").serverName).toBe("ep-a-b-1-pooler.x.neon.tech");
    expect(transportOf("postgresql://u@10.0.0.7/d").serverName).toBeUndefined();
    expect(transportOf("postgresql://u@[2001:db8::1]/d").serverName).toBeUndefined();
  });

  test("names the files of the URL", () => {
    const url = "postgresql://u@h/d?sslmode=verify-full&sslrootcert=%2Fa.pem&sslcert=/b.pem&sslkey=/c.pem";
    expect(transportOf(url).files).toEqual({ root: "/a.pem", certificate: "/b.pem", key: "/c.pem" });
  });

  test("is refused for an unknown sslmode, with the known ones", () => {
    expect(() => transportOf("postgresql://u:secret@h/d?sslmode=strict")).toThrow(
      expect.objectContaining({ code: "URL_INVALID", message: expect.not.stringContaining("secret") }),
    );
  });
});

test("only addresses of this machine are loopback", () => {
  for (const host of ["localhost", "db.localhost", "127.0.0.1", "127.8.9.1", "::1"]) expect(isLoopback(host)).toBe(true);
  for (const host of ["127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "postgres", "0.0.0.0"])
    expect(isLoopback(host)).toBe(false);
});

const optionsOf = (query: string) => tlsOptions(transportOf(`postgresql://u@db.example.com/d?${query}`), { root: "PEM" });

describe("the options for tls.connect", () => {
  test("verify authority and host for verify-full", () => {
    expect(optionsOf("sslmode=verify-full")).toEqual({ rejectUnauthorized: true, servername: "db.example.com", ca: "PEM" });
  });

  test("accept every host name for verify-ca, and every certificate for require", () => {
    expect(optionsOf("sslmode=verify-ca").checkServerIdentity?.("h", {} as never)).toBeUndefined();
    expect(optionsOf("sslmode=require")).toMatchObject({ rejectUnauthorized: false });
  });
});
