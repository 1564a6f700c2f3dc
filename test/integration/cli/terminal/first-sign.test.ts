import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { hangingServer } from "../../../support/hanging-server.ts";
import { onTerminal } from "../../../support/terminal.ts";

const BIN = new URL("../../../../bin/offshoot.js", import.meta.url).pathname;

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

/** A server that answers nothing, for each provider: what `up` waits for first. */
const SERVERS: Readonly<Record<string, (port: number) => Readonly<Record<string, string>>>> = {
  existing: (port) => ({ OFFSHOOT_EXISTING_URL: `postgresql://ada@127.0.0.1:${port}/postgres?sslmode=disable` }),
  neon: (port) => ({ NEON_API_KEY: "napi_test", NEON_PROJECT_ID: "test", NEON_API_HOST: `http://127.0.0.1:${port}` }),
};

// The order of events, and no time: the server ends the wait only when the first line was seen.
test.for(Object.keys(SERVERS))("`up` shows a line before it waits for the server of %s", async (provider) => {
  const server = await hangingServer();
  let first = "";
  const ended = await onTerminal([process.execPath, BIN, "up", "--set", "timeouts.up=20s"], {
    columns: 80,
    cwd: project.directory,
    env: {
      ...project.env,
      LC_ALL: "C.UTF-8",
      TERM: "xterm-256color",
      CI: undefined,
      OFFSHOOT_PROVIDER: provider,
      ...SERVERS[provider]?.(server.port),
    },
    onFirst(text) {
      first = text;
      server.stop();
    },
  });
  expect(first).toMatch(/\u280B.* up +0\.\d s/u);
  expect(ended.code).not.toBe(0);
});
