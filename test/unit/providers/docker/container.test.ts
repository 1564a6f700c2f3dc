import { expect, test } from "vitest";
import { identityOf, runArguments } from "../../../../src/providers/docker/container.ts";
import { LOOPBACK } from "../../../../src/providers/docker/endpoint.ts";
import { imageOf } from "../../../../src/providers/docker/image.ts";
import { parseContainers, serverIn } from "../../../../src/providers/docker/inspect.ts";
import { ownerTag, tagFromRecord } from "../../../../src/identity/owner-tag.ts";
import { runIdentity } from "../../../support/run-identity.ts";

const OFFICIAL_17 = imageOf({ Env: ["PG_MAJOR=17", "PGDATA=/var/lib/postgresql/data"], Volumes: { "/var/lib/postgresql/data": {} } });
const OFFICIAL_18 = imageOf({ Env: ["PG_MAJOR=18", "PGDATA=/var/lib/postgresql/18/docker"], Volumes: { "/var/lib/postgresql": {} } });

const run = runIdentity({ repository: "a/b", pullRequest: 7 });
const tag = ownerTag({ run, createdAt: new Date("2026-01-02T03:04:05Z"), expiresAt: new Date("2026-01-02T05:04:05Z") });

test("every user, image and address has a container of its own", () => {
  const identities = [
    identityOf("0", "postgres:17", LOOPBACK),
    identityOf("1000", "postgres:17", LOOPBACK),
    identityOf("0", "postgres:18", LOOPBACK),
    identityOf("0", "registry.example/team/postgres:17", LOOPBACK),
    identityOf("0", "registry.example/other/postgres:17", LOOPBACK),
    identityOf("0", "postgres:17", { bind: "172.17.0.1", host: "172.17.0.1" }),
  ];
  expect(new Set(identities.map(({ name }) => name)).size).toBe(identities.length);
  expect(identities[0]).toEqual(identityOf("0", "postgres:17", LOOPBACK));
  for (const { name } of identities) expect(name).toMatch(/^offshoot-[A-Za-z0-9-]{1,60}$/);
});

test("every volume of the image is kept in memory, for every location of the data", () => {
  expect(OFFICIAL_17.folders).toEqual(["/var/lib/postgresql/data"]);
  expect(OFFICIAL_18.folders).toEqual(["/var/lib/postgresql"]);
  expect(imageOf({ Env: ["PGDATA=/data"], Volumes: { "/backup": {} } })).toMatchObject({ folders: ["/backup", "/data"], major: undefined });
  expect(imageOf({ Env: null, Volumes: null }).folders).toEqual(["/var/lib/postgresql/data"]);
});

test("the arguments contain the name of the password's variable and never the password", () => {
  const args = runArguments({ identity: identityOf("0", "postgres:17", LOOPBACK), image: OFFICIAL_17, bind: "127.0.0.1", tag });
  expect(args).toContain("--env=POSTGRES_PASSWORD");
  expect(args.filter((arg) => arg.includes("PASSWORD="))).toEqual([]);
  expect(args).toContain("--publish=127.0.0.1::5432");
  expect(args).toContain("--tmpfs=/var/lib/postgresql/data");
  expect(args.slice(args.indexOf("postgres:17"))).toEqual(expect.arrayContaining(["fsync=off", "full_page_writes=off"]));
  expect(args.filter((arg) => /listen_addresses|unix_socket/.test(arg))).toEqual([]);
});

test("the labels contain the owner tag without an expiry", () => {
  const args = runArguments({ identity: identityOf("0", "postgres:17", LOOPBACK), image: OFFICIAL_17, bind: undefined, tag });
  const labels = args.flatMap((arg) => (arg.startsWith("--label=") ? [arg.slice("--label=".length).split("=") as [string, string]] : []));
  expect(tagFromRecord(Object.fromEntries(labels))).toEqual({ ...tag, expires: undefined });
  expect(args).toContain("--publish=5432");
});

test("an image of an unknown major keeps its own settings except durability", () => {
  const image = imageOf({ Env: [], Volumes: {} });
  const args = runArguments({ identity: identityOf("0", "some/image", LOOPBACK), image, bind: "::1", tag: undefined });
  expect(args.slice(args.indexOf("some/image") + 1).filter((arg) => arg !== "-c")).toEqual([
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
  ]);
  expect(args).toContain("--publish=[::1]::5432");
});

/** The used part of the output of `docker container inspect`. */
function shown(status: string, binding: { HostIp: string; HostPort: string } | undefined): string {
  return JSON.stringify([
    {
      Id: "abc",
      Name: "/offshoot-postgres-17-1",
      Created: "2026-01-02T03:04:05.678Z",
      State: { Status: status },
      Config: { Labels: { "offshoot-owner": "me" }, Env: ["A=b", "POSTGRES_PASSWORD=p=w/1"] },
      NetworkSettings: { Ports: { "5432/tcp": binding === undefined ? null : [binding] } },
    },
  ]);
}

test("the server's URL contains the container's password and the address of its port", () => {
  const [container] = parseContainers(shown("running", { HostIp: "127.0.0.1", HostPort: "32768" }));
  expect(container && serverIn(container, LOOPBACK)).toEqual({
    id: "offshoot-postgres-17-1",
    url: "postgresql://postgres:p%3Dw%2F1@127.0.0.1:32768/postgres",
  });
  const [anywhere] = parseContainers(shown("running", { HostIp: "0.0.0.0", HostPort: "32768" }));
  expect(anywhere && serverIn(anywhere, { bind: undefined, host: "build.example" })?.url).toContain("@build.example:32768/");
});

test("a container that is stopped or has no port has no server", () => {
  const containers = [shown("exited", { HostIp: "127.0.0.1", HostPort: "1" }), shown("running", undefined)].flatMap(parseContainers);
  expect(containers.map((container) => serverIn(container, LOOPBACK))).toEqual([undefined, undefined]);
});

/** The owner that we read from a container with this name and these labels. */
function ownerOf(itsName: string, labels: Readonly<Record<string, string>>): string | undefined {
  const described = {
    Id: "a1",
    Name: `/${itsName}`,
    Created: "2026-01-02T03:04:05Z",
    State: { Status: "created" },
    Config: { Labels: labels },
  };
  return parseContainers(JSON.stringify([described]))[0]?.owner;
}

test("a container belongs to us by its label, a name of the same owner, and a valid tag or none", () => {
  const { name, owner } = identityOf("0", "postgres:17", LOOPBACK);
  const labelled = Object.fromEntries(
    runArguments({ identity: identityOf("0", "postgres:17", LOOPBACK), image: OFFICIAL_17, bind: undefined, tag }).flatMap((arg) =>
      arg.startsWith("--label=") ? [arg.slice("--label=".length).split("=") as [string, string]] : [],
    ),
  );
  expect(ownerOf(name, labelled)).toBe(owner);
  expect(ownerOf(name, { "offshoot-owner": owner, maintainer: "of the image" })).toBe(owner);
  expect(ownerOf("victim", labelled)).toBeUndefined();
  expect(ownerOf("offshoot-victim", labelled)).toBeUndefined();
  expect(ownerOf(`victim-${owner}`, labelled)).toBeUndefined();
  expect(ownerOf(name, { ...labelled, "offshoot-kind": "other" })).toBeUndefined();
  expect(ownerOf(name, { "offshoot-owner": owner, "offshoot-tool": "offshoot" })).toBeUndefined();
});
