import { connectSuite } from "./connection.ts";
import { reportedNames } from "./failed-tests.ts";
import type { Failure } from "./protocol.ts";
import { sayTo } from "./say.ts";

/** Reports a failure from a process of a test runner that has no clone, and shows how to open the clone. */
export async function reportToSuite(socket: string, { tests, title, ...where }: Failure): Promise<void> {
  const connection = await connectSuite(socket);
  try {
    const [name] = title === undefined ? [] : reportedNames([title]);
    const { lines = [] } = await connection.call({ op: "failed", ...where, tests: reportedNames(tests), title: name });
    for (const line of lines) sayTo(process.stderr)(line);
  } finally {
    connection.close();
  }
}
