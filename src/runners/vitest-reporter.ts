// A reporter of `offshoot/vitest`, with `keepOnFailure`: it reports what no hook in the worker sees.
import { relative } from "node:path";
import { reportToSuite } from "./report-failure.ts";

/** What is used of the result of a test file. */
interface TestModule {
  readonly moduleId: string;
  readonly project: { readonly config: { readonly root: string }; getProvidedContext(): object };
  readonly children: { allTests(state: "failed"): Iterable<unknown> };
  ok(): boolean;
}

/** A file can fail without a failed test: in `beforeAll`, in `afterAll`, and when it is loaded. The worker reports failed tests. */
async function report(module: TestModule): Promise<void> {
  const { moduleId: file, project } = module;
  const socket = (project.getProvidedContext() as { readonly "offshoot:socket"?: string })["offshoot:socket"];
  if (socket === undefined || module.ok() || [...module.children.allTests("failed")].length > 0) return;
  await reportToSuite(socket, { file, tests: [], title: relative(project.config.root, file) });
}

export const failureReporter = {
  onTestModuleEnd: report,
  /** Vitest 3 reports a file that could not be loaded only here. What was reported before has no second line. */
  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    for (const module of modules) await report(module);
  },
};
