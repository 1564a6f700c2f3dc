import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { inject } from "vitest";
import { codeOf } from "../../src/errors.ts";
import { createDatabase } from "./create-database.ts";
import { startServer, type TestServer } from "./server.ts";

/** A server that several test files use. Each file creates databases of its own and leaves the server running. */
export type SharedServer = Pick<TestServer, "url" | "createDatabase">;

/** How long a test file waits while another one starts the server, in milliseconds. */
const START_MS = 60_000;

/** The settings of every shared server. Logical decoding serves the tests of publications. */
export const SHARED_SETTINGS = { max_connections: 200, wal_level: "logical" } as const;

/**
 * The one server of a Postgres installation in this test run. The first test file that needs it starts it, and the end of
 * the test run stops it. `binaries`: the folder of the installation's programs; default: the server of the whole test run.
 */
export async function sharedServer(binaries?: string): Promise<SharedServer> {
  const url = binaries === undefined ? inject("serverUrl") : await startOrFind(binaries);
  return {
    url,
    async createDatabase(name) {
      await createDatabase(url, name);
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
  };
}

async function startOrFind(binaries: string): Promise<string> {
  const folder = inject("serversFolder");
  const name = createHash("sha256").update(binaries).digest("hex").slice(0, 12);
  const file = join(folder, `${name}.json`);
  const isFirst = await mkdir(join(folder, `${name}.started`)).then(
    () => true,
    (thrown: unknown) => {
      if (codeOf(thrown) === "EEXIST") return false;
      throw thrown;
    },
  );
  if (isFirst) {
    const { url, data } = await startServer(SHARED_SETTINGS, { binaries });
    await writeFile(`${file}.new`, JSON.stringify({ url, data }));
    await rename(`${file}.new`, file);
  }
  return (await readWhenWritten(file)).url;
}

/** The data folders of the servers that were started, for the end of the test run. */
export async function startedServers(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  const started = await Promise.all(files.map((name) => readWhenWritten(join(folder, name))));
  return started.map(({ data }) => data);
}

async function readWhenWritten(file: string): Promise<{ readonly url: string; readonly data: string }> {
  for (const start = performance.now(); ; await pause(50)) {
    try {
      return JSON.parse(await readFile(file, "utf8")) as { url: string; data: string };
    } catch (thrown) {
      if (codeOf(thrown) !== "ENOENT" || performance.now() - start > START_MS) throw thrown;
    }
  }
}
