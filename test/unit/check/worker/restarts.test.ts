import { expect, test } from "vitest";
import { countedDescendants, restartCounter } from "../../../../src/check/worker/restarts.ts";
import type { Process } from "../../../../src/process/processes.ts";

const at = (pid: number, parent: number, command: string): Process => ({
  pid,
  parent,
  started: String(pid),
  isZombie: false,
  name: command.split(" ")[0] ?? "",
  command,
});

/** The restarts after looks at the children of process 1. */
function counted(...looks: readonly (readonly Process[])[]): unknown {
  const counter = restartCounter();
  for (const look of looks) counter.look(countedDescendants(1, [at(1, 0, "sh loop.sh"), ...look]));
  return counter.most();
}

test("a program that ends and starts again is counted, also under another parent", () => {
  expect(counted([at(2, 1, "node a.js")], [], [at(3, 1, "node a.js")], [at(4, 1, "npm"), at(5, 4, "node a.js")])).toEqual({
    program: "node a.js",
    times: 2,
  });
});

test.each([
  ["one process that continues", [at(2, 1, "node a.js")], [at(2, 1, "node a.js")]],
  ["several processes at the same time", [at(2, 1, "node a.js"), at(3, 1, "node a.js")], [at(3, 1, "node a.js")]],
  ["helpers of a script", [at(2, 1, "sleep 1")], [at(3, 1, "/bin/sleep 1")], [at(4, 1, "sleep 1")]],
  ["copies of a server", [at(2, 1, "sh loop.sh")], [at(3, 1, "sh loop.sh")]],
  ["different jobs", [at(2, 1, "node job.js 1")], [at(3, 1, "node job.js 2")]],
  ["processes of others", [at(2, 7, "node a.js")], [at(3, 7, "node a.js")]],
])("%s do not count as a restart", (_, ...looks) => {
  expect(counted(...(looks as readonly (readonly Process[])[]))).toBeUndefined();
});
