// @module-tag proof
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { ACTION, branchesOf, type Scene, setScene } from "./scene.ts";

let mock: MockServer;
let scene: Scene;

beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "100");
  scene = await setScene(mock);
});

afterAll(async () => {
  await scene.remove();
  await mock.stop();
});

const step = (more: string): string => `
      - uses: ${ACTION}
        with:
          api_key: \${{ secrets.NEON_API_KEY }}
          project_id: \${{ vars.NEON_PROJECT_ID }}
          api_host: \${{ vars.NEON_API_HOST }}
          ${more}`;

/** Cancels the workflow as soon as the file `name` in `$MEETING` exists. */
async function cancelled(name: string, yaml: string): Promise<void> {
  const cancel = new AbortController();
  const done = scene.run(yaml, { cancel: cancel.signal });
  const started = async (): Promise<boolean> =>
    scene.read(name).then(
      () => true,
      () => false,
    );
  while (!(await started())) await pause(100);
  cancel.abort();
  expect((await done)["one"]?.result).toBe("cancelled");
}

test("a cancelled `command: run` deletes its database, although its script ignores SIGINT and SIGTERM", async () => {
  await cancelled(
    "first",
    `
  one:
    runs-on: ubuntu-latest
    steps:${step(`command: run
          run: stubborn
          script: |
            trap '' INT TERM
            echo yes > $MEETING/first
            while true; do sleep 0.2; done`)}
`,
  );
  expect(await branchesOf(mock, "stubborn")).toEqual([]);
});

test("the post step of a cancelled job deletes the database", async () => {
  await cancelled(
    "second",
    `
  one:
    runs-on: ubuntu-latest
    steps:${step(`command: up
          run: later
          teardown: true`)}
      - run: |
          trap '' INT TERM
          echo yes > $MEETING/second
          while true; do sleep 0.2; done
`,
  );
  expect(await branchesOf(mock, "later")).toEqual([]);
});
