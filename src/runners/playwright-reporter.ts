// A reporter of `offshoot/playwright`, with `keepOnFailure`: fixtures do not see a failure in `beforeAll` or `afterAll`.
import { fullName } from "./failed-tests.ts";
import { readSuite } from "./playwright.ts";
import { SERVER } from "./protocol.ts";
import { reportToSuite } from "./report-failure.ts";
import { pendingReports } from "./playwright-reports.ts";

interface TestCase {
  readonly expectedStatus: string;
  /** An empty text, the project, the file, the groups and the test. */
  titlePath(): readonly string[];
}

interface TestResult {
  readonly status: string;
  readonly workerIndex: number;
}

export default class FailureReporter {
  printsToStdio(): boolean {
    return false;
  }

  onTestEnd(test: TestCase, { status, workerIndex }: TestResult): void {
    const suite = readSuite();
    if (suite === undefined || workerIndex < 0 || status === test.expectedStatus || status === "skipped") return;
    const worker = suite.hasServer ? SERVER : `worker-${workerIndex}`;
    // Playwright does not wait for a reporter here. The global teardown waits before it ends the suite, after which nobody listens.
    pendingReports.push(reportToSuite(suite.socket, { worker, tests: [fullName(test.titlePath().slice(3))] }).catch(() => {}));
  }
}
