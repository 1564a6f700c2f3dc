// @module-tag proof
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../../../../mocks/neon/postgres/certificate.ts";
import { variablesOf } from "../../../../src/providers/variables.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { clientsFor, JAVA_SOURCE } from "../../../support/postgres-clients.ts";

const run = promisify(execFile);

const QUESTION = "select case when ssl then 't' else 'f' end from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()";

/** Programs that connect with what offshoot gives them. */
const CLIENTS = clientsFor(QUESTION);

let mock: MockServer;
let project: Project;
let other: string;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  project = await makeProject({ OFFSHOOT_PROVIDER: "neon", ...mock.env });
  other = join(project.directory, "other.crt");
  await writeFile(other, createAuthority().certificate);
});
afterAll(async () => {
  await project.remove();
  await mock.stop();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function execute([program = "", ...args]: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<Ended> {
  try {
    return { code: 0, ...(await run(program, args, { env: { ...env }, cwd: tmpdir() })) };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe.each(Object.entries(CLIENTS))("%s", (_name, client) => {
  test.runIf(client !== undefined)(
    "verifies Neon, without a warning, also where another server's root file is in the home folder",
    async () => {
      const home = await mkdtemp(join(tmpdir(), "offshoot-root-"));
      await mkdir(join(home, ".postgresql"));
      await writeFile(join(home, ".postgresql/root.crt"), createAuthority().certificate);
      for (const HOME of [project.directory, home]) {
        const ended = await project.offshoot(["run", "--", ...(client ?? [])], { HOME, JAVA_SOURCE });
        expect(ended).toMatchObject({ code: 0, stdout: "t\n" });
        expect(ended.stderr).not.toMatch(/warning/i);
      }
      await rm(home, { recursive: true });
    },
  );

  test.runIf(client !== undefined)("refuses a server whose certificate is of another authority", async () => {
    const { stdout } = await project
      .offshoot(["env", "--json"])
      .then(async (shown) => (shown.code === 0 ? shown : project.offshoot(["up"]).then(() => project.offshoot(["env", "--json"]))));
    const text = stdout
      .replaceAll(encodeURIComponent(mock.rootFile ?? ""), encodeURIComponent(other))
      .replaceAll(mock.rootFile ?? "", other);
    expect(text).not.toBe(stdout);
    const ended = await execute(client ?? [], {
      PATH: process.env["PATH"],
      JAVA_SOURCE,
      ...mock.machine,
      ...(JSON.parse(text) as object),
    });
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(/certificate verify failed|PKIX path|unable to verify|self-signed certificate|unable to get/);
  });
});

test("`up` with another authority than that of the server is an error that names the file, and its password is not sent", async () => {
  const { code, stderr } = await project.offshoot(["up", "--run", "untrusted"], {
    SSL_CERT_FILE: other,
    NODE_EXTRA_CA_CERTS: mock.rootFile ?? "",
  });
  expect(code).toBe(13);
  expect(stderr).toContain(`is not from an authority in ${other}`);
  expect(stderr).toContain("PGSSLROOTCERT for Neon");
  expect(stderr).not.toMatch(/unexpected|report it|npg_/);
});

test.each([["up"], ["doctor"]])(
  "`%s` with an API whose certificate is not trusted fails at once, and the key is not sent",
  async (command) => {
    const started = performance.now();
    const { code, stdout, stderr } = await project.offshoot([command, "--run", "untrusted"], { SSL_CERT_FILE: other });
    expect(code).toBe(13);
    expect(stdout + stderr).toContain("Node.js does not trust the certificate of the server that answered, so the API key was not sent.");
    expect(stdout + stderr).toContain("NODE_EXTRA_CA_CERTS");
    expect(stderr).not.toMatch(/retry|unexpected/);
    expect(performance.now() - started).toBeLessThan(30_000);
  },
);

test("the variables of a database name the file of the authorities too", () => {
  const url = "postgresql://u:p@ep-a-b-1.x.neon.tech/d?sslmode=verify-full&sslrootcert=%2Fca.pem" as never;
  expect(variablesOf({ url, directUrl: url, provider: "neon", id: "br-1" })).toMatchObject({
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: "/ca.pem",
  });
});
