import { describe, expect, test } from "vitest";
import { directUrl } from "../../../src/postgres/url.ts";
import { brokerEnvironment, brokerUrl, leavesMachine } from "../../../src/readiness/fence.ts";
import type { MigrationCommand } from "../../../src/readiness/migration-command.ts";

const NEON = directUrl(
  "postgresql://user:p%40ss@ep-a.neon.tech/db?sslmode=verify-full&channel_binding=require&sslrootcert=system&options=x",
);
const LOCAL = directUrl("postgresql://user:pass@127.0.0.1:5433/db");
const shell = (text: string): MigrationCommand => ({ kind: "shell", text });

test("the broker's URL has the same login, database and other parameters, and no TLS", () => {
  expect(brokerUrl(NEON, 4711)).toBe("postgresql://user:p%40ss@127.0.0.1:4711/db?options=x&sslmode=disable");
  expect(brokerUrl(directUrl("postgresql://u@localhost/db?host=/run/postgresql"), 4711)).toBe(
    "postgresql://u@127.0.0.1:4711/db?sslmode=disable",
  );
});

test("the command's environment has nothing that leads past the broker or asks it for TLS", () => {
  const given = {
    PATH: "/bin",
    PGUSER: "user",
    PGOPTIONS: "-c x=y",
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: "/ca",
    PGSSLNEGOTIATION: "direct",
    PGCHANNELBINDING: "require",
    PGHOSTADDR: "10.0.0.1",
    PGSERVICE: "main",
    PGSERVICEFILE: "/services",
    PGREQUIREPEER: "postgres",
    PGGSSENCMODE: "require",
  };
  expect(brokerEnvironment(given)).toEqual({
    PATH: "/bin",
    PGUSER: "user",
    PGOPTIONS: "-c x=y",
    PGSSLMODE: "disable",
    PGGSSENCMODE: "disable",
  });
});

describe("a command that leaves this machine's network", () => {
  test.each([
    ["docker run --rm migrate/migrate up", "docker"],
    ["cd db && /usr/bin/docker compose run migrate", "docker"],
    ["podman run x", "podman"],
    ["ssh host migrate", "ssh"],
  ])("%s", (text, program) => expect(leavesMachine(shell(text), NEON)).toBe(program));

  test.each(["alembic upgrade head", "bash dockerize.sh", "node docker.js", "docker run --network host x", "docker run --net=host x"])(
    "%s does not",
    (text) => expect(leavesMachine(shell(text), NEON)).toBeUndefined(),
  );

  test("words of a program with arguments are read too", () => {
    expect(leavesMachine({ kind: "argv", argv: ["docker", "run", "x"] }, NEON)).toBe("docker");
  });

  test("no command does where the server itself is on this machine's loopback address", () => {
    expect(leavesMachine(shell("docker run x"), LOCAL)).toBeUndefined();
  });
});
