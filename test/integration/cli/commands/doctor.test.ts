import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { freePort } from "../../../../src/providers/local/cluster/start.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { testImage } from "../../../support/docker.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { withSession } from "../../../support/session.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

/** The lines of `doctor`, with single spaces, and its exit status. */
async function doctor(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  const { code, stdout, stderr } = await project.call(["doctor", ...args], env);
  expect(stderr).toBe("");
  return { code, lines: stdout.split("\n").map((line) => line.trim().replaceAll(/ +/g, " ")) };
}

describe("with a real Docker engine", async () => {
  const image = await testImage(18);

  test.runIf(image !== undefined)(
    "shows each line: the run, the migrations, the image, what `up` would do, and the connections",
    async () => {
      const { code, lines } = await doctor({ OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: image ?? "" });
      expect(code).toBe(0);
      expect(lines).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^run test of /),
          expect.stringMatching(/^name offshoot\/.*\/test/),
          expect.stringMatching(/^ci /),
          "config no offshoot.yaml found",
          `node ${process.versions.node}`,
          "Migrations:",
          "none: no command is set and no tool was detected",
          "Providers, in order:",
          "docker is chosen",
          `image ok The engine answers, and has the image ${image}.`,
          expect.stringMatching(/^`offshoot up` would create the database offshoot_\S+ \(docker\)\.$/),
          "Connections:",
          "sslmode not set",
          "verified nothing: the server is on this machine or in its container, without TLS",
          "broker fence on, for a migration command",
          expect.stringMatching(/^docker\.image offshoot-test\/postgres:18 env \(OFFSHOOT_DOCKER_IMAGE\)$/),
        ]),
      );
    },
  );

  test.runIf(image !== undefined)("warns of an image that the engine does not have, and names the command that pulls it", async () => {
    const missing = `offshoot-test/none:${randomBytes(4).toString("hex")}`;
    const { code, lines } = await doctor({ OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: missing });
    expect([code, lines.join(" ")]).toEqual([
      0,
      expect.stringContaining(`image warning The engine answers. It does not have the image ${missing} and pulls it at the first use.`),
    ]);
    expect(lines.join(" ")).toContain(`docker pull ${missing}`);
  });

  test("fails where nothing listens at DOCKER_HOST", async () => {
    const host = `tcp://127.0.0.1:${await freePort()}`;
    const { code, lines } = await doctor({ OFFSHOOT_PROVIDER: "docker", DOCKER_HOST: host });
    expect([code, lines.join(" ")]).toEqual([13, expect.stringMatching(/docker cannot be used image FAILED /)]);
    expect(lines).toContain("`offshoot up` would fail: no provider can provide a database.");
  });
});

describe("with a server of `existing`", () => {
  test("shows the server, its version and the role, or another version than the wanted one", async () => {
    const env = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl") };
    const { code, lines } = await doctor(env);
    expect(code).toBe(0);
    expect(lines).toContainEqual(
      expect.stringMatching(/^server ok 127\.0\.0\.1:\d+ answers: PostgreSQL \d+.* The role \S+ can create databases\.$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^`offshoot up` would create the database offshoot_\S+ \(existing\)\.$/));
    const other = await doctor(env, "--postgres", "14");
    expect([other.code, other.lines.join(" ")]).toEqual([
      13,
      expect.stringMatching(/postgres FAILED The server \S+ has PostgreSQL 1[5-8], but/),
    ]);
  });

  test("names the closed port, and what to do", async () => {
    const port = await freePort();
    const { code, lines } = await doctor({
      OFFSHOOT_PROVIDER: "existing",
      OFFSHOOT_EXISTING_URL: `postgresql://a:secret@127.0.0.1:${port}/c`,
    });
    expect(code).toBe(13);
    expect(lines.join(" ")).toMatch(
      new RegExp(`existing cannot be used server FAILED .*127\\.0\\.0\\.1:${port}.* Start the server, or correct the host and the port`),
    );
    expect(lines.join(" ")).not.toContain("secret");
  });

  test("names a role that cannot create databases", async () => {
    const role = `doctor_${randomBytes(4).toString("hex")}`;
    const url = new URL(inject("serverUrl"));
    await withSession(url.href, (session) => session.query(`create role ${role} login nocreatedb password 'p'`));
    onTestFinished(async () => void (await withSession(url.href, (session) => session.query(`drop role ${role}`))));
    const own = new URL(url);
    own.username = role;
    own.password = "p";
    const { code, lines } = await doctor({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: own.href });
    expect([code, lines.join(" ")]).toEqual([
      13,
      expect.stringContaining(`server FAILED The role ${role} cannot create databases. Run \`alter role`),
    ]);
  });
});

test("with the embedded provider shows the installation", async () => {
  const { code, lines } = await doctor({ OFFSHOOT_PROVIDER: "embedded" });
  expect([code, lines]).toEqual([
    0,
    expect.arrayContaining([expect.stringMatching(/^server ok PostgreSQL \d+ in \/.*, it (is started when it is needed|runs)$/)]),
  ]);
});

test("shows the settings that differ from the defaults with their sources, and the others with --all", async () => {
  const env = { OFFSHOOT_PROVIDER: "embedded", OFFSHOOT_TTL: "3h" };
  const { stdout } = await project.call(["doctor", "--json", "--offline"], env);
  const { settings } = JSON.parse(stdout) as { settings: { key: string; source: { from: string } }[] };
  const [differ, usual] = [true, false].map((isOwn) =>
    settings.filter(({ source }) => (source.from !== "default") === isOwn).map(({ key }) => key),
  );
  expect(usual?.length).toBeGreaterThan(20);
  const keysBelow = (lines: readonly string[], title: string): readonly string[] => {
    const begin = lines.indexOf(title) + 1;
    expect(begin).toBeGreaterThan(0);
    return lines.slice(begin).flatMap((line) => settings.find(({ key }) => line.split(" ")[0] === key)?.key ?? []);
  };
  const short = await doctor(env, "--offline");
  expect(keysBelow(short.lines, "Settings that differ from the defaults (--all shows the others):")).toEqual(differ);
  expect(short.lines).toContain("ttl 3h env (OFFSHOOT_TTL)");
  const all = await doctor(env, "--offline", "--all");
  expect(keysBelow(all.lines, "Settings:")).toEqual(settings.map(({ key }) => key));
});

describe("with Neon", () => {
  let mock: MockServer;
  beforeAll(async () => {
    mock = await startMock("--branch-limit", "20");
  });
  afterAll(() => mock.stop());

  test("shows each line", async () => {
    const { code, lines } = await doctor({ ...mock.env, OFFSHOOT_PROVIDER: "neon" });
    expect(code).toBe(0);
    expect(lines).toEqual(
      expect.arrayContaining([
        "neon is chosen",
        "key ok NEON_API_KEY is accepted.",
        `project ok mock (${mock.projectId}), PostgreSQL 17`,
        expect.stringMatching(/^parent ok main \(br-\S+\)$/),
        "database ok neondb",
        "role ok neondb_owner",
        "branches ok 1 of 20 used, 0 of them by offshoot (plan scale_v3)",
        expect.stringMatching(/^`offshoot up` would create the branch offshoot\/\S+ from main \(neon\)\.$/),
        "sslmode verify-full",
        expect.stringMatching(/^verified the certificate and the host name, with /),
      ]),
    );
  });

  test.each([
    [["--set", "neon.parent=mian"], /parent FAILED The project has no branch mian\. Its branches: main\. .*Set neon\.parent/],
    [["--set", "neon.database=neondv"], /database FAILED .*no database neondv\. Did you mean neondb\?.*Set neon\.database/],
    [["--set", "neon.role=nobody", "--set", "neon.database=neondb"], /role FAILED .*no role nobody\..*neondb_owner.*Set neon\.role/],
    [["--set", "neon.parentAt=2020-01-01T00:00:00Z"], /past state FAILED 2020-01-01T00:00:00Z is before the history.*Set neon\.parentAt/],
    [["--postgres", "15"], /postgres FAILED The Neon project \S+ has PostgreSQL 17, but the setting postgres is 15\..*Set postgres/],
  ])("exits with 13 for %j, with what to do", async (args, expected) => {
    const { code, lines } = await doctor({ ...mock.env, OFFSHOOT_PROVIDER: "neon" }, ...args);
    expect([code, lines.join(" ")]).toEqual([13, expect.stringMatching(expected)]);
  });
});
