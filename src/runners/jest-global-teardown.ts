// The global teardown of `offshoot/jest`.
import { callOwn, type JestConfig, jestOptions, suites } from "./jest-shared.ts";
import { sayTo } from "./say.ts";

export default async function teardown(global: JestConfig, project: JestConfig): Promise<void> {
  const say = sayTo(process.stderr);
  try {
    await callOwn(jestOptions(project).globalTeardown, global, project);
  } finally {
    // In watch mode Jest calls this after each run, and the setup before the next one. The database is deleted after Jest has ended.
    if (global.watch !== true && global.watchAll !== true) await endAll(say);
  }
}

async function endAll(say: (line: string) => void): Promise<void> {
  for (const [key, suite] of suites) {
    suites.delete(key);
    for (const line of await (await suite).end()) say(line);
  }
}
