// The setup file of `offshoot/vitest`. It runs in each worker before each test file, and before the project's own setup files.
import { afterAll, afterEach, inject } from "vitest";
import { sayTo } from "./say.ts";
import { openTestDatabase, reportFailure } from "./worker.ts";

const read = inject as (key: string) => string | undefined;

await openTestDatabase({
  socket: read("offshoot:socket"),
  per: read("offshoot:per") === "worker" ? "worker" : "file",
  worker: process.env["VITEST_POOL_ID"] ?? "1",
  env: process.env,
  remedy: "Add the plugin of offshoot/vitest to this project",
});

interface Task {
  readonly name: string;
  readonly result?: { readonly state?: string } | undefined;
}

// A test that is tried again can still pass, so its result is read at the end of the file.
const failed: Task[] = [];
afterEach(({ task }: { readonly task: Task }) => {
  if (task.result?.state === "fail") failed.push(task);
});
afterAll(async () => {
  const [first] = failed.filter(({ result }) => result?.state === "fail");
  failed.length = 0;
  if (first === undefined) return;
  const say = sayTo(process.stderr);
  for (const line of await reportFailure(first.name)) say(line);
});
