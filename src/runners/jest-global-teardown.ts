// The global teardown of `offshoot/jest`.
import { callOwn, type JestConfig, jestOptions, suites } from "./jest-shared.ts";
import { sayTo } from "./say.ts";

export default async function teardown(global: JestConfig, project: JestConfig): Promise<void> {
  const say = sayTo(process.stderr);
  try {
    await callOwn(jestOptions(project).globalTeardown, global, project);
  } finally {
    for (const [key, suite] of suites) {
      suites.delete(key);
      for (const line of await (await suite).end()) say(line);
    }
  }
}
