// A reporter of `offshoot/jest`, with `keepOnFailure`: it runs in Jest's main process.
import { connectSuite } from "./connection.ts";
import { reportedNames } from "./failed-tests.ts";
import { SOCKET } from "./jest-variables.ts";
import { sayTo } from "./say.ts";

interface FileResult {
  readonly testFilePath: string;
  readonly numFailingTests: number;
  readonly testResults: readonly { readonly status: string; readonly fullName: string }[];
}

export default class FailureReporter {
  async onTestFileResult(_test: unknown, { testFilePath, numFailingTests, testResults }: FileResult): Promise<void> {
    const socket = process.env[SOCKET];
    if (numFailingTests === 0 || socket === undefined) return;
    const connection = await connectSuite(socket);
    try {
      const names = testResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
      const tests = reportedNames(names.length === 0 ? [testFilePath] : names);
      const say = sayTo(process.stderr);
      for (const line of (await connection.call({ op: "failed", file: testFilePath, tests })).lines ?? []) say(line);
    } finally {
      connection.close();
    }
  }
}
