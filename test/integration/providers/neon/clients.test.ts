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
import { findPeer } from "../../../support/peers.ts";

const run = promisify(execFile);

const QUESTION = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
/** The names of the mock are on this machine. offshoot does not pass this variable on, because it names another server. */
const HOST = "PGHOSTADDR=127.0.0.1";
const PG = import.meta.resolve("pg");
const DRIVER = `import pg from ${JSON.stringify(PG)};
  const client = new pg.Client(process.argv[1] === "variables" ? {} : process.env.DATABASE_URL);
  await client.connect();
  console.log((await client.query(${JSON.stringify(QUESTION)})).rows[0].ssl ? "t" : "f");
  await client.end();`;
const PYTHON = `import os, psycopg2
cursor = psycopg2.connect(os.environ["DATABASE_URL"]).cursor()
cursor.execute("${QUESTION}")
print("t" if cursor.fetchone()[0] else "f")`;

/** Java resolves no name of the mock, so that the program writes a file of hosts. A user writes the first part of the URL for JDBC. */
const JAVA = `import java.net.URI;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.util.Properties;

public class Client {
  public static void main(String[] args) throws Exception {
    URI uri = new URI(System.getenv("DATABASE_URL"));
    var hosts = Files.createTempFile("offshoot-hosts", "");
    Files.writeString(hosts, "127.0.0.1 " + uri.getHost() + "\\n");
    System.setProperty("jdk.net.hosts.file", hosts.toString());
    String[] login = uri.getUserInfo().split(":", 2);
    Properties properties = new Properties();
    properties.setProperty("user", login[0]);
    properties.setProperty("password", login[1]);
    String url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath() + "?" + uri.getRawQuery();
    try (var connection = DriverManager.getConnection(url, properties); var rows = connection.createStatement().executeQuery("${QUESTION}")) {
      rows.next();
      System.out.println(rows.getBoolean(1) ? "t" : "f");
    }
  }
}`;

const jdbc = findPeer("jdbc");
const psql = findPeer("psql");
const psycopg2 = findPeer("psycopg2");

/** Programs that connect with what offshoot gives them. */
const CLIENTS: Readonly<Record<string, readonly string[] | undefined>> = {
  "psql with the URL": psql === undefined ? undefined : ["sh", "-c", `${HOST} psql "$DATABASE_URL" -Atc "${QUESTION}"`],
  "psql with the pooled URL and no variables":
    psql === undefined ? undefined : ["sh", "-c", `env -u PGSSLMODE -u PGSSLROOTCERT ${HOST} psql "$DATABASE_URL" -Atc "${QUESTION}"`],
  "psql with the variables": psql === undefined ? undefined : ["env", HOST, "psql", "-Atc", QUESTION],
  "psycopg2 with the URL": psycopg2 === undefined ? undefined : ["env", HOST, "/usr/bin/python3", "-c", PYTHON],
  "JDBC with the URL":
    jdbc === undefined ? undefined : ["sh", "-c", `printf '%s' "$JAVA_SOURCE" > Client.java && java -cp ${jdbc} Client.java`],
  "node-postgres with the URL": [process.execPath, "--input-type=module", "-e", DRIVER],
};

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
        const ended = await project.offshoot(["run", "--", ...(client ?? [])], { HOME, JAVA_SOURCE: JAVA });
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
      JAVA_SOURCE: JAVA,
      ...mock.machine,
      ...(JSON.parse(text) as object),
    });
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(/certificate verify failed|PKIX path|unable to verify|self-signed certificate|unable to get/);
  });
});

test("`up` with another authority than that of the server is an error that names the file, and its password is not sent", async () => {
  const { code, stderr } = await project.offshoot(["up", "--run", "untrusted"], { SSL_CERT_FILE: other });
  expect(code).toBe(13);
  expect(stderr).toContain(`is not from an authority in ${other}`);
  expect(stderr).toContain("PGSSLROOTCERT for Neon");
  expect(stderr).not.toMatch(/unexpected|report it|npg_/);
});

test("the variables of a database name the file of the authorities too", () => {
  const url = "postgresql://u:p@ep-a-b-1.x.neon.tech/d?sslmode=verify-full&sslrootcert=%2Fca.pem" as never;
  expect(variablesOf({ url, directUrl: url, provider: "neon", id: "br-1" })).toMatchObject({
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: "/ca.pem",
  });
});
