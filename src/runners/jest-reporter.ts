// A reporter of `offshoot/jest`, with `keepOnFailure`: it runs in Jest's main process.
import { relative } from "node:path";
import { SOCKET } from "./jest-variables.ts";
import { reportToSuite } from "./report-failure.ts";

interface FileResult {
  readonly testFilePath: string;
  readonly numFailingTests: number;
  /** What the file threw when it was loaded. */
  readonly testExecError?: unknown;
  readonly testResults: readonly { readonly status: string; readonly fullName: string }[];
}

interface Test {
  readonly context: { readonly config: { readonly rootDir: string } };
}

export default class FailureReporter {
  async onTestFileResult({ context }: Test, result: FileResult): Promise<void> {
    const { testFilePath: file, numFailingTests, testExecError, testResults } = result;
    const socket = process.env[SOCKET];
    if (socket === undefined || (numFailingTests === 0 && testExecError === undefined)) return;
    const tests = testResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
    await reportToSuite(socket, { file, tests, title: relative(context.config.rootDir, file) });
  }
}
