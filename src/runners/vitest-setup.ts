// The setup file of `offshoot/vitest`. It runs in each worker before each test file, and before the project's own setup files.
import { afterAll, afterEach, expect, inject } from "vitest";
import { fullName } from "./failed-tests.ts";
import { sayTo } from "./say.ts";
import { openTestDatabase, reportFailure } from "./worker.ts";

const read = inject as (key: string) => string | undefined;

await openTestDatabase({
  socket: read("offshoot:socket"),
  per: read("offshoot:per") === "worker" ? "worker" : "file",
  worker: process.env["VITEST_POOL_ID"] ?? "1",
  file: expect.getState().testPath,
  env: process.env,
  remedy: "Add the plugin of offshoot/vitest to this project",
});

interface Group {
  readonly name: string;
  readonly suite?: Group | undefined;
}

interface Task extends Group {
  readonly result?: { readonly state?: string } | undefined;
}

// A test that is tried again can still pass, so its result is read at the end of the file.
const failed: Task[] = [];
afterEach(({ task }: { readonly task: Task }) => {
  if (task.result?.state === "fail") failed.push(task);
});
afterAll(async () => {
  const names = failed.filter(({ result }) => result?.state === "fail").map((task) => fullName(titlesOf(task)));
  failed.length = 0;
  const say = sayTo(process.stderr);
  for (const line of await reportFailure(names)) say(line);
});

function titlesOf({ suite, name }: Group): readonly string[] {
  return [...(suite === undefined ? [] : titlesOf(suite)), name];
}
